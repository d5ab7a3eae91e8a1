"""Games in place of those that a withdrawal took away: teams that lost one meet each other once more.

Owns who may meet, and which of these games are made. They are only added where there is a slot with all other
games where they are: nobody moves for them.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from ortools.sat.python import cp_model

from jobs.league.errors import OutOfTime
from jobs.league.games import Game
from jobs.league.repair.puzzle import Pair, Puzzle
from jobs.league.repair.search import EFFORT
from jobs.league.solver import cpsat
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.patch import Patch
from jobs.league.solver.state import UNPLACED
from jobs.league.spec import Division, LeagueSpec

MANNER = cpsat.Manner(1.0, relaxation=False)
ROUNDS = 6  # times that other pairs are tried for those that found no slot
ENOUGH = 10  # open slots that are as good as any number
MOST_SHORT = 60  # teams of one division that are paired anew


@dataclass(frozen=True)
class Short:
    """A division some of whose teams have lost games.

    Attributes:
        teams: those teams, with how many games each may have on top.
        met: how often each two teams of the division meet; the names of a pair in their order.
        least: how often two teams must meet that play all their games.
        most: how often two teams may meet.
        full: teams that play all their games as it is.
    """

    teams: dict[str, int]
    met: Counter[Pair]
    least: int
    most: int
    full: frozenset[str]

    def may_meet(self) -> list[Pair]:
        """Pairs that may have one more game."""
        return [pair for pair in combinations(sorted(self.teams), 2) if self.met[pair] < self.most]


def short_divisions(
    league: LeagueSpec, games: Sequence[Game], gone: Sequence[tuple[Game, str]]
) -> list[Short]:
    """Divisions in which at least two teams have lost a game, and may have another one.

    Double round robins are left out: each game of theirs has its host.
    """
    lost = Counter(name for game, _ in gone for name in (game.home, game.away))
    of_division: dict[str, list[Game]] = defaultdict(list)
    for game in games:
        of_division[game.division].append(game)
    found = []
    for division in league.divisions:
        if division.rounds != "double":
            short = _short(league, division, of_division[division.name], lost)
            if len(short.teams) > 1 and short.may_meet():
                found.append(short)
    return found


def _short(league: LeagueSpec, division: Division, games: list[Game], lost: Mapping[str, int]) -> Short:
    teams = league.teams_by_division[division.name]
    due = {team.name: league.games_of(team) for team in teams}
    lacking = {team.name: min(team.fewer_games, lost.get(team.name, 0)) for team in teams}
    some = {name: number for name, number in lacking.items() if number}
    met = Counter((min(game.home, game.away), max(game.home, game.away)) for game in games)
    others = max(1, len(teams) - 1)
    return Short(
        teams=dict(list(some.items())[:MOST_SHORT]),
        met=met,
        least=division.games_each(len(teams)) // others,
        most=-(-max(due.values()) // others),
        full=frozenset(team.name for team in teams if not team.fewer_games),
    )


class Replacements:
    """Games on top of a repaired schedule.

    Args:
        league: the league, in which those who lost a game play fewer.
        games: its games, all with a place.
        short: divisions in which games are lacking.
        from_date: the first date on which there may be new ones.
        seed: seed of the solver.
    """

    def __init__(
        self, league: LeagueSpec, games: Sequence[Game], short: Sequence[Short], from_date: dt.date, seed: int
    ) -> None:
        self._short, self._seed = short, seed
        pairs = [pair for one in short for pair in one.may_meet()]
        self.puzzle = Puzzle(league, games, (), from_date, seed, extra=_sides(games, pairs))
        self._number = dict(zip(pairs, self.puzzle.added, strict=True))
        self._barred: set[Pair] = set()

    def place(self, deadline: Deadline) -> None:
        """Add as many games as there are slots for."""
        try:
            for _ in range(ROUNDS):
                chosen = [pair for one in self._short for pair in self._pairs(one, deadline)]
                if not chosen:
                    return
                self._barred.update(chosen)
                self._put([self._number[pair] for pair in chosen], deadline)
        except OutOfTime:
            return

    def _pairs(self, short: Short, deadline: Deadline) -> list[Pair]:
        """Who should meet of those who still lack a game: as many as possible, with as many open slots."""
        slots = self.puzzle.draft.grid.slots
        placed = [pair for pair in short.may_meet() if slots[self._number[pair]] != UNPLACED]
        done = Counter(name for pair in placed for name in pair)
        left = {name: number - done[name] for name, number in short.teams.items()}
        room = {
            pair: int(self.puzzle.clear_to(self._number[pair]).sum())
            for pair in short.may_meet()
            if pair not in self._barred
        }
        return _paired(short, left, {pair: count for pair, count in room.items() if count}, placed, deadline)

    def _put(self, some: list[int], deadline: Deadline) -> None:
        puzzle = self.puzzle
        state = puzzle.draft.state
        choices, _ = puzzle.choices(some)
        patch = Patch(puzzle.context, state, choices, optional=True)
        moves = patch.solve(deadline, seed=self._seed, effort=EFFORT)
        if moves:
            puzzle.set({number: slot for number, (slot, _) in moves.items()})


def _paired(
    short: Short, left: Mapping[str, int], room: Mapping[Pair, int], placed: list[Pair], deadline: Deadline
) -> list[Pair]:
    """Pairs for new games; two teams that play all their games again must have met often enough."""
    if not room:
        return []
    model = cp_model.CpModel()
    meet = {pair: model.new_bool_var("") for pair in room}
    full: dict[str, cp_model.IntVar] = {name: model.new_bool_var("") for name in left}
    for name, number in left.items():
        games = sum(play for pair, play in meet.items() if name in pair)
        model.add(games == number).only_enforce_if(full[name])
        model.add(games <= max(0, number - 1)).only_enforce_if(~full[name])
        if not number:
            model.add(full[name] == 1)
    for pair in combinations(sorted({*left, *short.full}), 2):
        lacking = short.least - short.met[pair] - (pair in placed)
        if lacking > 0:
            both = [full[name] for name in pair if name in full]
            model.add(meet.get(pair, 0) >= lacking).only_enforce_if(both)
    model.maximize(sum((1_000 + min(ENOUGH, room[pair])) * play for pair, play in meet.items()))
    solver = cpsat.run(model, deadline, seed=1, manner=MANNER)
    return [] if solver is None else [pair for pair, play in meet.items() if solver.boolean_value(play)]


def _sides(games: Sequence[Game], pairs: Sequence[Pair]) -> list[Pair]:
    """Who of each pair is at home: whoever has fewer home games for its away games."""
    lead: Counter[str] = Counter()
    for game in games:
        lead[game.home] += 1
        lead[game.away] -= 1
    return [(one, other) if lead[one] <= lead[other] else (other, one) for one, other in pairs]
