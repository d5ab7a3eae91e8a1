"""What is recorded of an event can be read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jobs.odds import closing, history, record, results
from jobs.odds.history import Recorded, Snapshot
from tests.support.odds import START, Bet, Offer, analysis, before, event_id

pytestmark = pytest.mark.usefixtures("database")


def test_all_of_a_bet_is_told() -> None:
    bet = Bet(7, "betmgm", "totals", "Over", 5.5, sport="icehockey_nhl", reference="consensus")
    record.note(analysis(before(90), Offer(bet, 2.1, 0.5)), "live")
    record.note(analysis(before(10), Offer(bet, 2.0, 0.52, listed=False)), "live")
    closing.settle(START)
    results.settle({bet.event_id: (4, 2)}, START + timedelta(hours=3), source="live")
    [found] = history.of(event_id(7), source="live")
    assert found == Recorded(
        id=bet.id, event_id=event_id(7), sport="icehockey_nhl", home_team="Ants", away_team="Bees",
        commence_time=START, market="totals", outcome="Over", point=5.5, book="betmgm",
        first_listed_at=before(90), last_listed_at=before(90), price=2.1, fair_price=2.0,
        ev_percent=pytest.approx(5), method="power", reference="consensus", long_shot=False,
        closing="closed", closing_at=before(10), closing_minutes=10.0, closing_price=2.0,
        closing_fair_price=pytest.approx(1 / 0.52), clv_percent=pytest.approx(9.2), result="win",
        profit=pytest.approx(1.1),
        prices=[
            Snapshot(before(90), 2.1, 2.0, pytest.approx(5)),
            Snapshot(before(10), 2.0, pytest.approx(1 / 0.52), pytest.approx(4)),
        ],
    )  # fmt: skip


def test_bets_are_told_in_the_order_in_which_they_were_listed() -> None:
    first, second = Bet(book="fanduel"), Bet(book="betmgm")
    record.note(analysis(before(90), Offer(first)), "live")
    record.note(analysis(before(80), Offer(first), Offer(second)), "live")
    assert [one.book for one in history.of(first.event_id, source="live")] == ["fanduel", "betmgm"]


def test_an_event_on_which_nothing_was_listed_has_no_record() -> None:
    assert history.of(event_id(1), source="live") == []


def test_another_source_is_refused() -> None:
    with pytest.raises(ValueError, match="one of live, sandbox is due"):
        history.of(event_id(1), source="both")
