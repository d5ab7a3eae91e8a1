"""The head of the pages about odds: how old they are, where they come from, and what each sport had. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from jobs.odds.board import Board, SportState
from jobs.odds.model import SportCount


@dataclass(frozen=True)
class SportRow:
    """What a refresh has seen of one sport.

    Attributes:
        key: the upstream's.
        name: for people.
        count: what there was; None if it has never been read.
        failure: why it could not be read this time; empty if it could.
        kept_from: when it was last read, if this is what it had then.
    """

    key: str
    name: str
    count: SportCount | None
    failure: str = ""
    kept_from: datetime | None = None

    @property
    def reasons(self) -> str:
        """How many prices take no part, by reason, in words."""
        dropped = self.count.dropped if self.count else {}
        return ", ".join(f"{count:,} {why.replace('_', ' ')}" for why, count in _most_first(dropped) if count)


@dataclass(frozen=True)
class Head:
    """What stands over every page about odds.

    Attributes:
        at: when prices were judged.
        made_up: whether they come from the sandbox.
        stale: why they should not be relied on; empty if they are fresh.
        credits: the credits plan in words; empty if there is none.
        sports: a row each.
    """

    at: datetime
    made_up: bool
    stale: str
    credits: str
    sports: list[SportRow]

    @property
    def failures(self) -> list[SportRow]:
        """The sports that could not be read."""
        return [one for one in self.sports if one.failure]


def head(odds: Board, max_age: timedelta, now: datetime) -> Head:
    """The head over some odds.

    Args:
        odds: the newest ones.
        max_age: the age above which they are stale.
        now: the time.
    """
    rows = sorted((_row(odds, one) for one in odds.sports.values()), key=lambda row: row.name.casefold())
    return Head(odds.at, odds.source == "sandbox", _stale(odds, max_age, now), odds.credits, rows)


def _row(odds: Board, one: SportState) -> SportRow:
    kept_from = one.updated_at if not one.ok else None
    return SportRow(one.sport, one.title, odds.counts.get(one.sport), "" if one.ok else one.error, kept_from)


def _stale(odds: Board, most: timedelta, now: datetime) -> str:
    age = now - odds.at
    if age > most:
        return (
            f"These odds are {_length(age)} old, and should be no older than {_length(most)}: prices have "
            "moved since. They stay until fresher ones come."
        )
    if odds.away:
        why = odds.why.rstrip(".") or "Redis is away"
        return f"{why}. This is the last copy that was kept, and prices may have moved."
    return ""


def _length(length: timedelta) -> str:
    minutes = length.total_seconds() / 60
    if minutes < 120:
        return f"{minutes:.0f} minutes"
    return f"{minutes / 60:.0f} hours" if minutes < 48 * 60 else f"{minutes / 1440:.0f} days"


def _most_first(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
