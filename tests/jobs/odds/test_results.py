"""Recorded bets end with their events' final scores."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jobs.odds import history, record, results
from jobs.odds.results import SCORE_DAYS, VOID_DAYS, Results
from tests.support.odds import START, Bet, Offer, analysis, before, event_id

pytestmark = pytest.mark.usefixtures("database")
BET = Bet()
OVER = START + timedelta(hours=3)
NOTHING = Results(0, 0, {})


def _note(*bets: Bet, price: float = 2.1, source: str = "live") -> None:
    record.note(analysis(before(60), *(Offer(bet, price, 0.5) for bet in bets)), source)


def _ended(bet: Bet = BET, source: str = "live") -> tuple[str | None, float | None]:
    [found] = [one for one in history.of(bet.event_id, source=source) if one.id == bet.id]
    return found.result, found.profit


def test_a_final_score_settles_all_bets_on_its_event() -> None:
    under = Bet(market="totals", outcome="Under", point=220.0, book="betmgm")
    spread = Bet(market="spreads", outcome="Bees", point=4.25)
    _note(BET, under, spread, price=2.5)
    settled = results.settle({BET.event_id: (112, 108)}, OVER, source="live")
    assert settled == Results(events=1, voided=0, bets={"win": 1, "push": 1, "half_win": 1})
    assert (_ended(), _ended(under), _ended(spread)) == (("win", 1.5), ("push", 0), ("half_win", 0.75))


def test_three_way_bets_are_settled_by_their_sport() -> None:
    soccer = Bet(1, outcome="Draw", ways=3, sport="soccer_epl")
    hockey = Bet(2, outcome="Draw", ways=3, sport="icehockey_nhl")
    _note(soccer, hockey, price=3.0)
    settled = results.settle({event_id(1): (1, 1), event_id(2): (2, 3)}, OVER, source="live")
    assert settled.bets == {"win": 1, "unknown": 1}
    assert (_ended(soccer), _ended(hockey)) == (("win", 2), ("unknown", None))


def test_a_game_that_is_not_over_and_games_that_nobody_recorded_are_passed_over() -> None:
    _note(BET)
    assert results.settle({BET.event_id: None, event_id(9): (1, 0)}, OVER, source="live") == NOTHING
    assert _ended() == (None, None)


def test_an_event_is_settled_once() -> None:
    _note(BET)
    results.settle({BET.event_id: (1, 0)}, OVER, source="live")
    assert results.settle({BET.event_id: (0, 1)}, OVER, source="live") == NOTHING
    assert _ended() == ("win", pytest.approx(1.1))


def test_scores_of_the_sandbox_settle_nothing_that_is_live() -> None:
    _note(BET)
    _note(BET, source="sandbox")
    assert results.settle({BET.event_id: (0, 1)}, OVER, source="sandbox").events == 1
    assert (_ended(), _ended(source="sandbox")) == ((None, None), ("loss", -1))


def test_an_event_that_never_comes_back_is_void() -> None:
    _note(BET)
    after = START + timedelta(days=VOID_DAYS)
    assert results.settle({}, after, source="live") == NOTHING
    assert results.settle({}, after + timedelta(seconds=1), source="sandbox") == NOTHING
    assert results.settle({}, after + timedelta(seconds=1), source="live") == Results(0, 1, {"void": 1})
    assert _ended() == ("void", None)


def test_many_events_are_voided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "CHUNK", 3)
    _note(*(Bet(number) for number in range(8)))
    settled = results.settle({}, START + timedelta(days=VOID_DAYS + 1), source="live")
    assert settled == Results(0, 8, {"void": 8})


def test_an_event_that_is_settled_is_recorded_no_more() -> None:
    _note(BET)
    results.settle({BET.event_id: (1, 0)}, OVER, source="live")
    late = Bet(book="betmgm", start=START + timedelta(days=2))
    noted = record.note(analysis(OVER, Offer(late)), "live")
    assert noted == record.Noted(0, 0, 0)


@pytest.mark.parametrize("score", [(1.0,), (float("nan"), 1.0), (1.0, float("inf"))])
def test_a_score_that_is_none_is_refused_by_name(score: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match=rf"The score of event {event_id(1)} is .* two numbers are due"):
        results.settle({event_id(1): score}, OVER, source="live")


def test_another_source_is_refused() -> None:
    with pytest.raises(ValueError, match="one of live, sandbox is due"):
        results.settle({}, OVER, source="test")


def test_sports_are_asked_for_as_long_as_the_upstream_can_answer() -> None:
    _note(BET, Bet(2, sport="soccer_epl"), Bet(3, sport="soccer_epl", start=START + timedelta(days=2)))
    wanted = {
        START + timedelta(hours=1): {},
        START + timedelta(hours=2): {"basketball_nba": 1, "soccer_epl": 1},
        START + timedelta(hours=25): {"basketball_nba": 2, "soccer_epl": 2},
        START + timedelta(days=SCORE_DAYS): {"basketball_nba": 3, "soccer_epl": 3},
        START + timedelta(days=SCORE_DAYS, hours=1): {"soccer_epl": 2},
    }
    assert {now: results.awaited(now, "live") for now in wanted} == wanted
    assert results.awaited(OVER, "sandbox") == {}


def test_a_sport_whose_events_are_settled_is_not_asked_for() -> None:
    _note(BET)
    results.settle({BET.event_id: (1, 0)}, OVER, source="live")
    assert results.awaited(OVER, "live") == {}
