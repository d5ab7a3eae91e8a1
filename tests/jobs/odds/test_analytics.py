"""The report says what is recorded, of whom it is asked for, and no more than it can know."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest

from jobs.odds import analytics, closing, record, results
from jobs.odds.intervals import LEAST_EVENTS
from jobs.odds.report import Estimate, Group, Report
from tests.support.odds import HOME, START, Bet, Offer, analysis, event_id

pytestmark = pytest.mark.usefixtures("database")
NOW = START + timedelta(days=30)
NOTHING = Estimate(value=None, low=None, high=None, bets=0, events=0)


def _note(offers: Iterable[Offer], minutes: float = 120, source: str = "live") -> None:
    """Note each of the offers so long before its own start."""
    by_start: dict[datetime, list[Offer]] = {}
    for offer in offers:
        by_start.setdefault(offer.bet.start, []).append(offer)
    for start, some in sorted(by_start.items()):
        record.note(analysis(start - timedelta(minutes=minutes), *some), source)


def _play(
    offers: Iterable[Offer], fair: float = 0.5, score: tuple[float, float] = (1, 0), source: str = "live"
) -> None:
    """List the offers two hours before their starts; `fair` is the closing probability of all."""
    offers = list(offers)
    _note(offers, source=source)
    _note((Offer(one.bet, one.price, fair, listed=False) for one in offers), minutes=5, source=source)
    closing.settle(NOW)
    results.settle({one.bet.event_id: score for one in offers}, NOW, source=source)


def _report(source: str = "live", **filters: str | datetime) -> Report:
    return analytics.report(NOW, source=source, **filters)  # type: ignore[arg-type]


def _by_key(groups: list[Group]) -> dict[str, int]:
    return {one.key: one.opportunities for one in groups}


def test_an_empty_record_gives_an_empty_report() -> None:
    found = _report()
    assert found.overall == Group(
        key="all", opportunities=0, events=0, open=0, closed=0, vanished=0, unseen=0, results={},
        mean_ev_percent=None, clv_percent=NOTHING, beat_closing=NOTHING, hit_rate=NOTHING,
        expected_hit_rate=None, hit_surplus=NOTHING, return_per_unit=NOTHING,
    )  # fmt: skip
    assert (found.by_book, found.by_ev_band, found.by_lead, found.series) == ([], [], [], [])


def test_figures_are_means_over_the_opportunities() -> None:
    first, second, third = (Offer(Bet(number), price=price) for number, price in enumerate((2.1, 2.2, 2.3)))
    _play([first, second, third], fair=0.48, score=(1, 0))
    overall = _report().overall
    assert overall.mean_ev_percent == pytest.approx(10)
    assert overall.clv_percent.value == pytest.approx(100 * (2.2 * 0.48 - 1))
    assert overall.beat_closing.value == 1.0
    assert (overall.hit_rate.value, overall.expected_hit_rate) == (1.0, 0.5)
    assert overall.hit_surplus.value == 0.5
    assert overall.return_per_unit.value == pytest.approx(1.2)
    assert overall.results == {"win": 3}


def test_few_events_give_figures_without_intervals_and_say_so() -> None:
    books = [f"book{number}" for number in range(50)]
    _play(Offer(Bet(number, book)) for number in range(LEAST_EVENTS - 1) for book in books)
    found = _report()
    assert (found.overall.opportunities, found.overall.clv_percent.events) == (950, 19)
    assert found.overall.clv_percent.value == pytest.approx(5)
    for one in (found.overall.clv_percent, found.overall.hit_rate, found.overall.return_per_unit):
        assert (one.low, one.high) == (None, None)
    assert found.remarks == [
        "Events with a closing line: 19. An interval takes 20 or more.",
        "Events with a result: 19. An interval takes 20 or more.",
    ]


def test_enough_events_give_intervals() -> None:
    _play(Offer(Bet(number), price=2.1 + number / 1000) for number in range(LEAST_EVENTS))
    found = _report()
    one = found.overall.clv_percent
    assert one.low is not None
    assert one.high is not None
    assert one.value is not None
    assert one.low < one.value < one.high
    assert (found.remarks, found.confidence, found.least_events) == ([], 0.95, 20)


def test_live_and_sandbox_are_never_mixed() -> None:
    _play([Offer(Bet(1), price=2.1)])
    _play([Offer(Bet(1), price=2.5), Offer(Bet(2), price=2.5)], source="sandbox")
    assert (_report().overall.opportunities, _report("sandbox").overall.opportunities) == (1, 2)
    assert _report("sandbox").overall.clv_percent.value == pytest.approx(25)
    with pytest.raises(ValueError, match="one of live, sandbox is due"):
        _report("all")


def test_a_report_may_be_limited() -> None:
    later = START + timedelta(days=3)
    _play(
        [
            Offer(Bet(1, "betmgm")),
            Offer(Bet(2, "fanduel", "totals", "Over", 5.5, sport="icehockey_nhl")),
            Offer(Bet(3, "fanduel", start=later)),
        ]
    )
    assert _report().overall.opportunities == 3
    assert _report(book="fanduel").overall.opportunities == 2
    assert _report(market="totals").overall.opportunities == 1
    assert _report(sport="icehockey_nhl").overall.opportunities == 1
    assert _report(since=later).overall.opportunities == 1
    assert _report(book="fanduel", market="h2h").overall.opportunities == 1
    assert _report(sport="no_such_sport").overall.opportunities == 0
    assert _report(book="fanduel").book == "fanduel"


def test_groups_are_the_largest_first() -> None:
    _play(
        [
            Offer(Bet(1, "betmgm", reference="consensus")),
            Offer(Bet(1, "fanduel")),
            Offer(Bet(2, "fanduel", sport="icehockey_nhl")),
            Offer(Bet(3, "fanduel", "spreads", HOME, -3.5, sport="icehockey_nhl")),
        ]
    )
    found = _report()
    assert _by_key(found.by_book) == {"fanduel": 3, "betmgm": 1}
    assert [one.key for one in found.by_book] == ["fanduel", "betmgm"]
    assert _by_key(found.by_sport) == {"basketball_nba": 2, "icehockey_nhl": 2}
    assert _by_key(found.by_market) == {"h2h": 3, "spreads": 1}
    assert _by_key(found.by_reference) == {"sharp": 3, "consensus": 1}
    assert [one.events for one in found.by_sport] == [1, 2]


def test_bands_hold_their_lower_ends() -> None:
    evs = (-1.0, 0.0, 0.99, 1.0, 1.99, 2.0, 4.9, 5.0, 9.9, 10.0, 60.0)
    _play(Offer(Bet(number), price=(1 + ev / 100) * 4 + 1e-12, fair=0.25) for number, ev in enumerate(evs))
    assert _by_key(_report().by_ev_band) == {
        "below 0": 1, "0-1": 2, "1-2": 2, "2-5": 2, "5-10": 2, "over 10": 2,
    }  # fmt: skip


def test_long_shots_are_reported_apart() -> None:
    _play([Offer(Bet(1)), Offer(Bet(2, long_shot=True), price=12.0, fair=0.1)], fair=0.1)
    others, long_shots = _report().by_price
    assert (others.key, long_shots.key) == ("others", "long shots")
    assert long_shots.clv_percent.value == pytest.approx(20)


def test_what_was_listed_late_is_reported_apart() -> None:
    minutes = (30, 59, 60, 300, 1_000, 3_000, 6_000)
    for number, one in enumerate(minutes):
        _note([Offer(Bet(number))], minutes=one)
    assert _by_key(_report().by_lead) == {
        "under 1 h": 2, "1-6 h": 2, "6-24 h": 1, "1-3 days": 1, "over 3 days": 1,
    }  # fmt: skip


def test_what_has_no_closing_line_is_counted_and_left_out() -> None:
    totals = Bet(1, market="totals", outcome="Over", point=5.5)
    _note([Offer(Bet(1)), Offer(totals), Offer(Bet(2))])
    _note([Offer(Bet(1), 2.1, 0.5)], minutes=5)
    _note([Offer(Bet(3, start=NOW + timedelta(days=1)))])
    closing.settle(NOW)
    found = _report()
    overall = found.overall
    assert (overall.open, overall.closed, overall.vanished, overall.unseen) == (1, 1, 1, 1)
    assert (overall.clv_percent.bets, overall.clv_percent.value) == (1, pytest.approx(5))
    assert (
        "2 of 3 opportunities (67%) have no closing line and are left out of CLV: 1 as the line had "
        "vanished, 1 as nothing was read in time."
    ) in found.remarks


def test_what_was_given_back_counts_as_neither_hit_nor_miss() -> None:
    level = Bet(1, market="spreads", point=-1.0)
    quarter = Bet(2, market="spreads", point=-0.75)
    lost = Bet(3, market="spreads", point=-2.5)
    hockey = Bet(4, ways=3, sport="icehockey_nhl")
    never = Bet(5)
    _note(Offer(one, price=2.0, fair=0.51) for one in (level, quarter, lost, hockey, never))
    closing.settle(NOW)
    results.settle({event_id(number): (1, 0) for number in (1, 2, 3, 4)}, NOW, source="live")
    overall = _report().overall
    assert overall.results == {"push": 1, "half_win": 1, "loss": 1, "unknown": 1, "void": 1}
    assert (overall.hit_rate.value, overall.hit_rate.bets) == (pytest.approx(0.5 / 1.5), 1.5)
    assert overall.return_per_unit.value == pytest.approx((0 + 0.5 - 1) / 3)
    assert "The final score does not tell how 1 bets have ended." in _report().remarks


def test_the_series_is_by_day_and_over_a_long_time_by_week() -> None:
    _play(Offer(Bet(number, start=START + timedelta(days=number))) for number in range(3))
    found = _report()
    assert found.step == "day"
    assert [one.begins for one in found.series] == [date(2026, 4, 18), date(2026, 4, 19), date(2026, 4, 20)]
    assert [one.opportunities for one in found.series] == [1, 1, 1]
    _play([Offer(Bet(9, start=START - timedelta(days=100)))])
    found = _report()
    assert found.step == "week"
    assert [(one.begins, one.opportunities) for one in found.series] == [
        (date(2026, 1, 5), 1),
        (date(2026, 4, 13), 2),
        (date(2026, 4, 20), 1),
    ]
    assert {one.begins.weekday() for one in found.series} == {0}


def test_events_without_a_closing_line_are_not_in_the_series() -> None:
    _note([Offer(Bet(1))])
    assert _report().series == []


def test_a_report_is_json() -> None:
    _play(Offer(Bet(number)) for number in range(3))
    text = _report(since=datetime(2026, 1, 1, tzinfo=UTC)).model_dump_json()
    assert Report.model_validate_json(text) == _report(since=datetime(2026, 1, 1, tzinfo=UTC))
    assert json.loads(text)["since"] == "2026-01-01T00:00:00Z"
    assert "NaN" not in text


def test_a_record_that_is_read_in_parts_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    offers = [Offer(Bet(number % 25, f"book{number // 25}"), 2.1 + number / 1000) for number in range(100)]
    _play(offers)
    whole = _report()
    monkeypatch.setattr("jobs.odds.recorded.AT_ONCE", 7)
    assert _report() == whole
