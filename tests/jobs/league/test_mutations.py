"""A valid schedule with one thing changed: the validator must see it, and by the right name.

A small league with every rule in it, changed by hand and at random; at random, the answer is held against
``oracle``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.league.schedule import Game
from jobs.league.spec import LeagueSpec
from jobs.league.validate import Validation, validate
from tests.jobs.league.leagues import league, season, team
from tests.jobs.league.oracle import broken

Games = list[Game]
Change = Callable[[Games], Games]


def _day(day: int) -> dt.date:
    """A day of April 2027, of which the 3rd is a Saturday."""
    return dt.date(2027, 4, 1) + dt.timedelta(days=day - 1)


def _league(**limits: Any) -> LeagueSpec:
    """A ring of six teams and two games of four; one coach, and each kind of date and time that is barred."""
    return league(
        teams=[
            team("Ants", coach="Ana"),
            *(team(name) for name in ("Bees", "Crows")),
            team("Deer", blackout_dates=[_day(17)]),
            team("Elks", forbidden_times=[{"days": ["saturday"], "start": "11:30", "end": "13:00"}]),
            team("Foxes", home="Lane"),
            team("Gulls", "U12", "Lane", coach="Ana"),
            *(team(name, "U12", "Lane") for name in ("Hares", "Ibis", "Jays")),
        ],
        divisions=[
            {"name": "U10", "games_per_team": 2, "game_minutes": 60},
            {"name": "U12", "games_per_team": 1, "game_minutes": 90},
        ],
        venues=[
            {
                "name": "Park",
                "slots": {
                    "saturday": ["09:00", "10:00", "11:00"],
                    "sunday": ["09:00", "10:00"],
                    "wednesday": ["18:00"],
                },
                "pitches": 2,
                "divisions": ["U10"],
                "closed_dates": [_day(11)],
            },
            {
                "name": "Lane",
                "slots": {"saturday": ["09:00", "10:30", "12:00"], "sunday": ["09:00", "10:00"]},
                "open_dates": [_day(3), _day(4), _day(10), _day(17)],
            },
        ],
        season=season(**({"holidays": [_day(18)]} | limits)),
    )


def _game(sides: str, day: int, start: str, venue: str = "Park", pitch: int = 1, **more: Any) -> Game:
    home, away = sides.split(" v ")
    division = "U12" if home in ("Gulls", "Hares", "Ibis", "Jays") else "U10"
    length = 90 if division == "U12" else 60
    end = dt.datetime.combine(_day(day), dt.time.fromisoformat(start)) + dt.timedelta(minutes=length)
    at_home = venue == ("Lane" if home in ("Foxes", "Gulls", "Hares", "Ibis", "Jays") else "Park")
    data = {"home": home, "away": away, "division": division, "date": _day(day), "start": start}
    data |= {"end": f"{end:%H:%M}", "venue": venue, "pitch": pitch, "at_home_venue": at_home}
    return Game.model_validate(data | more)


GAMES = [
    _game("Ants v Bees", 3, "09:00"),
    _game("Crows v Deer", 3, "09:00", pitch=2),
    _game("Elks v Foxes", 3, "10:00"),
    _game("Gulls v Hares", 4, "10:00", "Lane"),
    _game("Bees v Crows", 10, "09:00"),
    _game("Deer v Elks", 10, "10:00"),
    _game("Foxes v Ants", 10, "09:00", "Lane"),
    _game("Ibis v Jays", 10, "10:30", "Lane"),
]


def _with(number: int, game: Game) -> Change:
    return lambda games: [*games[:number], game, *games[number + 1 :]]


def _set(number: int, **changes: Any) -> Change:
    return lambda games: _with(number, games[number].model_copy(update=changes))(games)


def _met_too_often(games: Games) -> Games:
    """Every team still has two games, but two of them are the same."""
    return _set(6, away="Crows")(_set(4, away="Ants")(games))


# For each mutation: limits of the season, the change, the rules that it breaks, and words of each message.
MUTATIONS: dict[str, tuple[dict[str, Any], Change, set[str], str]] = {
    "double booking": ({}, _set(1, pitch=1), {"double booking"}, "Crows v Deer on 2027-04-03"),
    "missing game": ({}, lambda games: games[:-1], {"number of games"}, "has 0 games, not 1"),
    "extra game": (
        {},
        lambda games: [*games, _game("Ants v Deer", 24, "09:00")],
        {"number of games"},
        "3 games",
    ),
    "game twice": (
        {},
        lambda games: [*games, _game("Ants v Bees", 24, "09:00")],
        {"number of games", "meetings"},
        "Bees",
    ),
    "met too often": ({}, _met_too_often, {"meetings"}, "Ants and Bees meet 2 times, not 0 to 1"),
    "closed slot": ({}, _set(2, start="08:00", end="09:00"), {"slot"}, "Elks v Foxes on 2027-04-03"),
    "slot that is too short": (
        {},
        _set(3, start="09:00", end="10:30"),
        {"slot length"},
        "Gulls v Hares on 2027-04-04",
    ),
    "closed date": ({}, _set(5, date=_day(11)), {"venue open"}, "Deer v Elks on 2027-04-11"),
    "date that is not open": ({}, _set(7, date=_day(24)), {"open date"}, "Ibis v Jays on 2027-04-24"),
    "holiday": ({}, _set(5, date=_day(18)), {"holiday"}, "Deer v Elks on 2027-04-18"),
    "day without play": (
        {},
        _with(5, _game("Deer v Elks", 14, "18:00")),
        {"play day"},
        "Deer v Elks on 2027-04-14",
    ),
    "after the season": ({}, _set(5, date=_day(31)), {"season"}, "Deer v Elks on 2027-05-01"),
    "before the season": ({}, _set(0, date=_day(-4)), {"season"}, "Ants v Bees on 2027-03-27"),
    "blackout": ({}, _set(5, date=_day(17)), {"blackout"}, "2027-04-17 at 10:00: Deer cannot play"),
    "forbidden time": (
        {},
        _set(5, start="11:00", end="12:00"),
        {"forbidden time"},
        "2027-04-10 at 11:00 until 12:00: Elks",
    ),
    "coach clash": (
        {},
        _with(3, _game("Gulls v Hares", 3, "09:00", "Lane")),
        {"one place for a coach"},
        "Ana would be at",
    ),
    "team in two places": (
        {"max_games_per_team_per_day": 2},
        _with(4, _game("Bees v Crows", 3, "09:00", "Lane")),
        {"one place for a team"},
        "Bees v Crows on 2027-04-03",
    ),
    "two games in a day": (
        {},
        _with(4, _game("Bees v Crows", 3, "11:00")),
        {"games a day"},
        "has 2 games on 2027-04-03",
    ),
    "two games in a weekend": (
        {"max_games_per_team_per_weekend": 1},
        _with(4, _game("Bees v Crows", 4, "10:00")),
        {"games a weekend"},
        "has 2 games on the weekend of 2027-04-03",
    ),
    "two games in a week": (
        {"max_games_per_team_per_week": 1},
        _with(4, _game("Bees v Crows", 4, "10:00")),
        {"games a week"},
        "has 2 games in the week of 2027-03-29",
    ),
    "too little rest": (
        {"min_rest_days": 6},
        _with(4, _game("Bees v Crows", 4, "10:00")),
        {"rest"},
        "plays on 2027-04-03 and on 2027-04-04: 0 days of rest, not 6",
    ),
    "gap": (
        {"max_gap_days": 21},
        _with(3, _game("Gulls v Hares", 3, "10:30", "Lane")),
        {"gap"},
        "has no game for 22 days from 2027-04-04 on",
    ),
    "wrong venue": (
        {},
        _with(7, _game("Ibis v Jays", 10, "11:00")),
        {"venue division"},
        "Park does not take U12",
    ),
    "unknown venue": (
        {},
        _set(0, venue="Moon", at_home_venue=False),
        {"venue exists"},
        "Ants v Bees on 2027-04-03",
    ),
    "pitch too many": ({}, _set(0, pitch=3), {"pitch"}, "Ants v Bees on 2027-04-03"),
    "pitch zero": ({}, _set(0, pitch=0), {"pitch"}, "Park has no pitch 0"),
    "short game": ({}, _set(0, end="09:45"), {"length"}, "Ants v Bees on 2027-04-03"),
    "long game": ({}, _set(7, end="12:01"), {"length", "slot length"}, "Ibis v Jays on 2027-04-10"),
    "game that ends before it begins": ({}, _set(0, end="08:00"), {"length"}, "from 09:00 to 08:00"),
    "team of another division": (
        {},
        _set(4, division="U12", start="12:00", end="13:30", venue="Lane", at_home_venue=False),
        {"division"},
        "plays in U10, not U12",
    ),
    "unknown division": ({}, _set(6, division="U99"), {"division"}, "Foxes v Ants on 2027-04-10"),
    "team against itself": ({}, _set(0, away="Ants"), {"two teams", "number of games"}, "Ants"),
    "unknown team": ({}, _set(0, away="Yaks"), {"team exists", "number of games"}, "s"),
    "wrong flag": ({}, _set(0, at_home_venue=False), {"home venue"}, "Ants v Bees on 2027-04-03"),
    "twice at home": (
        {"require_home_away_balance": True},
        _set(4, home="Crows", away="Bees"),
        {"home and away"},
        "home and away games differ by 2",
    ),
}


def _rules(found: Validation) -> set[str]:
    return {each.rule for each in found.violations}


@pytest.mark.parametrize(("limits", "change", "rules", "words"), MUTATIONS.values(), ids=MUTATIONS.keys())
def test_a_mutation_is_called_by_the_rule_that_it_breaks_and_by_no_other(
    limits: dict[str, Any], change: Change, rules: set[str], words: str
) -> None:
    spec = _league(**limits)
    assert validate(spec, GAMES).violations == []
    found = validate(spec, change(GAMES))
    assert not found.valid
    assert _rules(found) == rules
    assert words in " | ".join(each.message for each in found.violations)
    assert broken(spec, change(GAMES)) == rules


def test_every_rule_of_the_validator_has_a_mutation() -> None:
    spec = _league(**{name: value for limits, *_ in MUTATIONS.values() for name, value in limits.items()})
    assert set(validate(spec, GAMES).checks) - {"sides"} == {
        rule for _, _, rules, _ in MUTATIONS.values() for rule in rules
    }


LIMITS = st.fixed_dictionaries(
    {},
    optional={
        "max_games_per_team_per_day": st.integers(1, 2),
        "max_games_per_team_per_weekend": st.integers(1, 2),
        "max_games_per_team_per_week": st.integers(1, 2),
        "min_rest_days": st.integers(0, 6),
        "max_gap_days": st.integers(14, 22),
        "require_home_away_balance": st.booleans(),
    },
)
NAMES = [each.name for each in _league().teams]
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "date": st.integers(1, 32).map(_day),
    "start": st.sampled_from(["09:00", "09:30", "10:00", "10:30", "11:00", "12:00", "18:00"]),
    "end": st.sampled_from(["10:00", "10:30", "11:00", "11:30", "12:00", "13:30", "24:00"]),
    "home": st.sampled_from([*NAMES, "Yaks"]),
    "away": st.sampled_from([*NAMES, "Yaks"]),
    "venue": st.sampled_from(["Park", "Lane", "Moon"]),
    "pitch": st.integers(0, 3),
    "division": st.sampled_from(["U10", "U12", "U99"]),
    "at_home_venue": st.booleans(),
}
EDITS = st.lists(
    st.sampled_from(sorted(FIELDS)).flatmap(
        lambda field: st.tuples(st.integers(0, len(GAMES) - 1), st.just(field), FIELDS[field])
    ),
    max_size=6,
)


@settings(max_examples=200, deadline=None)
@given(LIMITS, EDITS, st.lists(st.integers(0, 7), max_size=1), st.lists(st.integers(0, 7), max_size=1))
def test_validator_and_brute_force_agree_on_whatever_is_changed(
    limits: dict[str, Any], edits: list[tuple[int, str, Any]], dropped: list[int], again: list[int]
) -> None:
    spec, games = _league(**limits), list(GAMES)
    for number, field, value in edits:
        games[number] = games[number].model_copy(update={field: value})
    games = [game for number, game in enumerate(games) if number not in dropped]
    games += [GAMES[number] for number in again]
    found = validate(spec, games)
    assert _rules(found) == broken(spec, games)
    assert found.valid is (found.violation_count == 0)
    assert found.valid is not bool(found.violations)
