"""The repaired games, and each change with its reason.

Owns the reading of a solved puzzle: which pitch a game has that moved (all others keep theirs), and for
whom a game made room.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from jobs.league.changes import Change, Kind, Place
from jobs.league.games import Game
from jobs.league.repair.puzzle import Puzzle
from jobs.league.repair.words import pair_name
from jobs.league.solver.openings import time_of
from jobs.league.solver.state import UNPLACED


def games_of(puzzle: Puzzle) -> dict[int, Game]:
    """All games that have a slot, by number; those that did not move are the same to the last field."""
    slots = puzzle.draft.grid.slots
    still = {
        number
        for number, _ in enumerate(puzzle.games)
        if slots[number] == puzzle.original[number] != UNPLACED
    }
    taken: dict[int, set[int]] = defaultdict(set)
    for number in still:
        taken[slots[number]].add(puzzle.games[number].pitch)
    found = {}
    for number, slot in enumerate(slots):
        if number in still:
            found[number] = puzzle.games[number]
        elif slot != UNPLACED:
            pitches = range(1, puzzle.board.slots[slot].pitches + 1)
            pitch = next(each for each in pitches if each not in taken[slot])
            taken[slot].add(pitch)
            found[number] = _game(puzzle, number, slot, pitch)
    return found


def _game(puzzle: Puzzle, number: int, slot: int, pitch: int) -> Game:
    board, fixture, one = puzzle.board, puzzle.board.fixtures[number], puzzle.board.slots[slot]
    venue = board.league.venues[one.venue].name
    return Game(
        division=fixture.division.name,
        home=fixture.home.name,
        away=fixture.away.name,
        date=board.dates[one.date],
        start=time_of(one.start),
        end=time_of(one.start + fixture.division.game_minutes),
        venue=venue,
        pitch=pitch,
        at_home_venue=venue == fixture.home.home_venue,
    )


def swapped(game: Game, homes: Mapping[str, str]) -> Game:
    """The same game with the other team at home."""
    changes: dict[str, Any] = {"home": game.away, "away": game.home}
    return game.model_copy(update=changes | {"at_home_venue": homes[game.away] == game.venue})


def place_of(game: Game) -> Place:
    """When and where a game is."""
    return Place(date=game.date, start=game.start, end=game.end, venue=game.venue, pitch=game.pitch)


def change(kind: Kind, game: Game, before: Game | None, after: Game | None, why: str) -> Change:
    """One change; ``game`` has the sides that are told."""
    return Change(
        kind=kind,
        division=game.division,
        home=game.home,
        away=game.away,
        before=place_of(before) if before else None,
        after=place_of(after) if after else None,
        why=why,
    )


def reasons(puzzle: Puzzle, causes: Mapping[int, str]) -> dict[int, str]:
    """For each game that moved why it did."""
    return {number: causes[number] for number in puzzle.affected} | {
        number: _room_for(puzzle, number) for number in puzzle.moved
    }


def _room_for(puzzle: Puzzle, number: int) -> str:
    """Which other game is in the way where this one was: in its slot, or too near to it."""
    for other in _rivals(puzzle, number):
        return f"makes room for {pair_name(puzzle.games[other])}"
    names = {puzzle.games[number].home, puzzle.games[number].away}
    if puzzle.league.season.max_gap_days is not None:
        return f"so that {' and '.join(sorted(names))} are not without a game for too long"
    return "makes room for other games that move"


def _rivals(puzzle: Puzzle, number: int) -> Iterator[int]:
    slots, board = puzzle.draft.grid.slots, puzzle.board
    changed = [other for other in (*puzzle.affected, *puzzle.moved) if other != number]
    placed = [other for other in changed if slots[other] != UNPLACED]
    slot = puzzle.original[number]
    yield from (other for other in placed if slots[other] == slot)
    people, date = set(board.people[number]), board.slots[slot].date
    theirs = [other for other in placed if not people.isdisjoint(board.people[other])]
    yield from (other for other in theirs if board.slots[slots[other]].date == date)
    sets = [dates for dates, _ in puzzle.context.limits] + list(puzzle.context.rests)
    near = {other for dates in sets if date in dates for other in dates}
    teams = {person for person in people if person.startswith("team ")}
    for other in theirs:
        if board.slots[slots[other]].date in near and not teams.isdisjoint(board.people[other]):
            yield other
