"""A first schedule, and a quick better one: game by game, in its best slot, and whoever is in the way moves.

Owns the search by single games: the hardest first, ejecting others where there is no free slot; then some
games are taken out and put back in another order (ruin and recreate). It proves nothing: that is for
``proof``; ``improve`` goes on where it gains no more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jobs.league.solver.deadline import Deadline
from jobs.league.solver.draft import Draft

STEPS = 30  # placements for each game before an attempt is given up
TAKEN_OUT = (3, 20)  # games that are put back together
LOOKED_AT = 20  # games among which one with a fault is looked for

Count = Callable[[int], None]


def place_all(draft: Draft, deadline: Deadline, placed: Count) -> bool:
    """Give every game a slot; whether that came to an end before there were too many steps.

    Args:
        draft: the schedule; games that have a slot may lose it to others and get another one.
        deadline: when to stop.
        placed: told from time to time how many games have a slot.

    Raises:
        OutOfTime: the deadline has passed.
    """
    room = {game: int(draft.grid.allowed(game).sum()) for game in draft.unplaced}
    waiting = sorted(room, key=lambda game: (-room[game], draft.dice.random()))
    if not all(room.values()):
        return False
    for step in range(STEPS * len(draft.games)):
        if not waiting:
            return True
        if step % 100 == 0:
            deadline.remaining()
            placed(len(draft.games) - len(waiting))
        game = waiting.pop()
        if not draft.put(game):
            waiting += draft.force(game)
    return not waiting


def recreate(draft: Draft) -> float:
    """Take some games out and put them back, as before if that costs more. What was gained."""
    return draft.replace(_some(draft))


def _some(draft: Draft) -> list[int]:
    """Games to take out: around one that is not at home or has an unfair team, or any."""
    grid, dice = draft.grid, draft.dice
    number = dice.randint(*TAKEN_OUT)
    found = dice.sample(draft.games, min(LOOKED_AT, len(draft.games)))
    away = next((game for game in found if not grid.is_home(game)), None)
    if away is not None:
        home = draft.board.home_of(grid.fixtures[away].home)
        return list(dict.fromkeys([away, *_few(draft, grid.at_venue(home), number)]))
    if not found or dice.random() < 0.5:
        return found[:number]
    worst = max(found, key=lambda game: draft.cost([game]))
    fixture = grid.fixtures[worst]
    theirs = grid.of_team(fixture.home.name) + grid.of_team(fixture.away.name)
    return list(dict.fromkeys([worst, *_few(draft, theirs, number)]))


def _few(draft: Draft, games: Sequence[int], number: int) -> list[int]:
    return draft.dice.sample(games, min(number, len(games)))
