"""Teams that withdraw: games in place of those that are lost, and sides that stay balanced."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from jobs.league.errors import InfeasibleLeague
from jobs.league.games import Game
from jobs.league.repair.sides import swaps
from jobs.league.spec import LeagueSpec
from jobs.league.validate import validate
from tests.jobs.league.leagues import season, team
from tests.jobs.league.repair.seasons import SATURDAYS, game, happened, key, one_venue, repaired

NAMES = ("Ants", "Bees", "Crows", "Deer", "Eels")


def _ring(**more: Any) -> tuple[LeagueSpec, list[Game]]:
    """Five teams with two games each: everybody meets the next one."""
    data: dict[str, Any] = {"divisions": [{"name": "U10", "games_per_team": 2, "game_minutes": 60}]}
    spec = one_venue(NAMES, 8, **data | more)
    pairs = zip(NAMES, (*NAMES[1:], NAMES[0]), strict=True)
    return spec, [game(home, away, week) for week, (home, away) in enumerate(pairs)]


def test_two_teams_that_have_lost_a_game_meet_if_there_is_a_slot() -> None:
    spec, games = _ring()
    repair = repaired(spec, games, happened(spec, withdrawn=["Crows"]))
    assert validate(repair.league, repair.schedule.games).valid
    added = [one for one in repair.changes if one.kind == "added"]
    assert [{one.home, one.away} for one in added] == [{"Bees", "Deer"}]
    assert added[0].why == "in place of games that Crows would have played"
    assert added[0].before is None
    assert added[0].after is not None
    assert (repair.count("canceled"), repair.count("added"), repair.count("moved")) == (2, 1, 0)
    assert {one.name: one.fewer_games for one in repair.league.teams} == dict.fromkeys(
        ("Ants", "Bees", "Deer", "Eels"), 0
    )


def test_without_a_wish_for_it_or_a_slot_they_play_fewer_games() -> None:
    spec, games = _ring()
    repair = repaired(spec, games, happened(spec, withdrawn=["Crows"]), replace_games=False)
    assert (repair.count("canceled"), repair.count("added")) == (2, 0)
    away = [team("Deer", blackout_dates=SATURDAYS[5:8]), *(team(name) for name in NAMES if name != "Deer")]
    full, _ = _ring(teams=away, venues=[{"name": "Park", "slots": {"saturday": ["09:00"]}}])
    repair = repaired(full, games, happened(full, withdrawn=["Crows"], from_date=SATURDAYS[5]))
    assert (repair.count("canceled"), repair.count("added")) == (2, 0)
    assert {one.name: one.fewer_games for one in repair.league.teams} == {
        "Ants": 0,
        "Bees": 1,
        "Deer": 1,
        "Eels": 0,
    }


def test_games_in_place_of_lost_ones_are_not_before_the_date_from_which_games_move() -> None:
    spec, games = _ring()
    repair = repaired(spec, games, happened(spec, withdrawn=["Crows"], from_date=SATURDAYS[6]))
    (added,) = [one for one in repair.changes if one.kind == "added"]
    assert added.after is not None
    assert added.after.date >= SATURDAYS[6]


def test_in_a_round_robin_nobody_meets_again() -> None:
    pairs = [("Ants", "Bees"), ("Crows", "Ants"), ("Bees", "Crows")]
    spec = one_venue(("Ants", "Bees", "Crows", "Deer"), 8)
    games = [game(home, away, week) for week, (home, away) in enumerate(pairs)]
    games += [game(name, "Deer", 3 + week) for week, name in enumerate(("Ants", "Bees", "Crows"))]
    assert validate(spec, games).valid
    repair = repaired(spec, games, happened(spec, withdrawn=["Deer"]))
    assert {key(one) for one in repair.schedule.games} == set(pairs)
    assert all(one.fewer_games == 0 for one in repair.league.teams)


def _balanced(games: list[Game]) -> bool:
    lead = Counter(one.home for one in games)
    lead.subtract(one.away for one in games)
    return all(abs(value) <= 1 for value in lead.values())


def test_sides_are_swapped_where_a_withdrawal_leaves_a_team_out_of_balance() -> None:
    """Without Eels, who were to be its hosts, Ants would be at home twice and never away."""
    balance = season(8, play_days=["saturday"], require_home_away_balance=True)
    divisions = [{"name": "U10", "games_per_team": 3, "game_minutes": 60}]
    teams = [team(name, fewer_games=int(name == "Eels")) for name in NAMES]
    spec, _ = _ring(season=balance, divisions=divisions, teams=teams)
    pairs = [
        ("Ants", "Bees"), ("Ants", "Crows"), ("Eels", "Ants"), ("Bees", "Crows"), ("Bees", "Deer"),
        ("Crows", "Deer"), ("Deer", "Eels"),
    ]  # fmt: skip
    games = [game(home, away, week) for week, (home, away) in enumerate(pairs)]
    assert validate(spec, games).valid
    repair = repaired(spec, games, happened(spec, withdrawn=["Eels"]), replace_games=False)
    assert validate(repair.league, repair.schedule.games).valid
    assert _balanced(repair.schedule.games)
    swapped = [one for one in repair.changes if one.kind == "swapped sides"]
    assert swapped
    assert all(one.before == one.after and "balanced" in one.why for one in swapped)
    homes = {frozenset(key(one)): one.home for one in repair.schedule.games}
    assert all(homes[frozenset((one.home, one.away))] == one.home for one in swapped)


def test_sides_of_games_that_were_played_are_not_swapped() -> None:
    balance = season(8, play_days=["saturday"], require_home_away_balance=True)
    spec = one_venue(("Ants", "Bees", "Crows"), 8, season=balance)
    games = [game("Ants", "Bees", 0), game("Ants", "Crows", 1), game("Bees", "Crows", 2)]
    assert swaps(spec, games, [0, 1, 2], lambda _: 1) in ([0], [1])
    assert swaps(spec, games, [1, 2], lambda _: 1) == [1]
    with pytest.raises(InfeasibleLeague, match="Ants, Crows of U10 would have more than one home game"):
        swaps(spec, games, [2], lambda _: 1)


def test_where_balance_is_only_aimed_for_no_sides_are_swapped() -> None:
    spec = one_venue(("Ants", "Bees", "Crows"), 8)
    games = [game("Ants", "Bees", 0), game("Ants", "Crows", 1), game("Bees", "Crows", 2)]
    assert swaps(spec, games, [0, 1, 2], lambda _: 1) == []
