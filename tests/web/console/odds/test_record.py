from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from jobs.odds.report import Estimate, Group, Point, Report
from tests.web.console.odds.bets import NOW
from web.console.odds import record
from web.console.odds.asked import Asked, read

NONE = Estimate(value=None, low=None, high=None, bets=0, events=0)


def estimate(value: float, reach: float | None = None, events: int = 30) -> Estimate:
    low, high = (None, None) if reach is None else (value - reach, value + reach)
    return Estimate(value=value, low=low, high=high, bets=events, events=events)


def group(key: str, **changes: Any) -> Group:
    """A group whose CLV is 2 % and surely above 0."""
    usual: dict[str, Any] = {
        "key": key, "opportunities": 40, "events": 30, "open": 0, "closed": 40, "vanished": 0, "unseen": 0,
        "results": {}, "mean_ev_percent": 3.0, "clv_percent": estimate(2.0, 1.0),
        "beat_closing": estimate(0.6, 0.1), "hit_rate": estimate(0.5, 0.1), "expected_hit_rate": 0.48,
        "hit_surplus": estimate(0.02, 0.1), "return_per_unit": estimate(0.04, 0.2),
    }  # fmt: skip
    return Group(**{**usual, **changes})


def report(**changes: Any) -> Report:
    usual: dict[str, Any] = {
        "at": NOW, "source": "live", "sport": None, "market": None, "book": None, "since": None,
        "confidence": 0.95, "least_events": 20, "remarks": [], "overall": group("all"), "by_ev_band": [],
        "by_book": [], "by_sport": [], "by_market": [], "by_reference": [], "by_price": [], "by_lead": [],
        "step": "day", "series": [],
    }  # fmt: skip
    return Report(**{**usual, **changes})


def series(*values: float | None) -> list[Point]:
    first = date(2027, 4, 1)
    return [
        Point(
            begins=first + timedelta(days=number), opportunities=3,
            clv_percent=NONE if value is None else estimate(value, 1.0),
        )
        for number, value in enumerate(values)
    ]  # fmt: skip


def test_figures_are_told_with_their_intervals() -> None:
    row = record.overall(report())
    assert (row.clv.value, row.clv.between, row.clv.short) == ("+2.00 %", "+1.00 to +3.00 %", "")
    assert (row.beat.value, row.beat.between) == ("60.0 %", "50.0 to 70.0 %")
    assert (row.promised, row.expected) == ("+3.0 %", "48.0 %")
    assert (row.returned.value, row.returned.between) == ("+4.0 %", "-16.0 to +24.0 %")
    assert row.clv.mark is not None
    assert row.clv.mark.sign == 1


def test_what_is_not_known_says_what_is_missing() -> None:
    row = record.overall(
        report(
            overall=group("all", clv_percent=estimate(2.0, None, 4), hit_rate=NONE, expected_hit_rate=None)
        )
    )
    assert (row.clv.between, row.clv.short) == ("", "not enough yet (4 of 20)")
    assert (row.hits.value, row.hits.short, row.hits.mark) == ("–", "none yet", None)
    assert (row.expected, row.expected_x) == ("–", None)


def test_every_grouping_that_there_is_has_a_table() -> None:
    found = record.tables(
        report(
            by_ev_band=[group("below 0"), group("1-2"), group("over 10")],
            by_book=[group("betway"), group("unibet_se")],
            by_market=[group("totals")],
        ),
        {"betway": "Betway"},
        {},
    )
    assert [(one.title, one.narrows) for one in found] == [
        ("EV when it was listed", ""), ("Book", "book"), ("Market", "market"),
    ]  # fmt: skip
    assert [row.name for row in found[0].rows] == ["below 0 %", "1 to 2 %", "10 % and more"]
    assert [row.name for row in found[1].rows] == ["Betway", "Unibet se"]
    assert [row.name for row in found[2].rows] == ["Total"]


def test_a_long_table_is_cut_and_says_so() -> None:
    books = [group(f"book{number}") for number in range(record.MOST_ROWS + 3)]
    (found,) = record.tables(report(by_book=books), {}, {})
    assert (len(found.rows), found.more) == (record.MOST_ROWS, 3)


def test_a_figure_without_limits_does_not_stretch_the_scale() -> None:
    wild = group("b", clv_percent=estimate(90.0, None, 2))
    (found,) = record.tables(report(by_sport=[group("a"), wild]), {}, {})
    first, second = (row.clv.mark for row in found.rows)
    assert first is not None
    assert second is not None
    assert first.x2 == second.x == record.WIDTH - 6  # 3 % is the end, and 90 % lies beyond


def test_the_chart_has_all_points_in_both_sizes() -> None:
    found = record.chart(report(series=series(1.0, None, -2.0, 3.0)))
    assert [one.clv.value for one in found.points] == ["+1.00 %", "-2.00 %", "+3.00 %"]
    assert [one.name for one in found.drawings] == ["wide", "narrow"]
    for drawing in found.drawings:
        assert len(drawing.points) == 3
        assert len(drawing.curve.whole) == 3  # the mean of all, and its limits
        assert all(0 <= x <= drawing.width and 0 <= y <= drawing.height for x, y, _ in drawing.points)


def test_dates_find_room_under_the_chart() -> None:
    for count in (2, 3, 40):
        for drawing in record.chart(report(series=series(*[1.0] * count))).drawings:
            places = [x for x, _ in drawing.dates]
            assert places[0] == drawing.points[0][0]
            assert places[-1] == drawing.points[-1][0]
            assert len(places) <= max(drawing.width / 100, 2)


def test_one_point_is_no_chart() -> None:
    assert record.chart(report(series=series(1.0))).drawings == []
    assert record.chart(report()).points == []


def test_an_address_is_read_and_written() -> None:
    address = {"source": "sandbox", "sport": "soccer_epl", "market": "h2h", "book": "betway", "days": "30"}
    assert read(address).query == address
    assert read({"source": "x", "market": "y", "days": "31"}) == Asked()
    assert not Asked(source="live").narrows
    assert Asked(days="7").filters(NOW)["since"] == NOW - timedelta(days=7)
    assert Asked().filters(NOW) == {"sport": None, "market": None, "book": None, "since": None}
