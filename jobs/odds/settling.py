"""Settling opportunities whose events have started: closing lines, final scores, and what is too old."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Protocol

from jobs.odds import closing, pruning, results, standing
from jobs.odds.answers import SettledLines
from jobs.odds.feed import SCORES_COST
from jobs.odds.scores import Score, Scores
from longshore import progress, settings
from longshore.errors import LongshoreError

log = logging.getLogger(__name__)
SPARE = 20
"""A question for scores is left out when fewer credits are left than this many such questions cost."""


class ScoreFeed(Protocol):
    """Where final scores come from."""

    def scores(self, sport: str, days: int) -> Scores:
        """Results of the last days.

        Raises:
            LongshoreError: there is no answer, or none that can be read.
        """

    def remaining(self) -> int | None:
        """Credits that are left; None if unknown."""


def settle(feed: ScoreFeed | None, now: datetime | None = None) -> SettledLines:
    """Settle what has started.

    Args:
        feed: whom to ask for final scores; None to leave that out.
        now: the time.
    """
    at, source = now or datetime.now(UTC), settings.current().upstreams
    progress(0, 3, "Closing lines…")
    closed = closing.settle(at)
    progress(1, 3, "Results…")
    final, said = _ask(feed, results.awaited(at, source)) if feed is not None else ({}, {})
    settled = results.settle(final, at, source=source)
    progress(2, 3, "The record…")
    pruned = pruning.prune(at)
    standing.publish(at, source)
    return SettledLines(
        events=closed.events,
        closed=closed.closed,
        without_closing=closed.without_closing,
        results=settled.events,
        voided=settled.voided,
        pruned=pruned.opportunities,
        scores=said,
    )


def _ask(feed: ScoreFeed, sports: dict[str, int]) -> tuple[dict[str, Score | None], dict[str, str]]:
    """Final scores by event, and what became of the question for each sport."""
    final: dict[str, Score | None] = {}
    said: dict[str, str] = {}
    for sport, days in sports.items():
        left = feed.remaining()
        if left is not None and left < SPARE * SCORES_COST:
            said[sport] = f"not asked, as only {left} credits are left"
            continue
        try:
            found = feed.scores(sport, days)
        except LongshoreError as error:
            log.warning("%s: %s", sport, error)
            said[sport] = str(error)
            continue
        final.update(found.final)
        said[sport] = f"{len(found.final)} final scores, {found.running} games are not over"
    return final, said
