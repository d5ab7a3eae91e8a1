"""Why a league that passes every count still has no schedule.

Owns the order in which the reason is looked for, and how long: days for all teams first, then starts for
each division by itself, for each coach, and for the whole league as it was paired. What is found is told by
``reasons_told``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from jobs.league.errors import InfeasibleLeague, OutOfTime
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.openings import Openings
from jobs.league.solver.reasons import Ground, Unit
from jobs.league.solver.reasons_least import Conflict, find, narrow
from jobs.league.solver.reasons_model import STRUCTURAL, Model
from jobs.league.solver.reasons_proof import short_of
from jobs.league.solver.reasons_told import sides, tell
from jobs.league.solver.reasons_words import listed, on_dates
from jobs.league.spec import LeagueSpec, Team

if TYPE_CHECKING:
    from jobs.league.solver.days import Cut
    from jobs.league.solver.fixtures import Fixture

SECONDS = 8.0  # a reason that takes longer to find is worth less than an answer
DAYS_SECONDS = 5.0  # of them at most for the days of the whole league
TELLING = 1.5  # and for the numbers in the sentence
MOST_PAIRED = 30  # teams of a division whose pairing is left open
MOST_PLACES = 60_000  # fixtures times starts of a league that is looked at as a whole
AS_PAIRED = ", as its teams were paired"


class _Step(NamedTuple):
    """One place to look: units, and whether their starts matter."""

    units: Sequence[Unit]
    times: bool
    note: str = ""


def explain(
    league: LeagueSpec,
    openings: Openings,
    fixtures: Sequence[Fixture],
    cuts: Sequence[Cut],
    seed: int,
    *,
    seconds: float = SECONDS,
) -> InfeasibleLeague:
    """The reason, as an error to raise.

    Args:
        league: A league for which the solver has proved that there is no schedule, as it was paired.
        openings: Its openings.
        fixtures: How it was paired.
        cuts: Games that did not fit on a date by their starts; where they are is looked at first.
        seed: Seed of the solver.
        seconds: How long to look.
    """
    ground, deadline = Ground(league), Deadline(seconds)
    crowded = {fixtures[number].division.name for cut in cuts for number in cut.fixtures}
    try:
        for step in _steps(ground, fixtures, crowded):
            found = _look(ground, step, deadline, seed)
            if found is not None:
                return tell(ground, found, Deadline(TELLING), seed, step.note)
    except OutOfTime:
        pass
    return InfeasibleLeague(_unexplained(fixtures, cuts), least=False)


def explain_days(league: LeagueSpec, seed: int, *, seconds: float = SECONDS) -> InfeasibleLeague | None:
    """The reason if the days alone have one for every way to pair the teams, else None.

    Needs neither fixtures nor a proof by the solver, and sees what linear programming sees: a second for 200
    teams, five for 2,000. Worth asking when the days are not found soon.
    """
    ground, deadline = Ground(league), Deadline(max(TELLING, seconds - TELLING))
    units = sides(ground, league.teams)
    try:
        if not (used := short_of(Model(ground, units, ground.every_rule, times=False), deadline)):
            return None
        shaping = {rule for rule in ground.every_rule if rule.kind in STRUCTURAL}
        found = narrow(ground, units, frozenset(used | shaping), deadline, seed, times=False)
    except OutOfTime:
        return None
    return tell(ground, found, Deadline(TELLING), seed)


def explain_capacity(league: LeagueSpec, openings: Openings, seed: int, *, seconds: float = 4.0) -> str:
    """What to say when time ran out: the conflict that was found after all, or how tight the league is."""
    found = explain_days(league, seed, seconds=seconds)
    if found is not None:
        return str(found)
    slots = sum(opening.pitches for date in openings.dates for opening in openings.on(date))
    return (
        f"no rules in conflict were found; {league.total_games:,} games share {slots:,} slots, "
        f"{slots / max(1, league.total_games):.2f} for each: more slots make it easier"
    )


def _steps(ground: Ground, fixtures: Sequence[Fixture], crowded: set[str]) -> Iterator[_Step]:
    """Where to look, in order: what holds for every pairing first."""
    league = ground.league
    yield _Step(sides(ground, league.teams), times=False)

    def suspicion(teams: Sequence[Team]) -> int:
        return -sum((team.division in crowded) + bool(team.forbidden_times) for team in teams)

    coaches = [teams for teams in ground.coached.values() if len(teams) > 1]
    for teams in sorted(coaches, key=suspicion):
        yield _Step(sides(ground, teams), times=True)
    for teams in sorted(league.teams_by_division.values(), key=suspicion):
        if len(teams) <= MOST_PAIRED:
            yield _Step(pairs(ground, teams), times=True)
    starts = sum(len({each.start for each in ground.openings(date, ())}) for date in ground.dates)
    sizes = [len(teams) for teams in league.teams_by_division.values()]
    if sum(size * (size - 1) // 2 for size in sizes) * starts <= MOST_PLACES:
        every = [unit for teams in league.teams_by_division.values() for unit in pairs(ground, teams)]
        yield _Step(every, times=True)
    if len(fixtures) * starts <= MOST_PLACES:
        yield _Step(_paired(fixtures), times=True, note=AS_PAIRED)


def _look(ground: Ground, step: _Step, deadline: Deadline, seed: int) -> Conflict | None:
    """The conflict of one step; none, too, if a step takes more than its share of the time."""
    share = Deadline(min(DAYS_SECONDS, deadline.remaining()))
    try:
        return find(ground, step.units, share, seed, times=step.times)
    except OutOfTime:
        return None


def pairs(ground: Ground, teams: Sequence[Team]) -> list[Unit]:
    """Every two teams of a division, with as few and as many meetings as there may be of them."""
    division = ground.league.division_of(teams[0])
    whole, rest = divmod(division.games_each(len(teams)), len(teams) - 1)
    return [
        Unit((one, other), 0 if one.fewer_games or other.fewer_games else whole, whole + (rest > 0))
        for one, other in combinations(teams, 2)
        if whole + rest
    ]


def _paired(fixtures: Sequence[Fixture]) -> list[Unit]:
    meetings = Counter(tuple(sorted((each.home.name, each.away.name))) for each in fixtures)
    teams = {team.name: team for each in fixtures for team in (each.home, each.away)}
    return [Unit((teams[one], teams[other]), count, count) for (one, other), count in meetings.items()]


def _unexplained(fixtures: Sequence[Fixture], cuts: Sequence[Cut]) -> str:
    """What is known when no conflict was found in time."""
    if not cuts:
        return (
            "the rules leave no schedule for the ways to pair the teams that were tried, though each rule by "
            "itself could be kept; which of them are in conflict was not found out in time: give the league "
            "more dates or slots, or fewer blackout dates"
        )
    games = [
        f"{each.home.name} v {each.away.name}"
        for each in map(fixtures.__getitem__, sorted(cuts[-1].fixtures))
    ]
    return (
        f"the start times leave some games no place on any date: {on_dates([cuts[-1].date])}, for one, "
        f"{listed(games, 3)} cannot all be played, because of start times, the divisions that venues take "
        "and coaches of several teams"
    )
