"""The job that repairs a stored schedule, and what it answers.

Owns the door only: what has happened comes in, the next version is stored. ``repair`` does the work; it and
the database are imported where a schedule is repaired, not before.
"""

from __future__ import annotations

import datetime as dt
import logging
import zoneinfo
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, Field

from jobs.league.changes import Change
from jobs.league.errors import (
    BadDisruption,
    InfeasibleLeague,
    InvalidSchedule,
    NothingToRepair,
    OutOfTime,
    UnknownSchedule,
)
from jobs.league.repair.disruption import Disruption, LostVenue, RainedOff, read, told
from jobs.league.spec import MAX_SEASON_DAYS, MAX_TEAMS, LeagueSpec, Name
from jobs.league.validate import Validation
from longshore import job, progress

if TYPE_CHECKING:
    from jobs.league import store
    from jobs.league.repair.repair import Repair

CHANGES_SHOWN = 200
log = logging.getLogger(__name__)

Days = Annotated[list[RainedOff], Field(max_length=MAX_SEASON_DAYS)]
Venues = Annotated[list[LostVenue], Field(max_length=500)]
Teams = Annotated[list[Name], Field(max_length=MAX_TEAMS)]


class RepairedSchedule(BaseModel):
    """What a task answers. The games and all changes are in the database, under ``schedule_id``."""

    success: bool
    schedule_id: str
    version: int
    parent: str = Field(description="The schedule that was repaired; it stays as it is.")
    league: str
    total_games: int
    affected: int = Field(description="Games that could not stay where they were.")
    moved: int = Field(description="Games that have another date, time or venue.")
    canceled: int
    added: int
    swapped: int = Field(description="Games of which only the sides have changed.")
    least: bool = Field(description="Whether it is proved that no repair moves fewer games.")
    changes: list[Change] = Field(description=f"The first {CHANGES_SHOWN}, by date.")
    validation: Validation
    scores: dict[str, str] = Field(description="What became of each goal, in words.")
    home_venue_share: float
    generation_time: float = Field(description="Seconds that repairing and checking took.")


@job(
    queue="schedules",
    timeout=600,
    result_ttl=86_400,
    retries=2,
    backoff="exponential",
    base="10s",
    # Another try would end the same.
    give_up_on=(
        InfeasibleLeague,
        OutOfTime,
        InvalidSchedule,
        UnknownSchedule,
        BadDisruption,
        NothingToRepair,
    ),
    access="public",
    overlap=True,
    preload=("jobs.league.repair.repair", "jobs.league.store"),
)
def repair_schedule(
    schedule_id: Annotated[str, Field(min_length=1, max_length=64)],
    rained_off: Days = [],  # noqa: B006 - pydantic gives each call its own
    lost_venues: Venues = [],  # noqa: B006
    withdrawn_teams: Teams = [],  # noqa: B006
    from_date: dt.date | None = None,
    replace_games: bool = True,
    cancel_if_needed: bool = False,
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1,
    time_limit: Annotated[float, Field(ge=5, le=540)] = 30,
) -> RepairedSchedule:
    """Repair a schedule after rain, a lost venue or a withdrawn team.

    As few games as possible move, and the answer says which and why. The result is checked by the independent
    validator and stored as the next version of the same feed.

    Args:
        schedule_id: The schedule to repair; it stays as it is.
        rained_off: Dates on which no game can be played, at one venue or at all; a date alone means at all.
        lost_venues: Venues at which no game can be played, from a first to a last day.
        withdrawn_teams: Teams that play no more; none of their games counts, played or not.
        from_date: Games before it stay and no game moves there; by default the earliest date that is named,
            or else today.
        replace_games: Whether teams that lose a game to a withdrawal get another one, if there is a slot.
        cancel_if_needed: Whether games that find no place are canceled.
        seed: Another seed gives another repair; the same seed gives the same one.
        time_limit: Seconds that the search may take.

    Raises:
        UnknownSchedule: no such schedule is stored.
        BadDisruption: it has no such team, venue or date.
        NothingToRepair: no game is touched.
        InfeasibleLeague: there is no repair that keeps every rule; the message names the games in the way.
        OutOfTime: the time limit ended before a repair was found.
        InvalidSchedule: the validator found a broken rule, and nothing was stored.
    """
    from jobs.league import store  # SQLAlchemy: only where schedules are repaired
    from jobs.league.repair.repair import Repairer  # OR-tools too

    found = store.get(schedule_id)
    if found is None:
        raise UnknownSchedule(schedule_id)
    league = found.league
    happened = read(league, rained_off, lost_venues, withdrawn_teams, from_date, _today(league))
    log.info("Repairing %s, version %d: %s", found.id, found.version, told(happened))
    repair = Repairer(
        league,
        found.games,
        happened,
        seed=seed,
        time_limit=time_limit,
        replace_games=replace_games,
        cancel_if_needed=cancel_if_needed,
        report=progress,
    ).run()
    return _answer(_saved(found, repair, happened, seed), repair)


def _saved(
    found: store.StoredSchedule, repair: Repair, happened: Disruption, seed: int
) -> store.StoredSchedule:
    """The next version of the same feed."""
    from jobs.league import store

    return store.save(
        repair.league,
        repair.schedule,
        repair.validation,
        seed=seed,
        generation_time=repair.seconds,
        feed=found.feed,
        origin="repair",
        parent=found.id,
        changes=repair.changes,
        search={
            "happened": told(happened),
            "from_date": str(happened.from_date),
            "affected": repair.affected,
            "beyond": repair.beyond,
            "least": repair.least,
        },
    )


def _today(league: LeagueSpec) -> dt.date:
    """Today where the league plays."""
    zone = zoneinfo.ZoneInfo(league.timezone) if league.timezone else dt.UTC
    return dt.datetime.now(zone).date()


def _answer(saved: store.StoredSchedule, repair: Repair) -> RepairedSchedule:
    log.info(
        "%d games were affected, %d more moved%s",
        repair.affected,
        repair.beyond,
        ", the fewest possible" if repair.least else "",
    )
    return RepairedSchedule(
        success=True,
        schedule_id=saved.id,
        version=saved.version,
        parent=saved.parent or "",
        league=saved.league_name,
        total_games=saved.total_games,
        affected=repair.affected,
        moved=repair.count("moved"),
        canceled=repair.count("canceled"),
        added=repair.count("added"),
        swapped=repair.count("swapped sides"),
        least=repair.least,
        changes=repair.changes[:CHANGES_SHOWN],
        validation=repair.validation,
        scores={goal.name: goal.text for goal in repair.schedule.scores.goals},
        home_venue_share=saved.home_venue_share,
        generation_time=saved.generation_time,
    )
