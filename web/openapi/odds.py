"""Odds in the description: the shapes of the answers of their routes, and which have an ETag."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from jobs.odds.model import Arbitrage, Market, Method, Middle, Opportunity, Reference, SportCount
from jobs.odds.report import Report
from web.openapi.shapes import Queued, Shape, described


class OddsHead(Shape):
    """What every page about the newest odds begins with."""

    source: Literal["live", "sandbox"] = Field(description="sandbox: made-up data")
    last_updated: datetime | None = Field(description="null before the first refresh")
    stale: bool = Field(description="older than ODDS_MAX_AGE_MINUTES, or a kept copy while Redis is away")
    stale_sports: list[str] = Field(description="sports that are too old, though others may not be")
    version: str | None


class OddsList(OddsHead):
    """A page of a list."""

    message: str | None = Field(description="what a reader should know, in words")
    count: int = Field(description="of this page")
    total: int = Field(description="of all pages")
    next_cursor: str | None


class OddsPage(OddsList):
    """A page of opportunities."""

    opportunities: list[Opportunity]


class ArbitragesPage(OddsList):
    """A page of arbitrages."""

    arbitrages: list[Arbitrage]


class MiddlesPage(OddsList):
    """A page of middles."""

    middles: list[Middle]


class EventShape(Shape):
    """An event."""

    id: str
    sport: str
    sport_title: str
    commence_time: datetime
    home_team: str
    away_team: str
    started: bool


class PriceShape(Shape):
    """A book's price."""

    book: str
    book_title: str
    price: float = Field(description="decimal odds")
    updated_at: datetime | None
    ev_percent: float | None = Field(description="by the method that counts; null without a fair price")
    ev_by_method: dict[Method, float]
    used: bool = Field(description="whether it took part")
    why_not: str | None = Field(description="stale, suspended or another reason")


class LineShape(Shape):
    """All prices on one outcome, best first."""

    market: Market
    outcome: str
    point: float | None
    ways: int = Field(description="outcomes that the market has in these books")
    fair_by_method: dict[Method, float] = Field(description="probabilities; empty with too few books")
    fair_price_by_method: dict[Method, float] = Field(description="the same as decimal odds")
    reference: Reference | None
    prices: list[PriceShape]


class EventPage(OddsHead):
    """An event with all prices."""

    message: str | None
    event: EventShape
    lines: list[LineShape]


class RedisStatus(Shape):
    """Redis."""

    status: Literal["healthy", "unhealthy"]
    message: str


class Counts(Shape):
    """How many there are."""

    opportunities: int
    arbitrages: int
    middles: int
    events: int


class SportShape(Shape):
    """How a sport stands."""

    sport: str
    title: str
    ok: bool = Field(description="whether it was read when it was asked for last")
    error: str = Field(description="why not")
    updated_at: datetime | None
    carried: bool = Field(description="whether the last refresh has left it as it was")
    counts: SportCount | None = None


class CacheStatus(OddsHead):
    """The odds cache."""

    status: Literal["healthy", "unhealthy"] = Field(description="of Redis")
    message: str
    redis: RedisStatus
    age_seconds: int | None
    served_from: Literal["redis", "sql", "process"] | None
    bytes: int = Field(description="compressed")
    counts: Counts
    sports: list[SportShape]
    credits: str | None = Field(description="the credits plan in words")
    refresh_interval_minutes: int
    max_age_minutes: float


class Cleared(Shape):
    """The cache is empty."""

    status: Literal["success"]
    message: str
    cleared: bool = Field(description="whether there was anything")


class RefreshQueued(Queued):
    """A refresh that is in its queue."""

    message: str


class WorkerShape(Shape):
    """A worker."""

    name: str
    state: str
    alive: bool = Field(description="whether it is there at this moment")
    queues: list[str]
    task_id: str | None
    host: str
    pid: int
    last_heartbeat: datetime | None
    born: datetime | None
    succeeded: int
    failed: int
    working_seconds: float


class WorkerHealth(Shape):
    """The workers that take the queue of odds."""

    status: Literal["healthy", "unhealthy"]
    message: str
    queue: str
    responding: int
    waiting: int = Field(description="tasks in the queue")
    workers: list[WorkerShape]


class OddsReport(Shape, Report):
    """What became of the opportunities that were listed."""


ANSWERS: dict[str, type[Shape]] = {
    "odds.index": OddsPage,
    "odds.arbitrages": ArbitragesPage,
    "odds.middles": MiddlesPage,
    "odds.event": EventPage,
    "odds.record": OddsReport,
    "odds.status": CacheStatus,
    "odds.clear": Cleared,
    "odds.worker_health": WorkerHealth,
    "odds.celery_health": WorkerHealth,
}
"""What these endpoints answer."""
TAGGED = frozenset({"odds.index", "odds.arbitrages", "odds.middles", "odds.event", "odds.record"})
"""Endpoints whose answer has an ETag, and is a 304 for If-None-Match."""
TABLE = "odds.index"
"""The endpoint that answers a table, too."""


def schemas() -> dict[str, Any]:
    """The shapes of answers, by name."""
    return described(sorted({*ANSWERS.values(), RefreshQueued}, key=lambda one: one.__name__))
