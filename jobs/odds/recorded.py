"""The record as arrays, a place a bet, for statistics.

Owns what is read of the tables and what the figures of each bet are; what is made of them is in analytics.py.
About 100 bytes a bet are held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Integer, Select, select, type_coerce

from jobs.odds.intervals import Floats, Ints
from jobs.odds.rows import AnyRow
from jobs.odds.tables import OddsEvent, OddsOpportunity
from longshore.storage import session_scope

AT_ONCE = 1_000
"""Rows that are read at a time. Of so few none outlives a turn of Python's garbage collector, which otherwise
takes as long as a third of the reading."""


@dataclass(frozen=True)
class Named:
    """A word for each bet.

    Attributes:
        code: the word's place in `names`, for each bet.
        names: the words.
    """

    code: Ints
    names: list[str]

    def where(self, *names: str) -> Floats:
        """1.0 for bets that have one of these words, else 0.0."""
        is_one = np.array([one in names for one in self.names] or [False])
        return is_one[self.code].astype(np.float64)


@dataclass(frozen=True)
class Bets:
    """What is recorded of each bet.

    Attributes:
        event: number of its event, counted from 0 in the order of their starts.
        days: the day on which each event starts, UTC, by number.
        lead_hours: from the first listing to the start that was known then.
        ev_percent: when it was first listed.
        probability: the fair one of then.
        clv_percent: NaN without a closing line.
        profit: for a stake of 1; NaN without a result of its own.
        long_shot: 1 if its price was one, else 0.
        book: by key.
        sport: by key.
        market: by key.
        reference: "sharp" or "consensus".
        closing: see closing.py.
        result: see grading.py; "" before.
    """

    event: Ints
    days: list[date]
    lead_hours: Floats
    ev_percent: Floats
    probability: Floats
    clv_percent: Floats
    profit: Floats
    long_shot: Floats
    book: Named
    sport: Named
    market: Named
    reference: Named
    closing: Named
    result: Named

    def __len__(self) -> int:
        return len(self.event)


def load(
    source: str,
    *,
    sport: str | None = None,
    market: str | None = None,
    book: str | None = None,
    since: datetime | None = None,
) -> Bets:
    """Read the bets of one source, all or those of one sport, market or book, or whose events start later."""
    conditions = [OddsEvent.source == source]
    conditions += [OddsEvent.sport == sport] if sport is not None else []
    conditions += [OddsEvent.commence_time >= since] if since is not None else []
    of_bets = [OddsOpportunity.market == market] if market is not None else []
    of_bets += [OddsOpportunity.book == book] if book is not None else []
    columns = _Columns()
    with session_scope() as session:
        events = select(OddsEvent.id, OddsEvent.sport, OddsEvent.commence_time).where(*conditions)
        starts = session.execute(events.order_by(OddsEvent.commence_time, OddsEvent.id)).all()
        connection = session.connection()  # past the session, which would take half as long again
        for rows in connection.execute(_bets([*conditions, *of_bets])).partitions():
            columns.add(rows)
    return columns.bets(starts)


def _bets(conditions: Sequence[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    bet = OddsOpportunity
    wanted = select(
        bet.event, bet.book, bet.market, bet.reference, bet.closing, bet.result,
        bet.lead_hours, bet.ev_percent, bet.fair_probability, bet.clv_percent, bet.profit,
        type_coerce(bet.long_shot, Integer),
    )  # fmt: skip
    wanted = wanted.join(OddsEvent, OddsEvent.id == bet.event).where(*conditions)
    return wanted.execution_options(yield_per=AT_ONCE)


_WORDS = ("book", "market", "reference", "closing", "result")
_FIGURES = ("lead_hours", "ev_percent", "probability", "clv_percent", "profit", "long_shot")


class _Codes(dict[str | None, int]):
    """Numbers words in the order in which they first come."""

    def __missing__(self, word: str | None) -> int:
        self[word] = number = len(self)
        return number


class _Columns:
    """Collects rows as arrays, part by part, so that only a part of them is ever held as objects."""

    def __init__(self) -> None:
        self._codes = [_Codes() for _ in _WORDS]
        self._parts: list[tuple[Ints, Ints, Floats]] = []

    def add(self, rows: Sequence[Any]) -> None:
        """Take in some rows, in the order of the columns above."""
        columns = list(zip(*rows, strict=True))
        words, figures = columns[1 : 1 + len(_WORDS)], columns[1 + len(_WORDS) :]
        coded = [[codes[word] for word in column] for codes, column in zip(self._codes, words, strict=True)]
        self._parts.append(
            (np.array(columns[0]), np.array(coded), np.array(figures, dtype=np.float64))  # None becomes NaN
        )

    def bets(self, starts: Sequence[AnyRow]) -> Bets:
        """All that was taken in, on these events, in the order of their starts."""
        rows, coded, figures = self._joined()
        ids = np.array([start.id for start in starts], dtype=np.int64)
        order = np.argsort(ids)
        event = order[np.searchsorted(ids, rows, sorter=order)]
        sports = _Codes()
        sport = np.array([sports[start.sport] for start in starts], dtype=np.int64)
        words: Any = {
            name: Named(code, [word or "" for word in codes])
            for name, code, codes in zip(_WORDS, coded, self._codes, strict=True)
        }
        numbers: Any = dict(zip(_FIGURES, figures, strict=True))
        return Bets(
            event=event,
            days=[start.commence_time.date() for start in starts],
            sport=Named(sport[event], [one or "" for one in sports]),
            **words,
            **numbers,
        )

    def _joined(self) -> tuple[Ints, Ints, Floats]:
        if not self._parts:
            return (
                np.zeros(0, dtype=np.int64),
                np.zeros((len(_WORDS), 0), dtype=np.int64),
                np.zeros((len(_FIGURES), 0)),
            )
        rows, coded, figures = zip(*self._parts, strict=True)
        return np.concatenate(rows), np.concatenate(coded, axis=1), np.concatenate(figures, axis=1)
