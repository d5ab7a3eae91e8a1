"""The quickest way to make room: a game that finds no slot takes one where a single other is in the way.

Owns that exchange, by single games over all slots at once. It may move more games than need be, which
``search`` mends, but it is quick however large the league.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from jobs.league.repair.puzzle import Puzzle
from jobs.league.solver.state import UNPLACED

LOOKED_AT = 60  # slots that are tried for one game


def eject(puzzle: Puzzle, number: int, pool: Collection[int]) -> bool:
    """Give a game a slot, and another one to the only game that is in its way there.

    Args:
        puzzle: where that is done.
        number: a game without a slot.
        pool: the games that may move.

    Returns:
        Whether there was such a slot; nothing has changed if not.
    """
    near = puzzle.open_to(number) & (puzzle.draft.grid.conflicts(number) <= 1)
    places = np.flatnonzero(near).tolist()
    puzzle.dice.shuffle(places)
    return any(_take(puzzle, number, slot, pool) for slot in places[:LOOKED_AT])


def _take(puzzle: Puzzle, number: int, slot: int, pool: Collection[int]) -> bool:
    draft, before = puzzle.draft, len(puzzle.draft.broken)
    blocking = draft.grid.blocking(number, slot, puzzle.dice)
    if len(blocking) > 1 or any(other not in pool for other in blocking):
        return False
    was = {other: draft.grid.slots[other] for other in blocking}
    draft.take_out(blocking)
    draft.give(number, slot)
    for other in blocking:
        places = np.flatnonzero(puzzle.clear_to(other)).tolist()
        if places:
            fixture = draft.grid.fixtures[other]
            draft.give(other, min(places, key=lambda place: puzzle.board.cost(fixture, place)))
    if all(draft.grid.slots[other] != UNPLACED for other in blocking) and len(draft.broken) <= before:
        return True
    puzzle.set({number: UNPLACED, **dict.fromkeys(was, UNPLACED)})
    puzzle.set(was)
    return False
