"""Nobody is at two games at once: to the minute, and where the days were chosen first."""

from __future__ import annotations

import datetime as dt

import pytest

from jobs.league.solver.construct import place_all
from jobs.league.solver.draft import Draft
from jobs.league.solver.grid import Grid
from jobs.league.solver.openings import time_of
from jobs.league.solver.proof import Proof
from jobs.league.spec import LeagueSpec
from tests.jobs.league.leagues import SATURDAY, Data, league, season, soon, team
from tests.jobs.league.solver.pieces import broken_rules, empty_of, nobody, slot_at

STARTS = ["08:29", "08:30", "08:31", "09:00", "09:01", "09:59", "10:59", "11:00", "11:29", "11:30"]


def _venues(*starts: str) -> list[Data]:
    """A venue for each start, so that all slots are long enough."""
    homes = [{"name": "Park", "slots": {"saturday": ["10:00"]}}]
    return homes + [{"name": start.replace(":", " "), "slots": {"saturday": [start]}} for start in starts]


def _starts(grid: Grid, game: int) -> set[str]:
    return {time_of(grid.board.slots[slot].start) for slot in grid.clear(game).nonzero()[0]}


@pytest.mark.parametrize(
    ("placed", "free"),
    [
        ("U12", {"08:29", "08:30", "08:31", "09:00", "11:30"}),  # until 11:30; an hour before 10:00 is free
        ("U10", {"08:29", "08:30", "11:00", "11:29", "11:30"}),  # until 11:00; 90 minutes before 10:00
    ],
)
def test_a_coach_s_games_may_follow_each_other_but_not_overlap(placed: str, free: set[str]) -> None:
    spec = league(
        teams=[
            *(team("Ants", coach="Ana"), team("Bees")),
            *(team("Eels", "U12", coach="Ana"), team("Foxes", "U12")),
        ],
        divisions=[
            {"name": "U10", "games_per_team": 1, "game_minutes": 60},
            {"name": "U12", "games_per_team": 1, "game_minutes": 90},
        ],
        venues=_venues(*STARTS),
        season=season(1),
    )
    grid = Grid(empty_of(spec))
    game = next(number for number, one in enumerate(grid.fixtures) if one.division.name == placed)
    grid.put(game, slot_at(grid.board, 0, "10:00"))
    assert _starts(grid, 1 - game) == free


def test_a_team_s_two_games_of_a_day_may_follow_each_other_but_not_overlap() -> None:
    spec = league(
        teams=[team("Ants"), team("Bees")],
        divisions=[{"name": "U10", "games_per_team": 2, "game_minutes": 60}],
        venues=_venues(*STARTS),
        season=season(1, max_games_per_team_per_day=2),
    )
    grid = Grid(empty_of(spec))
    grid.put(0, slot_at(grid.board, 0, "10:00"))
    assert _starts(grid, 1) == {"08:29", "08:30", "08:31", "09:00", "11:00", "11:29", "11:30"}


def _crowding() -> LeagueSpec:
    """Both games are at home on the first Saturday only, when their coach has time for one of them."""
    first, second = SATURDAY, SATURDAY + dt.timedelta(days=7)
    return league(
        teams=[
            *(team(name, home="Lane", coach="Ana") for name in ("Ants", "Bees")),
            *(team(name, "U12", coach="Ana") for name in ("Eels", "Foxes")),
        ],
        divisions=[
            {"name": "U10", "games_per_team": 1, "game_minutes": 60},
            {"name": "U12", "games_per_team": 1, "game_minutes": 120},
        ],
        venues=[
            {"name": "Park", "slots": {"saturday": ["09:00"]}, "open_dates": [first]},
            {
                "name": "Lane",
                "slots": {"saturday": ["10:00"]},
                "open_dates": [first],
                "divisions": ["U10"],
            },
            {"name": "Hill", "slots": {"saturday": ["09:00"]}, "open_dates": [second]},
        ],
        season=season(2),
    )


def test_a_day_that_was_chosen_too_crowded_is_cut_and_chosen_again() -> None:
    spec = _crowding()
    proof = Proof(empty_of(spec), soon(), 1)
    found = proof.schedule()
    assert [(cut.date, sorted(cut.fixtures)) for cut in proof.cuts] == [(SATURDAY, [0, 1])]
    assert found is not None
    assert broken_rules(spec, found.games()) == set()
    assert len({game.date for game in found.games()}) == 2


def test_single_games_find_the_second_day_too() -> None:
    draft = Draft(empty_of(_crowding()), 1)
    assert place_all(draft, soon(), nobody)
    assert broken_rules(_crowding(), draft.state.games()) == set()
