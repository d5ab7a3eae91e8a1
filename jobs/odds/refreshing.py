"""One refresh: read, judge, record, publish. The jobs are in `jobs.odds`; each step has its own module.

Importing this module loads NumPy and SQLAlchemy, which only a worker needs.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from jobs.odds import analyse, board, credits, record
from jobs.odds.board import Cover, Refreshed
from jobs.odds.chosen import Scope
from jobs.odds.credits import Plan
from jobs.odds.errors import MissingKey, NoOdds
from jobs.odds.model import Analysis, Opportunity, Policy, SportCount
from jobs.odds.reading import Feed, Reading, read_all
from longshore import progress, settings

log = logging.getLogger(__name__)
BEST = 5
"""Opportunities that the task itself shows."""


@dataclass(frozen=True)
class SportResult:
    """What became of one sport.

    Attributes:
        sport: The Odds API's key.
        ok: whether it was read.
        error: why not.
        count: what was found in it; None if it was not read, or had no event.
    """

    sport: str
    ok: bool
    error: str | None = None
    count: SportCount | None = None


@dataclass(frozen=True)
class Refresh:
    """What a refresh has done.

    Attributes:
        cover: what is on the board now.
        sports: what became of each sport.
        best: the best opportunities.
        plan: the credits plan.
        seconds: what each part took.
    """

    cover: Cover
    sports: list[SportResult]
    best: list[Opportunity]
    plan: Plan
    seconds: dict[str, float]


def refresh(feed: Feed, scope: Scope, policy: Policy, now: datetime | None = None) -> Refresh:
    """Read all sports, judge their prices, record what is listed, and publish it.

    Args:
        feed: where odds come from.
        scope: what to read.
        policy: how prices are judged.
        now: the time at which prices are judged; by default when all are read.

    Raises:
        MissingKey: there is no key that works, and nothing was read.
        NoOdds: not one sport could be read; what was on the board stays.
    """
    took: dict[str, float] = {}
    begun = time.monotonic()
    reading = read_all(feed, scope, lambda done, total, said: progress(done, total, said))
    took["read"] = time.monotonic() - begun
    _check(reading)
    at, begun = now or datetime.now(UTC), time.monotonic()
    found = analyse.analyse(reading.events, policy, at)
    took["judge"], begun = time.monotonic() - begun, time.monotonic()
    noted = record.note(found, reading.source, {one.id: one.commence_time for one in reading.events})
    took["record"], begun = time.monotonic() - begun, time.monotonic()
    plan = _plan(scope, reading, at)
    cover = board.publish(
        Refreshed(found, reading.events, list(reading.by_sport), reading.source, reading.failed, _shown(plan))
    )
    took["publish"] = time.monotonic() - begun
    log.info("%d opportunities, %d of them new; %s", len(found.opportunities), noted.new, plan.words)
    return Refresh(
        cover, _results(scope, reading, found), found.opportunities[:BEST], plan,
        {what: round(seconds, 3) for what, seconds in took.items()},
    )  # fmt: skip


def _check(reading: Reading) -> None:
    if reading.by_sport:
        return
    if isinstance(reading.hopeless, MissingKey):
        raise reading.hopeless
    said = "; ".join(f"{sport}: {why}" for sport, why in reading.failed.items())
    raise NoOdds(f"Not one sport could be read, so what was there stays. {said}")


def _plan(scope: Scope, reading: Reading, now: datetime) -> Plan:
    each = credits.cost(len(scope.sports), len(scope.regions), len(scope.markets))
    remaining = reading.credits.remaining if reading.credits is not None else None
    return credits.plan(now, each, remaining, settings.current().refresh_interval_minutes)


def _shown(plan: Plan) -> Mapping[str, Any]:
    """The plan as JSON."""
    return asdict(plan) | {"renewed_at": plan.renewed_at.isoformat(), "due_at": plan.due_at.isoformat()}


def _results(scope: Scope, reading: Reading, found: Analysis) -> list[SportResult]:
    return [
        SportResult(sport, False, reading.failed[sport])
        if sport in reading.failed
        else SportResult(sport, True, None, found.counts.get(sport))
        for sport in scope.sports
    ]
