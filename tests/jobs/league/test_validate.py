"""Each test breaks one rule in a valid schedule: the validator must see it, and name it."""

from __future__ import annotations

import ast
import datetime as dt
import importlib
import inspect
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import pytest

from jobs.league import validation
from jobs.league.schedule import Game
from jobs.league.spec import LeagueSpec
from jobs.league.validate import MAX_VIOLATIONS, Validation, validate
from tests.jobs.league.leagues import league, season, team

NEXT = dt.date(2027, 4, 10)
ALL = dt.date(2027, 4, 17)


def _league(**changes: Any) -> LeagueSpec:
    """Four teams of U10 that meet once each, and two of U12; the Eels share a coach with the Ants."""
    teams = [
        team("Ants", coach="Ana"),
        team("Bees", blackout_dates=["2027-04-24"]),
        team("Crows"),
        team("Deer", home="Lane"),
        team("Eels", "U12", "Lane", coach="Ana"),
        team("Foxes", "U12", "Lane"),
    ]
    venues = [
        {
            "name": "Park",
            "slots": {"saturday": ["09:00", "10:00", "11:00"], "sunday": ["09:00"]},
            "closed_dates": ["2027-04-18"],
            "pitches": 2,
            "divisions": ["U10"],
        },
        {"name": "Lane", "slots": {"saturday": ["09:00", "10:30", "12:00"]}},
    ]
    limits: dict[str, Any] = {
        "holidays": ["2027-04-25"],
        "max_games_per_team_per_week": 1,
        "min_rest_days": 2,
    }
    data = {"teams": teams, "venues": venues, "season": season(**(limits | changes))}
    return league(**data)


def _game(home: str, away: str, date: dt.date, start: str = "09:00", **more: Any) -> Game:
    data = {
        "division": "U10",
        "home": home,
        "away": away,
        "date": date,
        "start": start,
        "end": f"{int(start[:2]) + 1:02d}:{start[3:]}",
        "venue": "Park",
        "pitch": 1,
        "at_home_venue": True,
    }
    return Game(**(data | more))


def _games() -> list[Game]:
    first = dt.date(2027, 4, 3)
    return [
        _game("Ants", "Bees", first),
        _game("Crows", "Deer", first, pitch=2),
        _game("Ants", "Crows", NEXT),
        _game("Bees", "Deer", NEXT, "10:00"),
        _game("Deer", "Ants", ALL, "09:00", venue="Lane"),
        _game("Bees", "Crows", ALL),
        _game("Eels", "Foxes", first, "10:30", end="12:00", division="U12", venue="Lane"),
    ]


def test_a_valid_schedule_is_called_so_with_every_rule_checked() -> None:
    found = validate(_league(require_home_away_balance=True), _games())
    rules = {each for each in found.checks if found.checks[each]}
    assert rules >= {rule for rule, _, _ in MUTATIONS.values()} - {"home and away"}
    assert found.stats.games == 7
    assert found.stats.home_venue_share == 1


def _changed(number: int, **changes: Any) -> Callable[[list[Game]], Sequence[Game]]:
    return lambda games: [
        game.model_copy(update=changes) if n == number else game for n, game in enumerate(games)
    ]


