from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.console.odds.charts import Interval, Scale, across, curve, ticks, whisker

BOX = (10.0, 0.0, 110.0, 100.0)


@pytest.mark.parametrize(
    ("least", "most", "found"),
    [
        (0, 10, [0, 2, 4, 6, 8, 10]),
        (-1.3, 2.1, [-1, 0, 1, 2]),
        (0, 0.04, [0, 0.01, 0.02, 0.03, 0.04]),
        (3, 3, [3]),
    ],
)
def test_ticks_are_round(least: float, most: float, found: list[float]) -> None:
    assert ticks(least, most) == pytest.approx(found)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_are_few_and_within(least: float, span: float) -> None:
    found = ticks(least, least + span)
    assert len(found) <= 12
    assert all(least - span * 1e-6 <= one <= least + span * 1.000001 for one in found)


def test_a_scale_stops_at_its_ends() -> None:
    scale = Scale(0, 10, 100, 0)
    assert [scale(value) for value in (-5, 0, 5, 10, 99)] == [100, 100, 50, 0, 0]
    assert Scale(1, 1, 0, 10)(1) == 0


def test_intervals_lie_around_the_middle_of_one_scale() -> None:
    scale = across([Interval(1.0, -1.0, 3.0), Interval(None), Interval(-4.0)], 0.0, 112.0)
    assert (scale.least, scale.most, scale(0.0)) == (-4.0, 4.0, 56.0)
    assert across([], 0.0, 112.0)(0.0) == 56.0


def test_a_whisker_says_on_which_side_it_lies() -> None:
    scale = Scale(-4, 4, 0, 80)
    above, both, below = (
        whisker(one, scale, 0.0) for one in (Interval(2, 1, 3), Interval(0.5, -1, 2), Interval(-2, -3, -1))
    )
    assert above is not None
    assert (above.x1, above.x, above.x2, above.sign) == (50, 60, 70, 1)
    assert both is not None
    assert both.sign == 0
    assert below is not None
    assert below.sign == -1
    assert whisker(Interval(None), scale, 0.0) is None
    bare = whisker(Interval(1.0), scale, 0.0)
    assert bare is not None
    assert (bare.bounded, bare.sign) == (False, 0)


def test_a_curve_runs_through_what_is_known() -> None:
    found = curve([0, 1, 2, 3], [Interval(1, 0, 2), Interval(None), Interval(2, 1, 3), Interval(0)], BOX)
    assert found is not None
    assert found.xs == [10, pytest.approx(76.67), 110]
    assert found.line.startswith("M10,")
    assert found.band.endswith("Z")
    assert found.ys[1] < found.ys[0] < found.ys[2] == found.zero
    assert {value for value, _ in found.y_ticks} >= {0, 1, 2, 3}


def test_a_single_figure_makes_no_curve() -> None:
    assert curve([0, 1], [Interval(1), Interval(None)], BOX) is None
    flat = curve([0, 1], [Interval(0), Interval(0)], BOX)
    assert flat is not None
    assert flat.band == ""
