"""What the jobs of odds answer, as JSON has it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field

from jobs.odds.model import Opportunity

if TYPE_CHECKING:
    from jobs.odds import refreshing


class SportResult(BaseModel):
    """What became of one sport."""

    sport: str
    ok: bool
    error: str | None = Field(None, description="Why it could not be read.")
    events: int = Field(0, description="Events that the upstream sent.")
    in_play: int = Field(0, description="Of these, such as have started, which are left out.")
    books: int = 0
    prices: int = Field(0, description="Prices that took part.")
    positive: int = Field(0, description="Prices with a positive expected value.")
    above_two: int = Field(0, description="Of these, such as exceed 2 %.")
    listed: int = Field(0, description="Opportunities that are listed.")


class Credits(BaseModel):
    """The credits plan."""

    remaining: int | None = Field(description="Credits that all keys have left; null if unknown.")
    cost: int = Field(description="Credits of one refresh.")
    renewed_at: datetime
    next_refresh_after: datetime = Field(description="No refresh by schedule before this.")
    plan: str = Field(description="The plan in words.")


class RefreshedOdds(BaseModel):
    """What a refresh answers. The opportunities themselves are on the board, `/odds` and GET /api/odds."""

    success: bool = Field(description="True if every sport was read.")
    source: Literal["live", "sandbox"]
    opportunities: int
    arbitrages: int
    middles: int
    sports: list[SportResult]
    best: list[Opportunity] = Field(description="The five of the highest expected value.")
    credits: Credits
    version: str
    seconds: dict[str, float] = Field(description="What each part took.")
    board: str = "/odds"


class Health(BaseModel):
    """What a worker says of odds."""

    status: Literal["healthy", "degraded"]
    message: str
    worker: str = Field(description="The worker's machine.")
    at: datetime
    source: Literal["live", "sandbox"]
    credits_remaining: int | None
    last_update: datetime | None
    age_seconds: float | None
    stale: bool


class SettledLines(BaseModel):
    """What was settled."""

    events: int = Field(description="Events that have started since the last time.")
    closed: int = Field(description="Opportunities that have a closing line now.")
    without_closing: int = Field(description="Opportunities that have none.")
    results: int = Field(description="Events whose final score has come.")
    voided: int = Field(description="Events that were given up, as no score came.")
    pruned: int = Field(description="Opportunities that were dropped, as they are older than ODDS_KEEP_DAYS.")
    scores: dict[str, str] = Field(description="What became of the question for scores, by sport.")


def refreshed(done: refreshing.Refresh) -> RefreshedOdds:
    """A refresh as its task answers it."""
    cover, plan = done.cover, done.plan
    return RefreshedOdds(
        success=all(one.ok for one in done.sports),
        source="sandbox" if cover.source == "sandbox" else "live",
        opportunities=cover.totals["opportunities"],
        arbitrages=cover.totals["arbitrages"],
        middles=cover.totals["middles"],
        sports=[_sport(one) for one in done.sports],
        best=done.best,
        credits=Credits(
            remaining=plan.remaining,
            cost=plan.cost,
            renewed_at=plan.renewed_at,
            next_refresh_after=plan.due_at,
            plan=plan.words,
        ),
        version=cover.version,
        seconds=done.seconds,
    )


def _sport(one: refreshing.SportResult) -> SportResult:
    if one.count is None:
        return SportResult(sport=one.sport, ok=one.ok, error=one.error)
    count = one.count
    return SportResult(
        sport=one.sport,
        ok=one.ok,
        events=count.events,
        in_play=count.in_play,
        books=count.books,
        prices=count.prices,
        positive=count.positive,
        above_two=count.above_two,
        listed=count.listed,
    )
