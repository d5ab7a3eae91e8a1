"""Snapshots of an opportunity's price: one for each change until the start, so many and no more.

A snapshot holds until the next one. When an opportunity has too many, every second one is dropped: what is
kept spans the whole time, and is the denser the newer it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.orm import Session

from jobs.odds.current import Now
from jobs.odds.rows import chunks, insert_each
from jobs.odds.tables import OddsPrice

MOST_SNAPSHOTS = 100
"""Snapshots of one opportunity: at most so many, about 60 bytes each."""
LEAST_CHANGE = 0.001
"""Share by which a fair probability has to move to be a change. The closing one is kept exactly, beside
them."""


def is_change(before: Now, now: Now) -> bool:
    """Whether a look is worth a snapshot."""
    if before.price != now.price or before.probability is None or now.probability is None:
        return before != now
    return abs(now.probability / before.probability - 1.0) >= LEAST_CHANGE


def kept(snapshots: int) -> int:
    """How many of so many are left after room was made for another one."""
    return (snapshots + 1) // 2 if snapshots >= MOST_SNAPSHOTS else snapshots


def add(session: Session, at: datetime, looks: Sequence[tuple[int, int, Now]]) -> None:
    """Add a snapshot to each of these opportunities.

    Args:
        session: whose writer has its turn.
        at: when.
        looks: the opportunities' rows, how many snapshots each has, and the new one.
    """
    _thin(session, [row for row, snapshots, _ in looks if kept(snapshots) < snapshots])
    rows = [
        {"opportunity": row, "at": at, "price": now.price, "fair_probability": now.probability}
        for row, _, now in looks
    ]
    insert_each(session, OddsPrice, rows)


def _thin(session: Session, opportunities: Sequence[int]) -> None:
    """Drop every second snapshot; the first stays."""
    key = OddsPrice.opportunity, OddsPrice.at
    place = func.row_number().over(partition_by=OddsPrice.opportunity, order_by=OddsPrice.at)
    for part in chunks(opportunities):
        counted = select(*key, place.label("place")).where(OddsPrice.opportunity.in_(part)).subquery()
        second = select(counted.c.opportunity, counted.c.at).where(counted.c.place % 2 == 0)
        session.execute(
            delete(OddsPrice).where(tuple_(*key).in_(second)),
            execution_options={"synchronize_session": False},
        )
