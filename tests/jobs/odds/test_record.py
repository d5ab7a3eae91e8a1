"""What is listed goes to SQL once, and its prices until the start."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from jobs.odds import closing, history, prices, record
from jobs.odds.history import Recorded
from jobs.odds.model import Analysis
from jobs.odds.record import Noted
from tests.support.odds import START, Bet, Offer, analysis, before, event_id

pytestmark = pytest.mark.usefixtures("database")
BET = Bet()
LIVE = "live"


def _note(*offers: Offer, minutes: float = 120) -> Noted:
    return record.note(analysis(before(minutes), *offers), LIVE)


def _recorded(bet: Bet = BET, source: str = LIVE) -> Recorded:
    [found] = [one for one in history.of(bet.event_id, source=source) if one.id == bet.id]
    return found


def _prices(bet: Bet = BET) -> list[tuple[float | None, float | None]]:
    return [(one.price, one.fair_price) for one in _recorded(bet).prices]


def test_what_is_listed_first_is_recorded_with_its_price() -> None:
    assert _note(Offer(BET, 2.1, 0.5), Offer(Bet(2), 3.0, 0.4)) == Noted(new=2, updated=0, watched=0)
    found = _recorded()
    assert (found.price, found.fair_price, found.ev_percent) == (2.1, 2.0, pytest.approx(5.0))
    assert (found.reference, found.method, found.closing, found.result) == ("sharp", "power", "open", None)
    assert (found.sport, found.home_team, found.commence_time) == ("basketball_nba", "Ants", START)
    assert found.first_listed_at == found.last_listed_at == before(120)
    assert _prices() == [(2.1, 2.0)]


def test_the_price_taken_is_the_one_of_the_first_listing_whatever_is_listed_later() -> None:
    _note(Offer(BET, 2.1, 0.5))
    assert _note(Offer(BET, 2.4, 0.5), minutes=60) == Noted(new=0, updated=1, watched=1)
    found = _recorded()
    assert (found.price, found.ev_percent) == (2.1, pytest.approx(5.0))
    assert (found.first_listed_at, found.last_listed_at) == (before(120), before(60))
    assert found.closing_price == 2.4


def test_a_bet_is_watched_when_it_is_not_listed_any_more() -> None:
    _note(Offer(BET, 2.1, 0.5))
    _note(Offer(BET, 1.9, 0.5, listed=False), minutes=60)
    found = _recorded()
    assert found.last_listed_at == before(120)
    assert [(one.at, one.price, one.ev_percent) for one in found.prices] == [
        (before(120), 2.1, pytest.approx(5.0)),
        (before(60), 1.9, pytest.approx(-5.0)),
    ]


def test_a_snapshot_is_written_only_when_something_has_changed() -> None:
    for minutes in (120, 115, 110, 105):
        _note(Offer(BET, 2.1, 0.5), minutes=minutes)
    assert len(_prices()) == 1
    assert _recorded().closing_at == before(105), "the look counts, though it changed nothing"


@pytest.mark.parametrize(("fair", "changes"), [(0.5004, 0), (0.501, 1), (0.499, 1)])
def test_a_fair_price_has_to_move_by_a_thousandth_to_be_a_change(fair: float, changes: int) -> None:
    _note(Offer(BET, 2.1, 0.5))
    assert _note(Offer(BET, 2.1, fair), minutes=60).updated == changes
    assert _recorded().closing_fair_price == pytest.approx(1 / fair), "the closing price is exact"


def test_small_steps_add_up_to_a_change() -> None:
    _note(Offer(BET, 2.1, 0.5))
    steps = [_note(Offer(BET, 2.1, 0.5 + 0.0002 * step), minutes=60 - step).updated for step in range(1, 6)]
    assert sum(steps) == 1


def test_a_book_that_offers_it_no_more_leaves_a_snapshot_without_a_price() -> None:
    _note(Offer(BET, 2.1, 0.5))
    for minutes in (60, 55):
        _note(Offer(BET, None, 0.48, listed=False), minutes=minutes)
    assert _prices() == [(2.1, 2.0), (None, pytest.approx(1 / 0.48))]
    assert _recorded().closing_price is None


def test_a_price_that_takes_no_part_counts_as_none() -> None:
    _note(Offer(BET, 2.1, 0.5))
    _note(Offer(BET, 2.1, 0.5, listed=False, used=False), minutes=60)
    assert _prices()[1:] == [(None, 2.0)]


def test_a_line_that_has_gone_leaves_a_snapshot_without_anything() -> None:
    moved = Bet(outcome="Over", market="totals", point=220.5)
    _note(Offer(moved, 2.1, 0.5))
    now = Offer(Bet(outcome="Over", market="totals", point=222.5), 1.9, 0.5, listed=False)
    for minutes in (60, 55):
        _note(now, minutes=minutes)
    assert _prices(moved) == [(2.1, 2.0), (None, None)]
    found = _recorded(moved)
    assert (found.closing_at, found.closing_fair_price) == (before(120), 2.0), "the last one that there was"


def test_a_line_without_a_fair_price_keeps_the_last_one() -> None:
    _note(Offer(BET, 2.1, 0.5))
    _note(Offer(BET, 2.2, None, listed=False), minutes=60)
    assert _prices() == [(2.1, 2.0), (2.2, None)]
    assert _recorded().closing_at == before(120)


def test_two_way_and_three_way_prices_are_not_mixed_up() -> None:
    two, three = Bet(book="pinnacle"), Bet(book="betfair", ways=3)
    _note(Offer(two, 1.8, 0.6), Offer(three, 2.3, 0.5))
    _note(Offer(two, 1.7, 0.61, listed=False), Offer(three, 2.2, 0.52, listed=False), minutes=60)
    assert (_recorded(two).closing_price, _recorded(three).closing_price) == (1.7, 2.2)
    assert _recorded(three).closing_fair_price == pytest.approx(1 / 0.52)


def test_a_bet_is_worth_what_its_own_book_is_judged_by_and_without_it_what_the_line_shows() -> None:
    other = Bet(book="betmgm")
    _note(Offer(BET, 2.1, 0.5), Offer(other, 2.1, 0.52))
    _note(Offer(BET, 2.1, 0.5), Offer(other, 2.1, 0.53), minutes=60)
    assert _recorded(other).closing_fair_price == pytest.approx(1 / 0.53)
    _note(Offer(BET, 2.1, 0.5), minutes=30)
    assert _recorded(other).closing_fair_price == pytest.approx(1 / 0.5)


def test_an_event_that_was_not_read_changes_nothing() -> None:
    _note(Offer(BET))
    assert _note(Offer(Bet(2)), minutes=60) == Noted(new=1, updated=0, watched=0)
    assert _recorded().closing_at == before(120)


def test_the_same_analysis_twice_changes_nothing() -> None:
    _note(Offer(BET), minutes=60)
    assert _note(Offer(BET), minutes=60) == Noted(0, 0, 0)
    assert len(_prices()) == 1


def test_an_older_analysis_that_comes_late_changes_nothing() -> None:
    _note(Offer(BET, 2.1, 0.5), minutes=60)
    assert _note(Offer(BET, 2.5, 0.5), minutes=90) == Noted(0, 0, 0)
    assert _recorded().price == 2.1


def test_nothing_is_recorded_from_the_start_on() -> None:
    assert _note(Offer(BET), minutes=0) == Noted(0, 0, 0)
    _note(Offer(BET, 2.1, 0.5), minutes=10)
    assert _note(Offer(BET, 9.0, 0.5), minutes=-5) == Noted(0, 0, 0)
    assert _prices() == [(2.1, 2.0)]


def test_live_and_sandbox_are_recorded_apart() -> None:
    record.note(analysis(before(60), Offer(BET, 2.1, 0.5)), "live")
    record.note(analysis(before(60), Offer(BET, 3.1, 0.5)), "sandbox")
    assert (_recorded().price, _recorded(source="sandbox").price) == (2.1, 3.1)


def test_another_source_is_refused() -> None:
    with pytest.raises(ValueError, match=r"source is 'test', where one of live, sandbox is due"):
        record.note(analysis(before(60)), "test")


def test_an_analysis_without_anything_is_noted() -> None:
    assert record.note(analysis(before(60)), LIVE) == Noted(0, 0, 0)


def test_an_event_that_is_moved_to_a_later_time_stays_open() -> None:
    _note(Offer(BET))
    later = START + timedelta(days=1)
    unlisted = analysis(START + timedelta(hours=1), Offer(BET, 1.9, 0.5, listed=False))
    assert record.note(unlisted, LIVE).watched == 0, "nobody says that it was moved"
    assert record.note(unlisted, LIVE, {event_id(1): later}) == Noted(0, 1, 1)
    assert _recorded().commence_time == later
    assert closing.settle(START + timedelta(hours=2)).events == 0


def test_an_event_that_was_moved_after_its_lines_were_settled_is_open_again() -> None:
    _note(Offer(BET, 2.1, 0.5), minutes=20)
    _note(Offer(BET, 2.1, 0.5), minutes=10)
    closing.settle(START + timedelta(minutes=5))
    assert _recorded().closing == "closed"
    later = START + timedelta(hours=3)
    record.note(analysis(START + timedelta(minutes=30), Offer(Bet(start=later), 2.0, 0.52)), LIVE)
    assert (_recorded().closing, _recorded().clv_percent) == ("open", None)
    closing.settle(later)
    found = _recorded()
    assert (found.closing, found.closing_minutes) == ("unseen", 150)


def test_an_event_that_was_brought_forward_starts_when_it_started() -> None:
    _note(Offer(BET), minutes=120)
    early = before(90)
    record.note(analysis(before(80)), LIVE, {event_id(1): early})
    assert _recorded().commence_time == early


def test_many_snapshots_are_thinned_and_the_first_and_the_newest_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(prices, "MOST_SNAPSHOTS", 8)
    other = Bet(book="betmgm")
    for step in range(30):
        _note(Offer(BET, 2.0 + step / 100, 0.5), Offer(other, 2.1, 0.5), minutes=120 - step)
    found = [price or 0.0 for price, _ in _prices()]
    assert len(found) <= 8
    assert found == sorted(found)
    assert (found[0], found[-1]) == (2.0, 2.29)
    assert len(_prices(other)) == 1


def test_refreshes_at_the_same_instant_record_each_opportunity_once() -> None:
    analyses = [
        analysis(before(60 - number % 2), *(Offer(Bet(event)) for event in range(number, number + 30)))
        for number in range(6)
    ]
    faults = _all_at_once(analyses)
    assert faults == []
    assert [len(history.of(event_id(event), source=LIVE)) for event in range(35)] == [1] * 35


def _all_at_once(analyses: list[Analysis]) -> list[Exception]:
    faults: list[Exception] = []
    together = threading.Barrier(len(analyses))

    def run(one: Analysis) -> None:
        together.wait(10)
        try:
            record.note(one, LIVE)
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=run, args=(one,)) for one in analyses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return faults


def test_several_thousand_events_and_opportunities_are_recorded_together() -> None:
    offers = [Offer(Bet(number // 2, book=f"book{number % 2}")) for number in range(3_000)]
    assert _note(*offers) == Noted(3_000, 0, 0)
    moved = [Offer(one.bet, 2.2, 0.5, listed=False) for one in offers]
    assert _note(*moved, minutes=60) == Noted(0, 3_000, 3_000)
