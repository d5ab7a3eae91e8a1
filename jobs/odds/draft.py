"""A board while it is made: what a refresh has found, with what stays of the board before.

A sport that a refresh does not read, as it was not asked for or has failed, stays on the board as it was,
until its events start or it is KEPT old. Its state says how old it is. Of another source nothing stays:
made-up data are never mixed with real ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from jobs.odds import parts, shown
from jobs.odds.model import Analysis, Event, SportCount
from jobs.odds.shown import ARBITRAGES, MIDDLES, OPPORTUNITIES, Board, EventHead, SportState
from longshore.snapshots import Head, Snapshot

KEPT = timedelta(hours=24)
"""How long a sport stays that is not read again."""
MOST = {OPPORTUNITIES: 5_000, ARBITRAGES: 2_000, MIDDLES: 2_000}
"""Most of each on a board, the best ones."""
_BEST_FIRST: dict[str, Callable[[Any], float]] = {
    OPPORTUNITIES: lambda one: -one.ev_percent,
    ARBITRAGES: lambda one: -one.profit_percent,
    MIDDLES: lambda one: one.break_even_probability,
}


@dataclass(frozen=True)
class Refreshed:
    """What a refresh hands over.

    Attributes:
        analysis: what it has found.
        events: what it has read; they name the teams of those on which nothing is listed.
        sports: the sports that have answered, also with no event.
        source: "live" or "sandbox".
        failed: why not, for each sport that could not be read.
        plan: the credits plan, as JSON.
    """

    analysis: Analysis
    events: Sequence[Event]
    sports: Sequence[str]
    source: str
    failed: Mapping[str, str] = field(default_factory=dict)
    plan: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Draft:
    """What is going to be published.

    Attributes:
        at: when the newest of it was judged.
        source: "live" or "sandbox".
        listed: opportunities, arbitrages and middles by these names, each with its line of JSON.
        events: all events with prices, by id.
        ladders: the lines of each event as JSON, by id.
        counts: what was seen in each sport.
        sports: how each sport stands, by key.
        plan: the credits plan, as JSON.
        cut: how many of `listed` are beyond the bounds.
    """

    at: datetime
    source: str
    listed: dict[str, list[tuple[Any, bytes]]]
    events: dict[str, EventHead]
    ladders: dict[str, bytes]
    counts: dict[str, SportCount]
    sports: dict[str, SportState]
    plan: Mapping[str, Any] = field(default_factory=dict)
    cut: int = field(default=0)

    @property
    def carried(self) -> list[str]:
        """The sports that stay as they were."""
        return [one.sport for one in self.sports.values() if one.carried]

    @property
    def totals(self) -> dict[str, int]:
        """How many there are of each kind."""
        return {**{name: len(rows) for name, rows in self.listed.items()}, shown.EVENTS: len(self.events)}

    def parts(self) -> dict[str, bytes]:
        """The snapshot's parts."""
        lists = {name: b"\n".join(row for _, row in rows) for name, rows in self.listed.items()}
        return {
            **lists,
            shown.EVENTS: b"\n".join(parts.dump_lines(self.events.values())),
            shown.COUNTS: parts.dump(self.counts),
            **{shown.ladder(event_id): raw for event_id, raw in self.ladders.items()},
        }

    def meta(self) -> dict[str, Any]:
        """What the snapshot's head says."""
        sports = [parts.plain(one) for one in self.sports.values()]
        return {"source": self.source, "totals": self.totals, "sports": sports, "plan": dict(self.plan)}

    def spare(self) -> list[str]:
        """The parts that may be left out if there is no room: ladders, of the latest events first."""
        latest_first = sorted(self.ladders, key=lambda one: self.events[one].commence_time, reverse=True)
        return [shown.ladder(one) for one in latest_first]


def draw(done: Refreshed) -> Draft:
    """What a refresh has found, as lines of JSON."""
    analysis = done.analysis
    found: dict[str, Sequence[Any]] = {
        OPPORTUNITIES: analysis.opportunities, ARBITRAGES: analysis.arbitrages, MIDDLES: analysis.middles
    }  # fmt: skip
    heads = _heads(done)
    return Draft(
        at=analysis.at,
        source=done.source,
        listed={name: list(zip(some, parts.dump_lines(some), strict=True)) for name, some in found.items()},
        events=heads,
        ladders={one: parts.dump(lines) for one, lines in analysis.lines.items() if one in heads},
        counts=dict(analysis.counts),
        sports=_states(done, {one.sport: one.sport_title for one in heads.values()}),
        plan=done.plan,
    )


def _heads(done: Refreshed) -> dict[str, EventHead]:
    """The events that have lines, by id, those that start first first."""
    told = {
        one.id: EventHead(one.id, one.sport, one.sport_title, one.commence_time, one.home, one.away)
        for one in done.events
    }
    there = [one for one in told.values() if one.id in done.analysis.lines]
    return {one.id: one for one in sorted(there, key=lambda one: (one.commence_time, one.id))}


def _states(done: Refreshed, titles: Mapping[str, str]) -> dict[str, SportState]:
    read = [one for one in dict.fromkeys([*done.sports, *done.analysis.counts]) if one not in done.failed]
    states = {key: SportState(key, titles.get(key, key), updated_at=done.analysis.at) for key in read}
    failed = {key: SportState(key, key, ok=False, error=why) for key, why in done.failed.items()}
    return states | failed


def staying(draft: Draft, before: Head) -> dict[str, SportState]:
    """The sports that stay of the board before, by key.

    Args:
        draft: what the refresh has found.
        before: the head of the snapshot of the board before.

    Raises:
        UnreadableSnapshot: the head is not as it should be.
    """
    if before.meta.get("source") != draft.source:
        return {}
    read = {key for key, one in draft.sports.items() if one.ok}
    return {
        key: one
        for key, one in shown.sports_of(before).items()
        if key not in read and one.updated_at is not None and draft.at - one.updated_at <= KEPT
    }


def carry(draft: Draft, before: Board, kept: Snapshot) -> None:
    """Add what stays of the board before.

    Args:
        draft: what the refresh has found.
        before: the board before.
        kept: the snapshot that it was read from, with all of its parts.
    """
    sports = staying(draft, kept.head)
    for key, old in sports.items():
        new = draft.sports.get(key, old)
        draft.sports[key] = replace(new, title=old.title, updated_at=old.updated_at, carried=True)
        if key in before.counts:
            draft.counts[key] = before.counts[key]

    def stays(one: Any) -> bool:
        return one.sport in sports and one.commence_time > draft.at

    lists = {OPPORTUNITIES: before.opportunities, ARBITRAGES: before.arbitrages, MIDDLES: before.middles}
    for name, some in lists.items():
        pairs = zip(some, before.rows[name], strict=True)
        draft.listed[name] += [(one, row) for one, row in pairs if stays(one)]
    for head in before.events.values():
        if stays(head) and head.id not in draft.events:
            draft.events[head.id] = head
            part = shown.ladder(head.id)
            if part in kept.parts:
                draft.ladders[head.id] = kept.parts[part]


def settle(draft: Draft) -> None:
    """Put the best first, and cut what is beyond the bounds."""
    for name, rows in draft.listed.items():
        rows.sort(key=lambda pair, key=_BEST_FIRST[name]: key(pair[0]))  # type: ignore[misc]
        draft.cut += max(len(rows) - MOST[name], 0)
        del rows[MOST[name] :]
