"""A long record of made-up bets, put into the tables past the doors: to play it would take an hour."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select

from jobs.odds.rows import table_of
from jobs.odds.tables import OddsEvent, OddsOpportunity
from longshore import storage

BEGINS = datetime(2025, 1, 1, tzinfo=UTC)
BETS_A_GAME = 20
SPORTS = ("americanfootball_nfl", "baseball_mlb", "basketball_nba", "icehockey_nhl", "soccer_epl")
AT_ONCE = 1_000
"""Events whose bets are inserted at once."""


def is_there() -> bool:
    """Whether anything is recorded."""
    with storage.session_scope() as session:
        return bool(session.scalar(select(func.count()).select_from(OddsEvent)))


def fill(bets: int) -> None:
    """Record so many settled bets of the sandbox, 20 on an event, an event an hour."""
    rng, events = random.Random(1), bets // BETS_A_GAME
    for first in range(0, events, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, events))
        with storage.engine().begin() as connection:
            adding = insert(table_of(OddsEvent)).returning(OddsEvent.id)
            rows = connection.scalars(adding, [_event(number, rng) for number in numbers]).all()
            made = [bet for row in rows for bet in _bets(row, rng)]
            connection.execute(insert(table_of(OddsOpportunity)), made)


def _event(number: int, rng: random.Random) -> dict[str, Any]:
    start = BEGINS + timedelta(hours=number)
    return {
        "source": "sandbox", "event_id": f"{number:032x}", "sport": rng.choice(SPORTS), "home_team": "Ants",
        "away_team": "Bees", "commence_time": start, "looked_at": start, "closed_at": start,
        "settled_at": start, "home_score": 1.0, "away_score": 0.0,
    }  # fmt: skip


def _bets(event: int, rng: random.Random) -> Iterator[dict[str, Any]]:
    for number in range(BETS_A_GAME):
        chance, ev = rng.uniform(0.05, 0.7), rng.expovariate(0.5)
        closing, price = chance * rng.uniform(0.97, 1.03), (1 + ev / 100) / chance
        won = rng.random() < closing
        yield {
            "event": event, "key": f"{number:024x}", "market": rng.choice(("h2h", "spreads", "totals")),
            "outcome": "Ants", "point": None, "ways": 2, "book": f"book_{rng.randrange(65):02}",
            "first_listed_at": BEGINS, "last_listed_at": BEGINS, "price": price, "fair_probability": chance,
            "ev_percent": ev, "method": "power", "reference": rng.choice(("sharp", "consensus")),
            "long_shot": price >= 8, "lead_hours": rng.expovariate(0.05), "noted_price": price,
            "noted_probability": chance, "snapshots": 1, "closing_price": price,
            "closing_probability": closing, "closing_at": BEGINS, "closing": "closed",
            "clv_percent": 100 * (price * closing - 1), "result": "win" if won else "loss",
            "profit": price - 1 if won else -1.0,
        }  # fmt: skip
