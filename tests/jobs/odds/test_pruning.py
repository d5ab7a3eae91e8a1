"""What is older than the setting is dropped."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from jobs.odds import closing, history, pruning, record
from jobs.odds.pruning import PRICE_DAYS, Pruned
from jobs.odds.tables import OddsEvent, OddsOpportunity, OddsPrice
from longshore import storage
from longshore.settings import Settings
from tests.support.odds import START, Bet, Offer, analysis, before

pytestmark = pytest.mark.usefixtures("database")


def _counts() -> list[int]:
    with storage.session_scope() as session:
        tables = OddsEvent, OddsOpportunity, OddsPrice
        return [session.scalar(select(func.count()).select_from(one)) or 0 for one in tables]


def test_events_are_kept_as_long_as_the_setting_says(settings: Settings) -> None:
    later = Bet(2, start=START + timedelta(days=1))
    for minutes, price in ((60, 2.1), (50, 2.2)):
        record.note(analysis(before(minutes), Offer(Bet(), price), Offer(later, price)), "live")
    ended = START + timedelta(days=settings.odds_keep_days)
    assert pruning.prune(ended) == Pruned(0, 0, 2)
    assert _counts() == [2, 2, 0]
    assert pruning.prune(ended + timedelta(seconds=1)) == Pruned(1, 1, 0)
    assert _counts() == [1, 1, 0]


def test_snapshots_are_dropped_earlier_and_what_they_prove_is_kept() -> None:
    later = Bet(2, start=START + timedelta(days=1))
    for minutes, price in ((60, 2.1), (50, 2.2)):
        record.note(analysis(before(minutes), Offer(Bet(), price), Offer(later, price)), "live")
    closing.settle(START)
    after = START + timedelta(days=PRICE_DAYS)
    assert pruning.prune(after) == Pruned(0, 0, 0)
    assert pruning.prune(after + timedelta(seconds=1)) == Pruned(0, 0, 1)
    assert pruning.prune(after + timedelta(seconds=1)) == Pruned(0, 0, 0)
    assert _counts() == [2, 2, 2]
    [found] = history.of(Bet().event_id, source="live")
    assert (found.prices, found.closing, found.clv_percent) == ([], "closed", pytest.approx(5))


def test_many_are_dropped_part_by_part(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "CHUNK", 4)
    bets = [Bet(event, book) for event in range(10) for book in ("betmgm", "fanduel")]
    record.note(analysis(before(60), *(Offer(bet) for bet in bets)), "sandbox")
    ended = START + timedelta(days=settings.odds_keep_days + 1)
    assert pruning.prune(ended) == Pruned(10, 20, 0)
    assert _counts() == [0, 0, 0]
    assert pruning.prune(ended) == Pruned(0, 0, 0)
