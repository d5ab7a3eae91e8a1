"""The two questions that CP-SAT is asked about a puzzle: how few moves will do, and how few must be.

Owns what a move and a game without a place cost there, beside ``patch``, which has the league's rules.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from jobs.league.errors import OutOfTime
from jobs.league.repair.puzzle import Puzzle
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.patch import UNPLACED_COST, Moves, Patch
from jobs.league.solver.state import UNPLACED, State

MOVE_COST = 100  # for a game that could have stayed
MOST_THERE = 40  # games of one date that are looked at together


@dataclass(frozen=True)
class Least:
    """What no repair can beat.

    Attributes:
        homeless: games that cannot all have a place.
        moves: if ``homeless`` is 0, as many games beside the affected ones as must move, and likely ones.
    """

    homeless: int
    moves: list[int]


def fewest(puzzle: Puzzle, free: Sequence[int], most: int | None, deadline: Deadline, effort: float) -> bool:
    """Place as many of these games as possible, and leave as many others as possible where they were.

    Args:
        puzzle: what is found is put in place there, unless it is worse than what was.
        free: the games that may move.
        most: slots that each may look at; all when None.
        deadline: when to stop.
        effort: how long to look, in CP-SAT's deterministic time.

    Returns:
        Whether it is proved that no better is possible with these games.

    Raises:
        OutOfTime: the deadline has passed.
    """
    choices, whole = puzzle.choices(free, most=most)
    must = set(puzzle.affected)
    extra = {
        number: {slot: MOVE_COST for slot in slots if slot != puzzle.original[number]}
        for number, slots in choices.items()
        if number not in must
    }
    optional = {number: UNPLACED_COST for number in choices if number in must}
    patch = Patch(puzzle.bare, puzzle.draft.state, choices, optional=optional, extra=extra)
    try:
        moves = patch.solve(deadline, seed=puzzle.dice.randrange(2**31), effort=effort)
    except OutOfTime:
        deadline.remaining()
        return False
    if moves is None:
        return False
    faults = puzzle.faults
    before = puzzle.set({number: slot for number, (slot, _) in moves.items()})
    if puzzle.faults > faults:
        puzzle.set(before)
    return patch.proved and whole


def settle(puzzle: Puzzle, dates: Mapping[int, int], deadline: Deadline, effort: float) -> None:
    """Give games slots on their planned dates, as many as fit; all stays as before if that is worse.

    Args:
        puzzle: where that is done.
        dates: games with the numbers of their dates.
        deadline: when to stop.
        effort: how long to look at one date, in CP-SAT's deterministic time.

    Raises:
        OutOfTime: the deadline has passed.
    """
    faults = puzzle.faults
    before = puzzle.set(dict.fromkeys(dates, UNPLACED))
    try:
        for date in sorted(set(dates.values())):
            _on_date(
                puzzle, [game for game, planned in dates.items() if planned == date], date, deadline, effort
            )
        _back(puzzle, dates)
    except OutOfTime:
        puzzle.set(before)
        raise
    if puzzle.faults > faults:
        puzzle.set(before)


def _on_date(puzzle: Puzzle, games: Sequence[int], date: int, deadline: Deadline, effort: float) -> None:
    """At first by themselves; if not all fit, some affected games that are there already may give way."""
    slots, board = puzzle.draft.grid.slots, puzzle.board
    there = [n for n in puzzle.affected if slots[n] != UNPLACED and board.slots[slots[n]].date == date]
    for more in ([], there[: max(0, MOST_THERE - len(games))]):
        choices, _ = puzzle.choices([*games, *more], date=date)
        optional = dict.fromkeys(games, UNPLACED_COST)
        patch = Patch(puzzle.bare, puzzle.draft.state, choices, optional=optional)
        try:
            moves = patch.solve(deadline, seed=puzzle.dice.randrange(2**31), effort=effort)
        except OutOfTime:
            deadline.remaining()
            continue
        if moves:
            puzzle.set({number: slot for number, (slot, _) in moves.items()})
        if all(slots[game] != UNPLACED for game in games):
            return


def _back(puzzle: Puzzle, games: Iterable[int]) -> None:
    """Those that could have stayed and found no slot go back, or to any slot that is free."""
    must = set(puzzle.affected)
    for game in games:
        if puzzle.draft.grid.slots[game] == UNPLACED and game not in must:
            clear = puzzle.clear_to(game)
            places = clear.nonzero()[0].tolist()
            if places:
                original = puzzle.original[game]
                puzzle.draft.give(game, original if clear[original] else puzzle.dice.choice(places))


def least(puzzle: Puzzle, deadline: Deadline, effort: float) -> Least | None:
    """A proof from below: any other game that moves is taken out, and need not find another place.

    That is easier than to move it, so no repair takes fewer; and it is a far smaller question.

    Returns:
        The bound, or None if there was no proof within the effort.

    Raises:
        OutOfTime: the deadline has passed.
    """
    choices = puzzle.choices(puzzle.affected, taken=[*puzzle.affected, *puzzle.others])[0]
    choices |= {number: [puzzle.original[number]] for number in puzzle.others}
    optional = dict.fromkeys(puzzle.affected, UNPLACED_COST) | dict.fromkeys(puzzle.others, MOVE_COST)
    # A gap is no fault here: the game that leaves it could have moved to where it is none.
    rules = copy.copy(puzzle.bare)
    rules.gaps = []
    patch = Patch(rules, _as_it_was(puzzle), choices, optional=optional)
    try:
        moves = patch.solve(deadline, seed=puzzle.dice.randrange(2**31), effort=effort)
    except OutOfTime:
        deadline.remaining()
        return None
    if moves is None or not patch.proved:
        return None
    return Least(len(_without(moves, puzzle.affected)), _without(moves, puzzle.others))


def _as_it_was(puzzle: Puzzle) -> State:
    return State(puzzle.board, puzzle.original)


def _without(moves: Moves, some: Collection[int]) -> list[int]:
    return [number for number in some if moves[number][0] == UNPLACED]