# For each mutation: the rule that must be named, how the games are changed, and words of the message.
MUTATIONS: dict[str, tuple[str, Callable[[list[Game]], Sequence[Game]], str]] = {
    "missing game": ("number of games", lambda games: games[1:], "Ants has 2 games, not 3"),
    "game too many": ("number of games", lambda games: [*games, games[0]], "Ants has 4 games, not 3"),
    "pair that meets twice": ("meetings", _changed(3, away="Ants"), "Ants and Bees meet 2 times"),
    "pair that never meets": ("meetings", lambda games: games[1:], "Ants and Bees meet 0 times"),
    "team plays itself": ("two teams", _changed(0, away="Ants"), "plays itself"),
    "unknown team": ("team exists", _changed(0, away="Yaks"), "there is no team Yaks"),
    "team of another division": ("division", _changed(0, away="Foxes"), "Foxes plays in U12, not U10"),
    "blackout": ("blackout", _changed(5, date=dt.date(2027, 4, 24)), "Bees cannot play"),
    "date outside the season": ("season", _changed(5, date=dt.date(2027, 5, 1)), "outside the season"),
    "weekday without play": ("play day", _changed(5, date=dt.date(2027, 4, 21)), "wednesday is no play day"),
    "holiday": ("holiday", _changed(5, date=dt.date(2027, 4, 25)), "a holiday"),
    "unknown venue": ("venue exists", _changed(0, venue="Moon"), "there is no venue Moon"),
    "start that does not exist": ("slot", _changed(0, start="08:00", end="09:00"), "no start at 08:00"),
    "start of another weekday": (
        "slot",
        _changed(5, date=dt.date(2027, 4, 11), start="10:00"),
        "on a sunday",
    ),
    "closed venue": ("venue open", _changed(5, date=dt.date(2027, 4, 18)), "Park is closed that day"),
    "wrong venue": ("venue division", _changed(6, venue="Park"), "Park does not take U12"),
    "pitch that does not exist": ("pitch", _changed(0, pitch=3), "has no pitch 3, it has 2"),
    "pitch zero": ("pitch", _changed(0, pitch=0), "has no pitch 0"),
    "double booking": ("double booking", _changed(1, pitch=1), "overlap on pitch 1 of Park"),
    "double booking in part": (
        "double booking",
        _changed(4, date=dt.date(2027, 4, 3), start="10:00", end="11:00"),
        "overlap on pitch 1 of Lane",
    ),
    "short game": ("length", _changed(0, end="09:45"), "not 60 minutes"),
    "game after midnight": ("length", _changed(0, start="23:30", end="24:30"), "not 60 minutes"),
    "wrong flag": ("home venue", _changed(0, at_home_venue=False), "at_home_venue is False"),
    "two games in a day": ("games a day", _changed(3, date=dt.date(2027, 4, 3), start="11:00"), "2 games on"),
    "two games in a week": (
        "games a week",
        _changed(3, date=dt.date(2027, 4, 4)),
        "2 games in the week of 2027-03-29",
    ),
    "too little rest": ("rest", _changed(3, date=dt.date(2027, 4, 4)), "0 days of rest, not 2"),
    "coach clash": ("one place for a coach", _changed(6, start="09:00", end="10:30"), "Ana would be at"),
    "coach clash in part": (
        "one place for a coach",
        _changed(0, start="10:00", end="11:00"),
        "Ana would be at",
    ),
    "team in two places": (
        "one place for a team",
        _changed(3, date=dt.date(2027, 4, 3), start="09:00", venue="Lane"),
        "would be at",
    ),
    "never at home": (
        "home and away",
        _changed(4, home="Ants", away="Deer", at_home_venue=False),
        "Ants: home and away",
    ),
}


@pytest.mark.parametrize(("rule", "change", "words"), MUTATIONS.values(), ids=MUTATIONS.keys())
def test_a_broken_rule_is_seen(rule: str, change: Callable[[list[Game]], Sequence[Game]], words: str) -> None:
    found = validate(_league(require_home_away_balance=True), change(_games()))
    assert not found.valid
    assert words in " | ".join(each.message for each in found.violations if each.rule == rule)


def test_an_empty_schedule_is_not_valid() -> None:
    found = validate(_league(), [])
    assert not found.valid
    assert found.violation_count == 6 + 7


def test_imbalance_is_only_a_figure_unless_the_league_asks() -> None:
    games = list(MUTATIONS["never at home"][1](_games()))
    found = validate(_league(), games)
    assert found.valid
    assert found.stats.home_away_balance_max == 3


def test_violations_are_counted_all_and_listed_in_part() -> None:
    found = validate(_league(), _games() * 50)
    assert len(found.violations) == MAX_VIOLATIONS < found.violation_count


def test_validation_survives_json() -> None:
    found = validate(_league(), _games()[1:])
    assert Validation.model_validate_json(found.model_dump_json()) == found


def test_stretches_without_a_game_are_figures() -> None:
    stats = validate(_league(), _games()).stats
    assert (stats.dates, stats.longest_gap_days, stats.least_rest_days) == (3, 22, 6)
    nothing = validate(_league(), []).stats
    assert (nothing.longest_gap_days, nothing.least_rest_days) == (None, None)


def test_a_validation_of_before_those_figures_is_read() -> None:
    stored = validate(_league(), _games()).model_dump(mode="json")
    del stored["stats"]["longest_gap_days"], stored["stats"]["least_rest_days"]
    assert Validation.model_validate(stored).stats.longest_gap_days is None


def test_the_validator_shares_no_code_with_the_solver() -> None:
    """Neither imports nor the methods of the league's that the solver leans on."""
    modules = [validation, *map(_module, ("figures", "findings", "reading", "single", "together"))]
    trees = [ast.parse(inspect.getsource(each)) for each in (inspect.getmodule(validate), *modules) if each]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    imported = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    ours = {name for name in imported if name.startswith("jobs.")}
    assert {name for name in ours if not name.startswith("jobs.league.validation.")} == {
        "jobs.league.schedule",
        "jobs.league.spec",
    }
    asked = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    methods = {"open_on", "takes", "holds_on", "games_of", "games_each", "division_of", "play_dates"}
    assert not asked & (methods | {"teams_by_division", "total_games"})


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"jobs.league.validation.{name}")
