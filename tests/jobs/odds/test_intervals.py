"""Intervals hold what they promise, with bets that depend on each other, too."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from jobs.odds.intervals import LEAST_EVENTS, Clusters, Estimates, Floats, Ints

Draw = Callable[[np.random.Generator], tuple[Floats, Ints]]


def _one(values: Floats, events: Ints, weight: Floats | None = None) -> Clusters:
    return Clusters(np.zeros(len(values), dtype=np.int64), events, 1)


def _means(values: Floats, events: Ints, weight: Floats | None = None) -> Estimates:
    every = np.ones(len(values)) if weight is None else weight
    return _one(values, events).means(values, every)


def test_one_bet_an_event_gives_the_textbook_interval() -> None:
    values = np.random.default_rng(1).normal(2.0, 3.0, 30)
    found = _means(values, np.arange(30))
    reach = 2.045230 * values.std(ddof=1) / math.sqrt(30)  # Student's t with 29 degrees of freedom
    assert found.value[0] == pytest.approx(values.mean())
    assert found.low[0] == pytest.approx(values.mean() - reach, abs=1e-5)
    assert found.high[0] == pytest.approx(values.mean() + reach, abs=1e-5)


def test_the_same_bet_many_times_says_no_more_than_once() -> None:
    values = np.random.default_rng(1).normal(2.0, 3.0, 30)
    once, often = _means(values, np.arange(30)), _means(np.repeat(values, 50), np.repeat(np.arange(30), 50))
    assert (often.low[0], often.high[0]) == (pytest.approx(once.low[0]), pytest.approx(once.high[0]))
    hits = (values > 2).astype(np.float64)
    every = np.ones(30)
    one = _one(hits, np.arange(30)).shares(hits, every)
    many = np.repeat(hits, 50)
    other = _one(many, np.repeat(np.arange(30), 50)).shares(many, np.ones(1500))
    assert other.low[0] == pytest.approx(one.low[0], rel=0.02)
    assert other.high[0] == pytest.approx(one.high[0], rel=0.02)


def test_one_bet_an_event_gives_wilsons_interval() -> None:
    hits = np.array([1.0] * 30 + [0.0] * 70)
    found = _one(hits, np.arange(100)).shares(hits, np.ones(100))
    n, p, t = 99.0, 0.3, 1.984217  # the sample's own variance has n - 1
    middle = (p + t**2 / (2 * n)) / (1 + t**2 / n)
    reach = t * math.sqrt(p * (1 - p) / n + t**2 / (4 * n**2)) / (1 + t**2 / n)
    assert (found.low[0], found.high[0]) == (
        pytest.approx(middle - reach, abs=1e-6),
        pytest.approx(middle + reach, abs=1e-6),
    )


@pytest.mark.parametrize("hit", [0.0, 1.0])
def test_all_hits_and_none_still_have_an_interval(hit: float) -> None:
    hits = np.full(200, hit)
    found = _one(hits, np.repeat(np.arange(40), 5)).shares(hits, np.ones(200))
    assert found.value[0] == hit
    assert 0.0 <= found.low[0] < found.high[0] <= 1.0
    assert found.high[0] - found.low[0] == pytest.approx(0.093, abs=0.002), "as of 40 events, not of 200 bets"


def test_too_few_events_give_a_value_without_an_interval() -> None:
    values = np.arange(LEAST_EVENTS - 1.0)
    found = _means(np.repeat(values, 100), np.repeat(np.arange(LEAST_EVENTS - 1), 100))
    assert found.value[0] == pytest.approx(values.mean())
    assert np.isnan([found.low[0], found.high[0]]).all()
    enough = _means(np.arange(float(LEAST_EVENTS)), np.arange(LEAST_EVENTS))
    assert np.isfinite([enough.low[0], enough.high[0]]).all()


def test_nothing_gives_nothing() -> None:
    empty = np.zeros(0, dtype=np.int64)
    clusters = Clusters(empty, empty, 2)
    for found in (clusters.means(np.zeros(0), np.zeros(0)), clusters.shares(np.zeros(0), np.zeros(0))):
        assert np.isnan(found.value).all()
        assert np.isnan(found.low).all()
        assert found.events.tolist() == [0, 0]


def test_values_without_a_weight_do_not_count() -> None:
    values = np.array([1.0, np.nan, 3.0, np.nan])
    found = _means(values, np.array([0, 0, 1, 2]), np.array([1.0, 0.0, 1.0, 0.0]))
    assert (found.value[0], found.weight[0], found.events[0]) == (2.0, 2.0, 2)


def test_groups_are_reckoned_each_by_itself() -> None:
    rng = np.random.default_rng(2)
    group, event, values = rng.integers(0, 3, 900), rng.integers(0, 40, 900), rng.normal(size=900)
    weight = rng.choice([0.0, 0.5, 1.0], 900)
    together = Clusters(group, event, 3).means(values, weight)
    for one in range(3):
        alone = _means(values[group == one], event[group == one], weight[group == one])
        assert together.value[one] == pytest.approx(alone.value[0])
        assert together.low[one] == pytest.approx(alone.low[0])
        assert together.high[one] == pytest.approx(alone.high[0])


def _clustered_values(rng: np.random.Generator) -> tuple[Floats, Ints]:
    """Means of events differ more than the bets on one do; the true mean is 0.5."""
    sizes = rng.integers(1, 12, 40)
    events = np.repeat(np.arange(40), sizes)
    return 0.5 + rng.normal(0, 1, 40)[events] + rng.normal(0, 0.5, len(events)), events


def _clustered_hits(rng: np.random.Generator) -> tuple[Floats, Ints]:
    """All bets on one event hit or miss, but for a few; the true share is 0.3."""
    sizes = rng.integers(1, 12, 40)
    events = np.repeat(np.arange(40), sizes)
    same = rng.random(40)[events]
    own = rng.random(len(events))
    return (np.where(rng.random(len(events)) < 0.8, same, own) < 0.3).astype(np.float64), events


@pytest.mark.parametrize(
    ("draw", "truth", "kind"), [(_clustered_values, 0.5, "means"), (_clustered_hits, 0.3, "shares")]
)
def test_the_truth_lies_within_as_often_as_promised(draw: Draw, truth: float, kind: str) -> None:
    rng = np.random.default_rng(3)
    held = naive = 0
    for _ in range(1_000):
        values, events = draw(rng)
        found = getattr(_one(values, events), kind)(values, np.ones(len(values)))
        held += found.low[0] <= truth <= found.high[0]
        naive += abs(values.mean() - truth) <= 1.96 * values.std() / math.sqrt(len(values))
    assert 0.93 <= held / 1_000 <= 0.97
    assert naive / 1_000 < 0.75, "bets that were taken for independent would promise too much"
