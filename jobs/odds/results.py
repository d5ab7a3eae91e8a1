"""Results: how the recorded bets ended, once their events' final scores are known.

Owns when an event is settled and when it is given up; how a single bet ends is in grading.py. An event is
settled once: scores that are corrected later change nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from jobs.odds.grading import Result, grade, profit
from jobs.odds.rows import CHUNK, AnyRow, chunks, select_in, update_each
from jobs.odds.scores import Score
from jobs.odds.tables import OddsEvent, OddsOpportunity
from jobs.odds.writing import checked, writing
from longshore.storage import session_scope

VOID_DAYS = 7
"""Days after the start after which an event without a final score is void. Books give stakes back within
days of a game that was called off, and the upstream tells scores of the last ``SCORE_DAYS`` only."""
SCORE_DAYS = 3
"""Days back that the upstream can be asked for scores."""
LEAST_HOURS = 2
"""Hours after the start before which no game is over, so that asking would be a waste of credits."""


@dataclass(frozen=True)
class Results:
    """What was settled.

    Attributes:
        events: events with a final score.
        voided: events that were given up.
        bets: opportunities by result.
    """

    events: int
    voided: int
    bets: dict[Result, int]


def awaited(now: datetime, source: str) -> dict[str, int]:
    """Sports that have events without a result, and how many days back to ask for their scores, 1 to 3.

    Events that have started less than ``LEAST_HOURS`` or more than ``SCORE_DAYS`` ago are not among them.
    """
    start = func.min(OddsEvent.commence_time)
    wanted = (
        select(OddsEvent.sport, start)
        .where(
            OddsEvent.source == checked(source),
            OddsEvent.settled_at.is_(None),
            OddsEvent.commence_time.between(
                now - timedelta(days=SCORE_DAYS), now - timedelta(hours=LEAST_HOURS)
            ),
        )
        .group_by(OddsEvent.sport)
        .order_by(OddsEvent.sport)
    )
    with session_scope() as session:
        found = session.execute(wanted).all()
    return {sport: min(1 + (now - first) // timedelta(days=1), SCORE_DAYS) for sport, first in found}


def settle(scores: Mapping[str, Score | None], now: datetime, *, source: str) -> Results:
    """Settle the events whose final scores are given, and void those that never came back.

    Args:
        scores: points of home and away by the events' ids; None for a game that is not over. Events that
            nobody has recorded, or that are settled, are passed over.
        now: the time.
        source: where the scores are from, "live" or "sandbox".

    Raises:
        ValueError: the source is neither, or points are no numbers; the text names the event.
    """
    source = checked(source)
    final = {event_id: _checked(event_id, score) for event_id, score in scores.items() if score is not None}
    bets: Counter[Result] = Counter()
    events = sum(_settle_some(part, final, now, source, bets) for part in chunks(sorted(final)))
    voided = 0
    while some := _void_some(now, source, bets):
        voided += some
    return Results(events, voided, dict(+bets))


def _checked(event_id: str, score: Score) -> Score:
    if len(score) != 2 or not all(math.isfinite(points) for points in score):
        raise ValueError(f"The score of event {event_id} is {score!r}, where two numbers are due.")
    return score


def _settle_some(
    ids: Sequence[str],
    final: Mapping[str, Score],
    now: datetime,
    source: str,
    counted: Counter[Result],
) -> int:
    columns = OddsEvent.id, OddsEvent.event_id, OddsEvent.sport, OddsEvent.home_team, OddsEvent.away_team
    wanted = select(*columns).where(
        OddsEvent.source == source, OddsEvent.event_id.in_(ids), OddsEvent.settled_at.is_(None)
    )
    with writing() as session:
        events: dict[int, AnyRow] = {row.id: row for row in session.execute(wanted)}
        _write(session, events, final, counted)
        rows = [_settled(row.id, now, final[row.event_id]) for row in events.values()]
        update_each(session, OddsEvent, rows)
    return len(events)


def _settled(row: int, now: datetime, score: Score) -> dict[str, Any]:
    return {"id": row, "settled_at": now, "home_score": score[0], "away_score": score[1]}


def _write(
    session: Session, events: Mapping[int, AnyRow], final: Mapping[str, Score], counted: Counter[Result]
) -> None:
    rows = []
    for bet in _bets(session, list(events)):
        event = events[bet.event]
        what = bet.market, bet.outcome, bet.point, bet.ways
        ended = grade(event.sport, (event.home_team, event.away_team), what, final[event.event_id])
        counted[ended] += 1
        rows.append({"id": bet.id, "result": ended, "profit": profit(ended, bet.price)})
    update_each(session, OddsOpportunity, rows)


def _bets(session: Session, events: Sequence[int]) -> list[AnyRow]:
    columns = (
        OddsOpportunity.id, OddsOpportunity.event, OddsOpportunity.market, OddsOpportunity.outcome,
        OddsOpportunity.point, OddsOpportunity.ways, OddsOpportunity.price,
    )  # fmt: skip
    return select_in(session, select(*columns), OddsOpportunity.event, events)


def _void_some(now: datetime, source: str, counted: Counter[Result]) -> int:
    """Give up events that never came back, so many at once; how many they were."""
    long_ago = select(OddsEvent.id).where(
        OddsEvent.source == source,
        OddsEvent.settled_at.is_(None),
        OddsEvent.commence_time < now - timedelta(days=VOID_DAYS),
    )
    with writing() as session:
        events = session.scalars(long_ago.limit(CHUNK)).all()
        session.execute(
            update(OddsOpportunity).where(OddsOpportunity.event.in_(events)).values(result="void")
        )
        session.execute(update(OddsEvent).where(OddsEvent.id.in_(events)).values(settled_at=now))
        void = select(func.count()).where(OddsOpportunity.event.in_(events))
        counted["void"] += session.scalar(void) or 0
    return len(events)
