"""League schedules: who plays whom, when and where.

Owns the job; the domain is in the modules beside it. Importing this package loads neither solver nor
database: web and clock need only the shapes, and OR-tools costs a second and 100 MB.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field

from jobs.league.errors import InfeasibleLeague, InvalidSchedule, OutOfTime, UnknownLeague
from jobs.league.named import LeagueOrName
from jobs.league.repair.job import repair_schedule as repair_schedule
from jobs.league.sample import EXAMPLE, sample_league
from jobs.league.schedule import Schedule
from jobs.league.spec import LeagueSpec
from jobs.league.validate import Stats, Validation, validate
from longshore import finishing, job, progress, stopping

if TYPE_CHECKING:
    from jobs.league import store
    from jobs.league.solver.solve import Report, Solution

log = logging.getLogger(__name__)


class ValidationSummary(BaseModel):
    """What the independent validator said, without the list of violations: a stored schedule has none."""

    valid: bool
    violation_count: int
    checks: dict[str, int]
    stats: Stats


class GeneratedSchedule(BaseModel):
    """What a task answers. The games are in the database, under ``schedule_id``."""

    success: bool
    schedule_id: str
    league: str
    version: int
    total_games: int
    validation: ValidationSummary
    generation_time: float = Field(description="Seconds that solving and checking took.")
    home_venue_share: float
    goals: dict[str, str] = Field(description="What became of each goal, in words.")
    search: dict[str, Any] = Field(
        description="How the search went: the bound that is proved, why it ended, seconds until the first "
        "valid schedule."
    )
    stored: bool = Field(description="True when it was made by an earlier task and not by this one.")


@job(
    queue="schedules",
    timeout=600,
    result_ttl=86_400,
    retries=2,
    backoff="exponential",
    base="10s",
    # Another try would end the same.
    give_up_on=(InfeasibleLeague, OutOfTime, InvalidSchedule, UnknownLeague),
    access="public",
    overlap=True,
    preload=("jobs.league.solver.solve", "jobs.league.store"),
    can_finish=True,
)
def generate_schedule(
    league: Annotated[LeagueOrName | None, Field(examples=[EXAMPLE])] = None,
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1,
    time_limit: Annotated[float, Field(ge=5, le=540)] = 30,
    force_regenerate: bool = True,
) -> GeneratedSchedule:
    """Make a season's schedule for a league.

    Every game gets a date, a time, a venue and a pitch. After the first valid schedule it is improved until
    nothing is gained any more or the time is over; told to finish, it ends with the best it has. The result
    is checked by a validator that shares no code with the solver, and stored as the league's next version.

    Args:
        league: The league, or the name of one in the library; a sample of 200 teams and 629 games when left
            out.
        seed: Another seed gives another schedule; the same seed gives the same one.
        time_limit: Seconds that solving may take.
        force_regenerate: False returns the league's newest stored schedule at once, if there is one.

    Raises:
        InfeasibleLeague: no schedule can keep every rule; the message names the rules in the way.
        OutOfTime: the time limit ended before there was a valid schedule.
        InvalidSchedule: the validator found a broken rule, and nothing was stored.
        UnknownLeague: no league of that name is in the library.
    """
    from jobs.league import library, store  # SQLAlchemy: only where schedules are made

    named = library.get(league) if isinstance(league, str) else None
    spec = named.league if named else league if isinstance(league, LeagueSpec) else sample_league()
    if not force_regenerate and (
        found := library.newest(named) if named else store.latest(store.league_key(spec))
    ):
        log.info("Schedule %s, version %d, is stored already", found.id, found.version)
        return _answer(found, stored=True)
    begun = time.monotonic()
    solution = _solve(spec, seed, time_limit)
    schedule = solution.schedule
    validation = _check(spec, schedule)
    took = round(time.monotonic() - begun, 2)
    saved = store.save(
        spec,
        schedule,
        validation,
        seed=seed,
        generation_time=took,
        feed=named.feed if named else None,
        search=solution.search(),
    )
    log.info(
        "%d games in %.1f s, %.1f %% at home",
        len(schedule.games),
        took,
        100 * validation.stats.home_venue_share,
    )
    return _answer(saved, stored=False)


def _solve(league: LeagueSpec, seed: int, time_limit: float) -> Solution:
    from jobs.league.solver.solve import solve  # OR-tools: only where a schedule is made

    phases = _Phases()
    solution = solve(league, seed, time_limit, phases, stop=lambda: finishing() or stopping())
    phases.over(len(solution.schedule.games))
    return solution


class _Phases:
    """Passes the solver's progress on, and logs when a phase begins."""

    def __init__(self) -> None:
        self._phase = ""
        self._last: dict[str, float | str | None] = {}

    def __call__(self, report: Report) -> None:
        if report.cost is None:
            progress(report.placed, report.total, f"{report.phase}…")
        else:
            message, self._last = f"{report.phase}… {self._best(report)}", self._figures(report)
            progress(report.seconds, report.time_limit, message, figures=self._last)
        if report.phase != self._phase:
            self._phase = report.phase
            log.info("%s", report.phase)

    def over(self, games: int) -> None:
        """The search has ended, often before its time: all is placed."""
        progress(games, games, "Checking…", figures=self._last)

    def _best(self, report: Report) -> str:
        best = f"the best so far costs {report.cost:,.1f}"
        return f"{best}, none can cost less than {report.bound.cost:,.1f}" if report.bound else best

    def _figures(self, report: Report) -> dict[str, float | str | None]:
        bound = report.bound
        return {
            "games_placed": report.placed,
            "cost": report.cost,
            "least_possible_cost": bound.cost if bound else None,
            "home_venue_share": report.home_venue_share,
            "largest_possible_share": bound.home_venue_share if bound else None,
        }


def _check(league: LeagueSpec, schedule: Schedule) -> Validation:
    """Validate, and refuse to go on with a schedule that breaks a rule."""
    validation = validate(league, schedule.games)
    if not validation.valid:
        first = validation.violations[0]
        raise InvalidSchedule(
            f"{validation.violation_count} rules are broken, the first: {first.rule}: {first.message}"
        )
    return validation


def _answer(found: store.StoredSchedule, *, stored: bool) -> GeneratedSchedule:
    return GeneratedSchedule(
        success=found.validation.valid,
        schedule_id=found.id,
        league=found.league_name,
        version=found.version,
        total_games=found.total_games,
        validation=ValidationSummary(**found.validation.model_dump(exclude={"violations"})),
        generation_time=found.generation_time,
        home_venue_share=found.home_venue_share,
        goals={goal.name: goal.text for goal in found.scores.goals} if found.scores else {},
        search=dict(found.search),
        stored=stored,
    )
