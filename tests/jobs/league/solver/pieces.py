"""The solver's pieces for a league, put together as ``solve`` does it."""

from __future__ import annotations

import random
from collections.abc import Sequence

from jobs.league.games import Game
from jobs.league.solver.board import Board
from jobs.league.solver.construct import place_all
from jobs.league.solver.draft import Draft
from jobs.league.solver.fixtures import pair_teams
from jobs.league.solver.openings import Openings
from jobs.league.solver.orientation import balance_sides
from jobs.league.solver.state import UNPLACED, State
from jobs.league.spec import LeagueSpec
from jobs.league.validate import validate
from tests.jobs.league.leagues import soon

OF_THE_WHOLE = {"number of games", "meetings", "gap", "sides", "home and away"}


def board_of(spec: LeagueSpec, seed: int = 1) -> Board:
    fixtures = balance_sides(pair_teams(spec, random.Random(seed)))
    return Board(spec, Openings(spec), fixtures)


def empty_of(spec: LeagueSpec, seed: int = 1) -> State:
    board = board_of(spec, seed)
    return State(board, [UNPLACED] * len(board.fixtures))


def draft_of(spec: LeagueSpec, seed: int = 1) -> Draft:
    """A draft of which all games have a slot, as far as that was found."""
    draft = Draft(empty_of(spec, seed), seed)
    place_all(draft, soon(), nobody)
    return draft


def slot_at(board: Board, date: int, start: str, venue: str = "Park") -> int:
    """The number of a slot, by the number of its date."""
    hours, minutes = start.split(":")
    return next(
        number
        for number in board.at[board.venues[venue], date]
        if board.slots[number].start == 60 * int(hours) + int(minutes)
    )


def broken_rules(spec: LeagueSpec, games: Sequence[Game], *, whole: bool = True) -> set[str]:
    """Names of the broken rules; without those that only a whole schedule can keep unless it is one."""
    found = validate(spec, games)
    assert found.violation_count == len(found.violations)
    rules = {each.rule for each in found.violations}
    return rules if whole else rules - OF_THE_WHOLE


def nobody(placed: int) -> None:
    """Nobody counts the games that are placed."""


def calm() -> bool:
    """Nobody asks to stop."""
    return False
