"""Which slots a game can have, held against the validator, which shares no code with the solver."""

from __future__ import annotations

import datetime as dt
import random

from hypothesis import given
from hypothesis import strategies as st

from jobs.league.games import Game
from jobs.league.solver.grid import Grid
from jobs.league.solver.openings import minutes_of, time_of
from jobs.league.solver.state import UNPLACED, State
from jobs.league.spec import LeagueSpec
from tests.jobs.league.leagues import SATURDAY, league, season, team
from tests.jobs.league.solver.drawn import examples, leagues
from tests.jobs.league.solver.pieces import board_of, broken_rules, empty_of, slot_at


def _games(grid: Grid) -> list[Game]:
    return State(grid.board, grid.slots, grid.fixtures).games()


def _valid_slots(spec: LeagueSpec, grid: Grid, game: int) -> set[int]:
    """Slots in which the validator has nothing to say against a game beside the others."""
    found = set()
    for slot in range(len(grid.board.slots)):
        slots = list(grid.slots)
        slots[game] = slot
        if not broken_rules(spec, State(grid.board, slots, grid.fixtures).games(), whole=False):
            found.add(slot)
    return found


def _clear(grid: Grid, game: int) -> set[int]:
    return set(grid.clear(game).nonzero()[0].tolist())


def _change(grid: Grid, dice: random.Random) -> None:
    """Take a game out, or give it a slot, at times one that others are in the way of."""
    game = dice.randrange(len(grid.fixtures))
    grid.take_out(game)
    clear, allowed = sorted(_clear(grid, game)), grid.allowed(game).nonzero()[0].tolist()
    if allowed and dice.random() < 0.3:
        slot = dice.choice(allowed)
        for other in grid.blocking(game, slot, dice):
            grid.take_out(other)
        grid.put(game, slot)
    elif clear and dice.random() < 0.9:
        grid.put(game, dice.choice(clear))


@examples(40)
@given(leagues(), st.randoms(use_true_random=False))
def test_clear_slots_are_those_in_which_the_validator_finds_no_fault(
    spec: LeagueSpec, dice: random.Random
) -> None:
    grid = Grid(empty_of(spec, dice.randrange(9)))
    for _ in range(3):
        for _ in range(10):
            _change(grid, dice)
        assert broken_rules(spec, _games(grid), whole=False) == set()
        game = dice.randrange(len(grid.fixtures))
        grid.take_out(game)
        assert _clear(grid, game) == _valid_slots(spec, grid, game)


@examples(25)
@given(leagues())
def test_a_game_alone_may_have_every_place_that_the_validator_allows(spec: LeagueSpec) -> None:
    """Over all days of the season, and all starts that any venue has on any day."""
    grid = Grid(empty_of(spec))
    board, fixture = grid.board, grid.fixtures[0]
    slots = [board.slots[slot] for slot in grid.allowed(0).nonzero()[0]]
    allowed = {(board.dates[one.date], time_of(one.start), spec.venues[one.venue].name) for one in slots}
    starts = {start for venue in spec.venues for times in venue.slots.values() for start in times}
    days = (spec.season.last_date - spec.season.first_date).days + 1
    for date in (spec.season.first_date + dt.timedelta(days=day) for day in range(days)):
        for start in starts:
            end = minutes_of(start) + fixture.division.game_minutes
            for venue in spec.venues:
                game = Game(
                    division=fixture.division.name,
                    home=fixture.home.name,
                    away=fixture.away.name,
                    date=date,
                    start=start,
                    end=time_of(end),
                    venue=venue.name,
                    pitch=1,
                    at_home_venue=venue.name == fixture.home.home_venue,
                )
                kept = not broken_rules(spec, [game], whole=False)
                assert kept == ((date, start, venue.name) in allowed)


def test_a_grid_leaves_the_schedule_that_it_began_with_as_it_was() -> None:
    state = empty_of(league())
    grid = Grid(state)
    grid.put(0, int(grid.clear(0).nonzero()[0][0]))
    grid.fixtures.reverse()
    assert state.slots == [UNPLACED] * 9
    assert state.fixtures == state.board.fixtures


def test_a_grid_begins_with_the_games_of_its_schedule() -> None:
    board = board_of(league())
    slots = [UNPLACED] * 9
    slots[3] = slot_at(board, 0, "09:00")
    grid = Grid(State(board, slots))
    assert grid.at_venue(board.venues["Park"]) == [3]
    assert grid.of_team(board.fixtures[3].away.name) == [3]
    assert grid.is_home(3) == (board.fixtures[3].home.home_venue == "Park")


def test_games_in_the_way_are_no_more_than_needed() -> None:
    """A week of two games is full: one of them has to go for a third."""
    spec = league(
        teams=[team("Ants"), team("Bees")],
        divisions=[{"name": "U10", "games_per_team": 5}],
        venues=[{"name": "Park", "slots": {"saturday": ["09:00", "12:00"], "sunday": ["09:00"]}}],
        season=season(max_games_per_team_per_day=2, max_games_per_team_per_week=2),
    )
    grid = Grid(empty_of(spec))
    grid.put(0, slot_at(grid.board, 0, "09:00"))
    grid.put(1, slot_at(grid.board, 0, "12:00"))
    grid.put(2, slot_at(grid.board, 2, "12:00"))
    sunday = slot_at(grid.board, 1, "09:00")
    dice = random.Random(1)
    assert {tuple(grid.blocking(3, sunday, dice)) for _ in range(20)} == {(0,), (1,)}
    assert grid.blocking(3, slot_at(grid.board, 2, "09:00"), dice) == []


def test_taking_out_a_game_without_a_slot_changes_nothing() -> None:
    grid = Grid(empty_of(league()))
    before = grid.conflicts(1).tolist()
    assert grid.take_out(0) == UNPLACED
    assert grid.conflicts(1).tolist() == before


def test_days_of_rest_are_counted_between_two_dates() -> None:
    spec = league(season=season(min_rest_days=7))
    grid = Grid(empty_of(spec))
    first = grid.board.fixtures[0]
    mine = [n for n, one in enumerate(grid.fixtures) if first.home in (one.home, one.away)]
    grid.put(mine[0], slot_at(grid.board, 0, "09:00"))
    dates = {grid.board.dates[grid.board.slots[slot].date] for slot in _clear(grid, mine[1])}
    assert min(dates) == SATURDAY + dt.timedelta(days=8)
