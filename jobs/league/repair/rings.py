"""Around a game that finds no place: the others that could help it, the likeliest first."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from jobs.league.repair.puzzle import Puzzle
from jobs.league.solver.grid import Mask
from jobs.league.solver.state import UNPLACED


def ring(puzzle: Puzzle, some: Sequence[int], pool: Collection[int], size: int) -> list[int]:
    """These games, and of the pool those that are in their way or could be, up to a size.

    The nearest are those in slots that one of them could have at once; then the games of the same teams and
    coaches; those in slots that it could have if its teams' other games moved; those of the same division.
    Games that must move anyway come before others that are as near, as they cost nothing.
    """
    allowed = set(pool)
    anyway = set(puzzle.affected)
    levels = [some, _in(puzzle, pool, _but_full(puzzle, some)), _related(puzzle, some, pool)]
    levels += [_in(puzzle, pool, _open(puzzle, some)), _division(puzzle, some, pool), list(pool)]
    found: dict[int, None] = {}
    for level in levels:
        near = [number for number in level if number in allowed and number not in found]
        puzzle.dice.shuffle(near)
        near.sort(key=lambda number: number not in anyway)
        found.update(dict.fromkeys(near))
        if len(found) >= size:
            break
    return list(found)[:size]


def _but_full(puzzle: Puzzle, some: Sequence[int]) -> Mask:
    """Slots that one of the games could have if there were one pitch more."""
    slots = puzzle.board.slots
    full = puzzle.context.room(puzzle.draft.state, ()) <= 0
    found = np.zeros(len(slots), dtype=bool)
    for number in some:
        found |= puzzle.open_to(number) & full & (puzzle.draft.grid.conflicts(number) == 1)
    return found


def _open(puzzle: Puzzle, some: Sequence[int]) -> Mask:
    found = np.zeros(len(puzzle.board.slots), dtype=bool)
    for number in some:
        found |= puzzle.open_to(number)
    return found


def _in(puzzle: Puzzle, pool: Collection[int], mask: Mask) -> list[int]:
    slots = puzzle.draft.grid.slots
    return [number for number in pool if slots[number] != UNPLACED and mask[slots[number]]]


def _related(puzzle: Puzzle, some: Sequence[int], pool: Collection[int]) -> list[int]:
    people = {person for number in some for person in puzzle.board.people[number]}
    return [number for number in pool if not people.isdisjoint(puzzle.board.people[number])]


def _division(puzzle: Puzzle, some: Sequence[int], pool: Collection[int]) -> list[int]:
    fixtures = puzzle.board.fixtures
    names = {fixtures[number].division.name for number in some}
    return [number for number in pool if fixtures[number].division.name in names]
