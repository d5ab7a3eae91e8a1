"""Sports odds: prices are read, bets that pay more than they should are found, and everyone reads them.

Owns the jobs; what they do is in the modules beside it. Importing this package loads neither NumPy nor the
database, which web and clock have no use for here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from jobs.odds import answers, chosen
from jobs.odds.answers import Health, RefreshedOdds, SettledLines
from jobs.odds.errors import MissingKey
from longshore import cron, every, freshness, job, settings
from longshore.errors import SettingsError
from longshore.freshness import Objective
from longshore.limited import Inline
from longshore.settings import MarketName, Region, Settings

SportName = Annotated[str, Field(pattern=r"^[a-z0-9_]{2,60}$", examples=["basketball_nba"])]
MOST_SPORTS = 40
"""Sports that one refresh may read."""
EARLY = timedelta(seconds=30)
"""How much before the credits plan's time a slot counts as that time."""


def _declared() -> Settings:
    """The settings that declarations follow.

    If they are wrong, whoever starts the process says so in one line; an import is no place for it.
    """
    try:
        return settings.current()
    except SettingsError:
        return Settings.model_construct()


_DECLARED = _declared()


def may_refresh(slot: datetime) -> bool:
    """Whether a slot of the schedule is used: there is a key, and the credits plan allows it."""
    from jobs.odds import board

    if not chosen.keys():
        return False
    there = board.cover()
    due = there.plan.get("due_at") if there is not None else None
    if there is None or due is None or there.source != settings.current().upstreams:
        return True
    return slot >= datetime.fromisoformat(due) - EARLY


@job(
    queue="odds",
    timeout="4m",
    result_ttl="1d",
    retries=2,
    backoff="exponential",
    base="20s",
    give_up_on=MissingKey,
    unique=True,
    schedules=[every(f"{_DECLARED.refresh_interval_minutes}m").options(overlap="skip", when=may_refresh)],
    fallback=Inline(timeout="20s", at_most={"most_sports": 2}),
    preload=("jobs.odds.refreshing",),
)
def refresh_odds_data(
    sports: Annotated[list[SportName], Field(min_length=1, max_length=MOST_SPORTS)] | None = None,
    regions: Annotated[list[Region], Field(min_length=1)] | None = None,
    markets: Annotated[list[MarketName], Field(min_length=1)] | None = None,
    min_ev: Annotated[float, Field(ge=-100, le=1000)] | None = None,
    most_sports: Annotated[int, Field(ge=1, le=MOST_SPORTS)] = MOST_SPORTS,
) -> RefreshedOdds:
    """Read the odds, find the bets that pay more than they should, and publish them.

    A sport that cannot be read loses only itself: what it had stays on the board, and the result says so. It
    costs sports x regions x markets credits.

    Args:
        sports: What to read; ODDS_SPORTS when left out.
        regions: Regions of books; ODDS_REGIONS when left out.
        markets: Markets; ODDS_MARKETS when left out.
        min_ev: Least expected value, in percent, of a listed opportunity; ODDS_MIN_EV when left out.
        most_sports: Only the first ones, if there are more.

    Raises:
        MissingKey: there is no key that works.
        NoOdds: not one sport could be read; what was on the board stays.
    """
    from jobs.odds import feed, refreshing  # NumPy, SQLAlchemy: only where odds are refreshed

    scope = chosen.scope(sports, regions, markets, most=most_sports)
    return answers.refreshed(refreshing.refresh(feed.feed(), scope, chosen.policy(min_ev)))


@job(queue="odds", timeout="30s", result_ttl="1h", fallback="refuse")
def health_check() -> Health:
    """Answer from a worker: that it runs, how old the odds are, and what is left of the credits."""
    from jobs.odds import health

    return health.look()


@job(
    queue="odds",
    timeout="5m",
    result_ttl="1d",
    retries=2,
    base="1m",
    overlap=False,
    schedules=[
        every("15m", name="odds.settle_closing_lines"),
        cron("20 12 */2 * *", name="odds.settle_results", scores=True),
    ],
    preload=("jobs.odds.refreshing",),
)
def settle_closing_lines(scores: bool = False) -> SettledLines:
    """Settle opportunities whose events have started: the closing line value of each, and the results.

    Args:
        scores: Ask for final scores, too. That costs 2 credits a sport with events that are over, so the
            schedule does it every other day; it is left out while few credits are left.
    """
    from jobs.odds import feed, settling

    return settling.settle(feed.feed() if scores else None)


def _updated_at() -> datetime | None:
    from jobs.odds import board

    there = board.cover()
    return there.at if there is not None else None


if chosen.keys(_DECLARED):
    freshness.declare(
        Objective(
            name="odds",
            what="Odds",
            max_age=timedelta(minutes=_DECLARED.odds_max_age_minutes),
            updated_at=_updated_at,
            advice="See odds.refresh_odds_data among the tasks and schedules, and flask doctor.",
        )
    )
