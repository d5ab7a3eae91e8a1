"""Why a league that passes every count still has no schedule.

Owns the search for the reason once the solver has proved that there is none for a pairing, and its plain
words.
"""

from __future__ import annotations

from collections.abc import Sequence

from jobs.league.errors import InfeasibleLeague, OutOfTime
from jobs.league.solver.bounds import day_name, slots_of
from jobs.league.solver.days import Cut, DayModel
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.fixtures import Fixture
from jobs.league.solver.openings import Openings
from jobs.league.spec import LeagueSpec

SHOWN = 3
SECONDS = 8.0  # a reason that takes longer to find is worth less than an answer


def explain(
    league: LeagueSpec, openings: Openings, fixtures: Sequence[Fixture], cuts: Sequence[Cut], seed: int
) -> InfeasibleLeague:
    """The reason, as an error to raise: crowded days first, then slots, then a division by itself."""
    if cuts:
        return InfeasibleLeague(_crowded(fixtures, cuts[-1]))
    try:
        return InfeasibleLeague(_reason(league, openings, fixtures, Deadline(SECONDS), seed))
    except OutOfTime:
        return InfeasibleLeague(
            "the rules leave no schedule, though each by itself could be kept: give the league more dates or "
            "slots, or fewer blackout dates"
        )


def _reason(
    league: LeagueSpec, openings: Openings, fixtures: Sequence[Fixture], deadline: Deadline, seed: int
) -> str:
    short = DayModel(league, openings, fixtures, elastic=True).shortages(deadline, seed)
    if short:
        named = "; ".join(
            f"{each.division} needs {slots_of(each.games)} on {day_name(each.date)}, its venues have "
            f"{each.games - each.missing} left for it"
            for each in short[:SHOWN]
        )
        return f"{named} (in all at least {slots_of(sum(each.missing for each in short))} too few)"
    for division in league.divisions:
        own = [fixture for fixture in fixtures if fixture.division == division]
        if DayModel(league, openings, own, elastic=True).shortages(deadline, seed) is None:
            return (
                f"{division.name} has no dates for its games even with unlimited slots: its blackout "
                "dates, rest days, shared coaches and limits per day and week are in each other's way"
            )
    return "coaches whose teams are in several divisions have no dates for the games of all of them"


def _crowded(fixtures: Sequence[Fixture], cut: Cut) -> str:
    games = [fixtures[number] for number in sorted(cut.fixtures)]
    named = ", ".join(f"{game.home.name} v {game.away.name}" for game in games[:SHOWN])
    more = f" and {len(games) - SHOWN} more" if len(games) > SHOWN else ""
    return (
        f"the start times leave some games no place on any date: on {day_name(cut.date)}, for one, "
        f"{named}{more} cannot all be played, because of start times, the divisions that venues take and "
        "coaches of several teams"
    )
