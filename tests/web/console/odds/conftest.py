"""Odds for the pages to show, published as a refresh does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from jobs.odds import board
from jobs.odds.board import Refreshed
from jobs.odds.model import Analysis, Arbitrage, Event, Line, Middle, Opportunity, SportCount
from tests.web.console.odds.bets import EVENT, NOW

Show = Callable[..., None]


@pytest.fixture
def show(database: str, redis: Redis) -> Show:
    """A function that publishes opportunities, and what else there is, as the newest odds."""

    def publish(
        opportunities: Sequence[Opportunity],
        *,
        lines: Iterable[Line] = (),
        home: str = "Hawks",
        away: str = "Bulls",
        commence_time: datetime = NOW + timedelta(hours=5),
        arbitrages: Sequence[Arbitrage] = (),
        middles: Sequence[Middle] = (),
        counts: dict[str, SportCount] | None = None,
        failed: dict[str, str] | None = None,
        age: timedelta = timedelta(),
        source: str = "live",
        credits: str = "",
    ) -> None:
        event = Event(EVENT, "basketball_nba", "NBA", commence_time, home, away, ())
        at = datetime.now(UTC) - age  # not NOW: what a long run of tests has made of it would be stale
        found = Analysis(
            at, list(opportunities), list(arbitrages), list(middles), {EVENT: list(lines)},
            {"basketball_nba": SportCount(1, 0, 0, 0, {}, 0, 0, 0)} if counts is None else counts,
        )  # fmt: skip
        plan = {"words": credits} if credits else {}
        answered = list(dict.fromkeys(["basketball_nba", *(one.sport for one in opportunities)]))
        board.clear()
        board.publish(Refreshed(found, [event], answered, source, failed or {}, plan))

    return publish
