from __future__ import annotations

from typing import Any

import pytest

from jobs.league.errors import OutOfTime
from jobs.league.games import Game
from jobs.league.solver.context import Context
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.grid import Grid
from jobs.league.solver.slots import Day
from jobs.league.solver.state import State
from jobs.league.spec import LeagueSpec
from tests.jobs.league.leagues import Data, league, season, soon, team
from tests.jobs.league.solver.pieces import empty_of

DIVISIONS = [
    {"name": "U10", "games_per_team": 1, "game_minutes": 60},
    {"name": "U12", "games_per_team": 1, "game_minutes": 90},
]


def _venue(name: str, *starts: str, **more: Any) -> Data:
    return {"name": name, "slots": {"saturday": list(starts)}, **more}


def _league(teams: list[Data], *venues: Data) -> LeagueSpec:
    """A league of one Saturday, whose teams play one game each."""
    names = {each["division"] for each in teams}
    divisions = [each for each in DIVISIONS if each["name"] in names]
    return league(teams=teams, divisions=divisions, venues=list(venues), season=season(1))


def _teams(count: int, division: str = "U10", **more: Any) -> list[Data]:
    return [team(f"{division} {number}", division, **more) for number in range(count)]


def _day(state: State) -> Day:
    return Day(Context(state.board, state), Grid(state), state, 0)


def _placed(spec: LeagueSpec, seed: int = 1) -> list[Game] | None:
    state = empty_of(spec)
    moves = _day(state).place(range(len(state.slots)), soon(), seed)
    for game, (slot, _) in (moves or {}).items():
        state.put(game, slot)
    return None if moves is None else state.games()


def test_games_stay_at_home_when_all_can() -> None:
    spec = _league(_teams(4), _venue("Lane", "09:00", pitches=2), _venue("Park", "09:00", "11:00"))
    assert {game.venue for game in _placed(spec) or ()} == {"Park"}


def test_as_many_games_stay_at_home_as_there_are_slots() -> None:
    spec = _league(_teams(6), _venue("Lane", "09:00", pitches=9), _venue("Park", "09:00"))
    assert sorted(game.venue for game in _placed(spec) or ()) == ["Lane", "Lane", "Park"]


def test_a_venue_has_no_more_games_than_pitches() -> None:
    assert _placed(_league(_teams(6), _venue("Park", "09:00", pitches=2))) is None
    assert len(_placed(_league(_teams(6), _venue("Park", "09:00", pitches=3))) or ()) == 3


def _coached() -> list[Data]:
    """Two games, whoever is paired with whom; everybody has the same coach in one of the divisions."""
    return [*_teams(2, coach="Ana"), *_teams(2, "U12", coach="Ana")]


def _at_home(teams: list[Data]) -> list[Data]:
    return [each | {"home_venue": "Lane" if each["division"] == "U10" else "Park"} for each in teams]


def test_a_coach_is_in_one_place_at_a_time() -> None:
    games = _placed(_league(_coached(), _venue("Park", "09:00", pitches=2), _venue("Lane", "10:30")))
    assert {game.venue for game in games or ()} == {"Park", "Lane"}


def test_games_that_only_overlap_in_part_clash_too() -> None:
    venues = _venue("Lane", "10:00", divisions=["U10"]), _venue("Park", "09:00", divisions=["U12"])
    assert _placed(_league(_at_home(_coached()), *venues)) is None
    later = _venue("Lane", "10:30", divisions=["U10"])
    assert _placed(_league(_at_home(_coached()), later, venues[1])) is not None


def test_a_division_is_kept_out_where_it_may_not_play() -> None:
    venues = _venue("Park", "09:00", divisions=["U12"]), _venue("Lane", "09:00")
    games = _placed(_league(_at_home([*_teams(2), *_teams(2, "U12")]), *venues)) or []
    assert {(game.division, game.venue) for game in games} == {("U10", "Lane"), ("U12", "Park")}


def test_more_venues_are_looked_at_than_the_first_few_where_needed() -> None:
    """A game first chooses among a dozen starts away from home, of which two games of a coach need two."""
    venues = [_venue(f"Hill {number}", "09:00") for number in range(12)] + [_venue("Lane", "11:00")]
    park = {"name": "Park", "slots": {"sunday": ["09:00"]}}
    games = _placed(_league(_coached(), park, *venues)) or []
    assert sorted(game.start for game in games) == ["09:00", "11:00"]


def test_a_crowd_is_no_larger_than_it_must_be() -> None:
    """Two games of a coach are too many for one start, whatever else is played then."""
    others = [team(name, "U12", coach="Ana") for name in ("Eels", "Foxes")]
    teams = [*_teams(2), *_teams(2, "U12", coach="Ana"), *others]
    state = empty_of(_league(teams, _venue("Park", "09:00", pitches=9)))
    games = range(len(state.slots))
    day = _day(state)
    assert day.place(games, soon(), 1) is None
    coached = {number for number in games if "coach Ana" in state.board.people[number]}
    assert len(coached) == 2
    assert day.crowd(games, soon(), 1) == coached


def test_the_same_seed_places_games_alike() -> None:
    venues = [_venue(name, "09:00", "11:00", "13:00", pitches=2) for name in ("Park", "Lane", "Hill")]
    spec = _league(_teams(24), *venues)
    assert _placed(spec, 5) == _placed(spec, 5)


def test_the_time_limit_ends_it() -> None:
    state = empty_of(_league(_teams(2), _venue("Park", "09:00")))
    with pytest.raises(OutOfTime):
        _day(state).place([0], Deadline(0), 1)
