from __future__ import annotations

from typing import Any

from jobs.league.solver.fixtures import Fixture
from jobs.league.solver.openings import Opening
from jobs.league.solver.slots import crowd, place_games
from jobs.league.spec import Division, Team
from tests.jobs.league.leagues import soon, team

U10 = Division(name="U10", rounds="single", game_minutes=60)
U12 = Division(name="U12", rounds="single", game_minutes=90)
BOTH = frozenset({"U10", "U12"})


def _game(home: str, away: str, division: Division = U10, at: str = "Park", **coaches: str) -> Fixture:
    sides = [Team(**team(name, division.name, at, coach=coaches.get(name))) for name in (home, away)]
    return Fixture(division, *sides)


def _opening(venue: str, hour: float, pitches: int = 1, takes: frozenset[str] = BOTH) -> Opening:
    return Opening(venue, round(hour * 60), 90, pitches, takes)


def _place(fixtures: list[Fixture], openings: list[Opening]) -> Any:
    return place_games(fixtures, openings, soon(), 1)


def test_games_stay_at_home_when_all_can() -> None:
    openings = [_opening("Lane", 9, 2), _opening("Park", 9), _opening("Park", 11)]
    assert {each.venue for each in _place([_game("A", "B"), _game("C", "D")], openings)} == {"Park"}


def test_as_many_games_stay_at_home_as_there_are_slots() -> None:
    openings = [_opening("Lane", 9, 9), _opening("Park", 9)]
    placed = _place([_game("A", "B"), _game("C", "D"), _game("E", "F")], openings)
    assert sorted(each.venue for each in placed) == ["Lane", "Lane", "Park"]


def test_a_venue_has_no_more_games_than_pitches() -> None:
    games = [_game("A", "B"), _game("C", "D"), _game("E", "F")]
    assert _place(games, [_opening("Park", 9, 2)]) is None
    assert len(_place(games, [_opening("Park", 9, 3)])) == 3


def test_a_coach_is_in_one_place_at_a_time() -> None:
    games = [_game("A", "B", A="Ana"), _game("C", "D", C="Ana")]
    first, second = _place(games, [_opening("Park", 9, 2), _opening("Lane", 10.5)])
    assert {first.venue, second.venue} == {"Park", "Lane"}


def test_games_that_only_overlap_in_part_clash_too() -> None:
    games = [_game("A", "B", U12, A="Ana"), _game("C", "D", C="Ana")]
    assert _place(games, [_opening("Park", 9, takes=frozenset({"U12"})), _opening("Lane", 10)]) is None


def test_a_division_is_kept_out_where_it_may_not_play() -> None:
    openings = [_opening("Park", 9, takes=frozenset({"U12"})), _opening("Lane", 9)]
    (only,) = _place([_game("A", "B")], openings)
    assert only.venue == "Lane"


def test_a_crowd_is_no_larger_than_it_must_be() -> None:
    games = {
        10: _game("A", "B"),
        11: _game("C", "D", C="Ana"),
        12: _game("E", "F"),
        13: _game("G", "H", G="Ana"),
    }
    assert crowd(games, [_opening("Park", 9, 9)], soon(), 1) == {11, 13}


def test_the_same_seed_places_games_alike() -> None:
    games = [_game(f"A{n}", f"B{n}") for n in range(12)]
    openings = [_opening(venue, hour, 2) for venue in ("Park", "Lane", "Hill") for hour in (9, 11, 13)]
    assert _place(games, openings) == _place(games, openings)
