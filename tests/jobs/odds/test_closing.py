"""Closing line value: the price taken against the last fair price before the start."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from jobs.odds import closing, history, record
from jobs.odds.closing import MOST_MINUTES, Settled
from jobs.odds.history import Recorded
from tests.support.odds import START, Bet, Offer, analysis, before

pytestmark = pytest.mark.usefixtures("database")
BET = Bet()
AFTER = START + timedelta(minutes=1)


def _note(*offers: Offer, minutes: float) -> None:
    record.note(analysis(before(minutes), *offers), "live")


def _recorded(bet: Bet = BET) -> Recorded:
    [found] = [one for one in history.of(bet.event_id, source="live") if one.id == bet.id]
    return found


def test_closing_line_value_is_the_price_taken_against_the_closing_fair_price() -> None:
    _note(Offer(BET, 2.1, 0.5), minutes=300)
    _note(Offer(BET, 2.0, 0.52, listed=False), minutes=100)
    _note(Offer(BET, 1.95, 0.55, listed=False), minutes=4)
    assert closing.settle(START) == Settled(events=1, closed=1, vanished=0, unseen=0)
    found = _recorded()
    assert found.clv_percent == pytest.approx(100 * (2.1 / (1 / 0.55) - 1))
    assert (found.closing, found.closing_price, found.closing_at) == ("closed", 1.95, before(4))
    assert (found.closing_fair_price, found.closing_minutes) == (pytest.approx(1 / 0.55), 4)


def test_a_line_that_moves_against_the_bet_gives_a_negative_value() -> None:
    _note(Offer(BET, 2.1, 0.5), minutes=300)
    _note(Offer(BET, 2.4, 0.4, listed=False), minutes=4)
    closing.settle(AFTER)
    assert _recorded().clv_percent == pytest.approx(-16)


def test_nothing_is_settled_before_the_start() -> None:
    _note(Offer(BET), minutes=300)
    assert closing.settle(START - timedelta(seconds=1)) == Settled(0, 0, 0, 0)
    assert _recorded().closing == "open"


def test_what_is_settled_is_not_settled_again() -> None:
    _note(Offer(BET), minutes=30)
    _note(Offer(BET), minutes=5)
    assert closing.settle(AFTER).closed == 1
    assert closing.settle(AFTER) == Settled(0, 0, 0, 0)


def test_its_own_listing_is_no_closing_line() -> None:
    _note(Offer(BET, 2.1, 0.5), minutes=5)
    assert closing.settle(AFTER) == Settled(events=1, closed=0, vanished=0, unseen=1)
    assert (_recorded().closing, _recorded().clv_percent) == ("unseen", None)


@pytest.mark.parametrize(("minutes", "said"), [(MOST_MINUTES, "closed"), (MOST_MINUTES + 1, "unseen")])
def test_a_fair_price_that_is_too_old_is_no_closing_line(minutes: int, said: str) -> None:
    _note(Offer(BET), minutes=300)
    _note(Offer(BET), minutes=minutes)
    closing.settle(AFTER)
    assert _recorded().closing == said


def test_a_line_that_had_gone_is_counted_apart() -> None:
    moved = Bet(market="totals", outcome="Over", point=220.5)
    _note(Offer(moved), Offer(BET), minutes=300)
    _note(Offer(BET), minutes=5)
    assert closing.settle(AFTER) == Settled(events=1, closed=1, vanished=1, unseen=0)
    assert (_recorded(moved).closing, _recorded(moved).clv_percent) == ("vanished", None)
    assert closing.settle(AFTER).without_closing == 0


def test_a_line_that_went_just_before_the_start_has_its_last_fair_price() -> None:
    _note(Offer(BET, 2.1, 0.5), minutes=300)
    _note(Offer(BET, 2.1, 0.51), minutes=10)
    record.note(analysis(before(5)), "live", {BET.event_id: START})
    closing.settle(AFTER)
    found = _recorded()
    assert (found.closing, found.closing_minutes) == ("closed", 10)
    assert [one.fair_price for one in found.prices][-1] is None


def test_a_book_without_a_price_at_the_start_does_not_keep_the_line_from_closing() -> None:
    _note(Offer(BET, 2.1, 0.5), minutes=300)
    _note(Offer(BET, None, 0.5, listed=False), minutes=5)
    closing.settle(AFTER)
    assert (_recorded().closing_price, _recorded().clv_percent) == (None, pytest.approx(5))


def test_a_bet_that_was_listed_after_the_last_look_of_others_is_counted_by_itself() -> None:
    late = Bet(book="betmgm")
    _note(Offer(BET), minutes=30)
    _note(Offer(BET), Offer(late), minutes=5)
    assert closing.settle(AFTER) == Settled(events=1, closed=1, vanished=0, unseen=1)
    assert _recorded(late).closing == "unseen"


def test_events_are_settled_each_at_its_own_start() -> None:
    later = Bet(2, start=START + timedelta(hours=3))
    for minutes in (30, 5):
        _note(Offer(BET), Offer(later), minutes=minutes)
    assert closing.settle(AFTER).events == 1
    assert _recorded(later).closing == "open"
    assert closing.settle(later.start) == Settled(1, 0, 0, 1)


def test_more_events_than_go_in_one_transaction_are_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "MOST_EVENTS", 3)
    for minutes in (30, 5):
        _note(*(Offer(Bet(event)) for event in range(8)), minutes=minutes)
    assert closing.settle(AFTER) == Settled(8, 8, 0, 0)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(Exception, match="a moment needs a time zone"):
        closing.settle(datetime(2026, 4, 18))  # noqa: DTZ001
