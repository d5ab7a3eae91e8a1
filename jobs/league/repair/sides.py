"""Who is at home when a repair has left a team out of balance.

Owns the fewest swaps of sides that bring every team's home and away games within one of each other again,
where the league asks for that. Nothing else ever swaps sides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence

from ortools.sat.python import cp_model

from jobs.league.errors import InfeasibleLeague
from jobs.league.faults.fault import listed
from jobs.league.games import Game
from jobs.league.solver import cpsat
from jobs.league.solver.deadline import Deadline
from jobs.league.spec import LeagueSpec

MANNER = cpsat.Manner(2.0, relaxation=False)
SECONDS = 10.0


def swaps(
    league: LeagueSpec, games: Sequence[Game], may: Collection[int], price: Callable[[int], int]
) -> list[int]:
    """Games whose sides change.

    Args:
        league: the league.
        games: all its games.
        may: places of those whose sides may change.
        price: what a change of sides costs, at least 1.

    Raises:
        InfeasibleLeague: no swap of these brings every team into balance.
    """
    if not league.season.require_home_away_balance:
        return []
    uneven = {name for name, lead in _leads(league, games).items() if abs(lead) > 1}
    hurt = {team.division for team in league.teams if team.name in uneven}
    twice = {division.name for division in league.divisions if division.rounds == "double"}
    return [
        number
        for name in sorted(hurt)
        for number in _swaps(
            league, name, games, [n for n in may if games[n].division == name and name not in twice], price
        )
    ]


def _swaps(
    league: LeagueSpec, division: str, games: Sequence[Game], may: list[int], price: Callable[[int], int]
) -> list[int]:
    model = cp_model.CpModel()
    swap = {number: model.new_bool_var("") for number in may}
    leads = _leads(league, games)
    for team in league.teams_by_division[division]:
        change = sum(
            (2 if games[number].away == team.name else -2) * play
            for number, play in swap.items()
            if team.name in (games[number].home, games[number].away)
        )
        model.add_linear_constraint(change + leads[team.name], -1, 1)
    model.minimize(sum(price(number) * play for number, play in swap.items()))
    solver = cpsat.run(model, Deadline(SECONDS), seed=1, manner=MANNER)
    if solver is None:
        names = [team.name for team in league.teams_by_division[division] if abs(leads[team.name]) > 1]
        raise InfeasibleLeague(
            f"{listed(names)} of {division} would have more than one home game more or less than away games, "
            "and no change of sides helps; the league asks for balance (require_home_away_balance)"
        )
    return [number for number, play in swap.items() if solver.boolean_value(play)]


def _leads(league: LeagueSpec, games: Sequence[Game]) -> dict[str, int]:
    home, away = Counter(game.home for game in games), Counter(game.away for game in games)
    return {team.name: home[team.name] - away[team.name] for team in league.teams}
