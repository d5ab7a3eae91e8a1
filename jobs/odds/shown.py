"""What a board shows, and reading it from its snapshot.

Owns the names of the snapshot's parts. Publishing and this process's copy are in board.py.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from jobs.odds import parts
from jobs.odds.model import Arbitrage, Line, Middle, Opportunity, SportCount
from jobs.odds.parts import Lines
from longshore.snapshots import Head, Snapshot, UnreadableSnapshot

OPPORTUNITIES, ARBITRAGES, MIDDLES = "opportunities", "arbitrages", "middles"
EVENTS, COUNTS = "events", "counts"
HELD = (OPPORTUNITIES, ARBITRAGES, MIDDLES, EVENTS, COUNTS)
"""The parts that each process has a copy of. Beside them there is one with the lines of each event."""


def ladder(event_id: str) -> str:
    """The part with an event's lines."""
    return f"event:{event_id}"


@dataclass(frozen=True, slots=True)
class EventHead:
    """An event without its prices.

    Attributes:
        id: the upstream's.
        sport: the upstream's key.
        sport_title: its name for people.
        commence_time: when it starts.
        home_team: the home team.
        away_team: the away team.
    """

    id: str
    sport: str
    sport_title: str
    commence_time: datetime
    home_team: str
    away_team: str


@dataclass(frozen=True, slots=True)
class SportState:
    """A sport on the board.

    Attributes:
        sport: the upstream's key.
        title: its name for people; the key if nothing says it.
        ok: whether the last refresh that asked for it has read it.
        error: why not, in words.
        updated_at: when its prices were judged; None if it has never been read.
        carried: whether the last refresh has left them as they were.
    """

    sport: str
    title: str
    ok: bool = True
    error: str = ""
    updated_at: datetime | None = None
    carried: bool = False


class EventLadders(NamedTuple):
    """An event with all its prices.

    Attributes:
        head: the event.
        lines: every line with its prices; None if they found no room in the snapshot.
    """

    head: EventHead
    lines: Sequence[Line] | None


@dataclass(frozen=True)
class Board:
    """What is known, of all sports.

    Attributes:
        version: of the snapshot.
        at: when the newest of it was judged.
        source: "live", or "sandbox" for made-up data.
        opportunities: highest EV first.
        arbitrages: highest profit first.
        middles: least break-even probability first.
        rows: each of these three as lines of JSON, in the same order, by its name.
        events: all events with prices, by id.
        counts: what was seen in each sport.
        sports: how each sport stands, by key.
        starts: when events start, in order, as Unix time.
        size: bytes of the snapshot, compressed.
        plan: the credits plan as JSON; empty if there is none.
        credits: the same in words.
        away: whether this is what is left, as Redis is away or has lost it.
        why: why so, in words.
    """

    version: str
    at: datetime
    source: str
    opportunities: Sequence[Opportunity]
    arbitrages: Sequence[Arbitrage]
    middles: Sequence[Middle]
    rows: Mapping[str, Sequence[bytes]]
    events: Mapping[str, EventHead]
    counts: Mapping[str, SportCount]
    sports: Mapping[str, SportState]
    starts: Sequence[float]
    size: int
    plan: Mapping[str, Any] = field(default_factory=dict)
    credits: str = ""
    away: bool = False
    why: str = ""

    @property
    def failed(self) -> dict[str, str]:
        """Why not, for each sport that was not read when it was asked for last."""
        return {one.sport: one.error for one in self.sports.values() if not one.ok}

    def begun(self, now: float) -> int:
        """How many of `starts` have passed. It changes when an event starts."""
        return bisect_right(self.starts, now)

    def old(self, now: datetime, most: timedelta) -> list[str]:
        """The sports whose prices were judged longer ago than that."""
        return [one.sport for one in self.sports.values() if one.updated_at and now - one.updated_at > most]


_OPPORTUNITIES, _ARBITRAGES, _MIDDLES = Lines(Opportunity), Lines(Arbitrage), Lines(Middle)
_EVENTS = Lines(EventHead)
_COUNTS: TypeAdapter[Mapping[str, SportCount]] = TypeAdapter(dict[str, SportCount])
_SPORTS = TypeAdapter(list[SportState])
_TOTALS = TypeAdapter(dict[str, int])
_LINES = TypeAdapter(list[Line])


def read(found: Snapshot) -> Board:
    """A board from its snapshot.

    Raises:
        UnreadableSnapshot: something in it is not as it should be; names what.
    """
    raw = {name: parts.required(found.parts, name) for name in HELD}
    opportunities, rows = _OPPORTUNITIES.read(OPPORTUNITIES, raw[OPPORTUNITIES])
    arbitrages, arbitrage_rows = _ARBITRAGES.read(ARBITRAGES, raw[ARBITRAGES])
    middles, middle_rows = _MIDDLES.read(MIDDLES, raw[MIDDLES])
    events, _ = _EVENTS.read(EVENTS, raw[EVENTS])
    plan = plan_of(found.head)
    return Board(
        version=found.head.version,
        at=found.head.at,
        source=str(found.head.meta.get("source", "")),
        opportunities=opportunities,
        arbitrages=arbitrages,
        middles=middles,
        rows={OPPORTUNITIES: rows, ARBITRAGES: arbitrage_rows, MIDDLES: middle_rows},
        events={one.id: one for one in events},
        counts=parts.load(_COUNTS, COUNTS, raw[COUNTS]),
        sports=sports_of(found.head),
        starts=_starts(events, opportunities, arbitrages, middles),
        size=found.head.size,
        plan=plan,
        credits=str(plan.get("words", "")),
    )


def _starts(*dated: Sequence[EventHead | Opportunity | Arbitrage | Middle]) -> list[float]:
    """When any of these start, in order, as Unix time."""
    return sorted({one.commence_time.timestamp() for some in dated for one in some})


def read_lines(part: str, raw: bytes) -> list[Line]:
    """An event's lines from its part. Raises as `read` does."""
    return parts.load(_LINES, part, raw)


def sports_of(head: Head) -> dict[str, SportState]:
    """How each sport stands, by key, from a snapshot's head. Raises as `read` does."""
    found = parts.load(_SPORTS, "head", json.dumps(head.meta.get("sports", [])).encode())
    return {one.sport: one for one in found}


def totals_of(head: Head) -> dict[str, int]:
    """How many there are of each kind, from a snapshot's head. Raises as `read` does."""
    return parts.load(_TOTALS, "head", json.dumps(head.meta.get("totals", {})).encode())


def plan_of(head: Head) -> dict[str, Any]:
    """The credits plan from a snapshot's head. Raises as `read` does."""
    found = head.meta.get("plan", {})
    if not isinstance(found, dict):
        raise UnreadableSnapshot("the head's plan is no JSON object")
    return found
