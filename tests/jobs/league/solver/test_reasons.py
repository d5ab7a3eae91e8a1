"""Leagues that are impossible for a known reason: it is named and nothing else, and each part matters."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.league.errors import InfeasibleLeague
from jobs.league.solver.conflicts import pairs
from jobs.league.solver.reasons import Ground
from jobs.league.solver.reasons_least import find
from jobs.league.solver.reasons_model import Model
from jobs.league.solver.reasons_proof import is_broken
from jobs.league.solver.solve import solve
from jobs.league.spec import LeagueSpec
from tests.jobs.league.leagues import SATURDAY, SUNDAY, Data, league, season, soon, team

DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)
ONE_A_DAY = "at most 1 game of a team a day"
NAMES = ("Ants", "Bees", "Crows", "Deer")
STARTS = {"saturday": ["09:00", "10:30"], "sunday": ["09:00"]}


@dataclass(frozen=True)
class Case:
    """An impossible league, what is said of it, and ways out: each takes back one of the rules named."""

    spec: Data
    sentence: str
    conflicts: set[str]
    ways: tuple[Data, ...]


def _u10(
    weekends: int,
    *,
    games: int = 3,
    pitches: int = 2,
    of: dict[str, Data] | None = None,
    venue: Data | None = None,
    **limits: Any,
) -> Data:
    """Four teams of one division at one venue; ``of`` is what is said of a team."""
    park = {"name": "Park", "slots": STARTS, "pitches": pitches, **(venue or {})}
    return {
        "teams": [team(name, **(of or {}).get(name, {})) for name in NAMES],
        "divisions": [{"name": "U10", "games_per_team": games}],
        "venues": [park],
        "season": season(weekends, **limits),
    }


def _two_divisions(venues: list[Data], minutes: int = 60, **of_coached: Any) -> Data:
    """Two divisions of one game each; one team of each has the same coach."""
    coached = {"coach": "Ana", **of_coached}
    return {
        "teams": [
            *(team("Ants", **coached), team("Bees")),
            *(team("Eels", "U12", **coached), team("Foxes", "U12")),
        ],
        "divisions": [
            {"name": "U10", "games_per_team": 1, "game_minutes": 60},
            {"name": "U12", "games_per_team": 1, "game_minutes": minutes},
        ],
        "venues": venues,
        "season": season(1),
    }


def _at(name: str, *starts: str, **more: Any) -> Data:
    return {"name": name, "slots": {"saturday": list(starts)}, **more}


OUT = {"blackout_dates": [SATURDAY]}
AWAY = dict.fromkeys(NAMES, OUT)
DEER = {"Deer": {"blackout_dates": [SATURDAY, SUNDAY]}}
SHUT = [SATURDAY + WEEK, SUNDAY + WEEK]
TWO_VENUES = [_at("Park", "09:00"), _at("Lane", "09:00")]
ONE_EACH = "1 game for each team of U10 and U12"

CASES: dict[str, Case] = {
    "a team's blackout dates": Case(
        _u10(2, of=DEER),
        r"Deer needs 3 games, but on the 2 dates that it can play on it gets at most 2 \(1 a day\)",
        {"3 games for each team of U10", "the blackout dates of Deer", ONE_A_DAY},
        (_u10(2), _u10(2, of=DEER, max_games_per_team_per_day=2), _u10(2, of=DEER, games=2)),
    ),
    "the limit per week": Case(
        _u10(2, max_games_per_team_per_week=1),
        "each team of U10 needs 3 games, but on the 4 dates that it can play on it gets at most 2",
        {"3 games for each team of U10", "at most 1 game of a team a week"},
        (_u10(2), _u10(2, games=2, max_games_per_team_per_week=1)),
    ),
    "the limit per weekend": Case(
        _u10(2, max_games_per_team_per_weekend=1),
        "each team of U10 needs 3 games, but on the 4 dates that it can play on it gets at most 2",
        {"3 games for each team of U10", "at most 1 game of a team a weekend"},
        (_u10(2), _u10(2, games=2, max_games_per_team_per_weekend=1)),
    ),
    "rest days": Case(
        _u10(2, min_rest_days=6),
        r"each team of U10 needs 3 games, but .* at most 2 \(1 a day, 6 rest days\)",
        {"3 games for each team of U10", ONE_A_DAY, "6 rest days between games"},
        (
            _u10(2),
            _u10(2, games=2, min_rest_days=6),
            _u10(2, min_rest_days=6, max_games_per_team_per_day=2),
        ),
    ),
    "blackout dates and the limit per week together": Case(
        _u10(3, of=DEER, max_games_per_team_per_week=1),
        r"Deer needs 3 games, but on the 4 dates .* at most 2 \(5 a day, 1 a week\)|at most 2 \(1 a week\)",
        {"3 games for each team of U10", "the blackout dates of Deer", "at most 1 game of a team a week"},
        (
            _u10(3, max_games_per_team_per_week=1),
            _u10(3, of=DEER),
            _u10(3, of=DEER, games=2, max_games_per_team_per_week=1),
        ),
    ),
    "a gap that closures make": Case(
        _u10(4, venue={"closed_dates": SHUT}, max_gap_days=10),
        "Ants can have no game from 5 April 2027 to 16 April 2027: that is 12 days, at most 10 are allowed",
        {
            "3 games for each team of U10",
            "Park closed on 10 and 11 April 2027",
            "at most 10 days in a row without a game",
        },
        (
            _u10(4, venue={"closed_dates": SHUT}),
            _u10(4, venue={"closed_dates": SHUT[1:]}, max_gap_days=10),
            _u10(4, venue={"closed_dates": SHUT}, max_gap_days=12),
        ),
    ),
    "slots of a date": Case(
        _u10(1, games=1, pitches=1, of=AWAY),
        "U10 needs 2 slots on 4 April 2027, Park has 1",
        {
            "1 game for each team of U10",
            "the number of slots on 4 April 2027",
            "the blackout dates of Bees, Crows and Deer",
        },
        (
            _u10(1, games=1, pitches=2, of=AWAY),
            *(_u10(1, games=1, pitches=1, of={**AWAY, name: {}, "Ants": {}}) for name in ("Bees", "Deer")),
        ),
    ),
    "a closure": Case(
        _u10(1, games=1, pitches=1, venue={"closed_dates": [SATURDAY]}),
        "U10 needs 2 slots on 4 April 2027, Park has 1",
        {
            "1 game for each team of U10",
            "the number of slots on 4 April 2027",
            "Park closed on 3 April 2027",
        },
        (
            _u10(1, games=1, pitches=1),
            _u10(1, games=1, pitches=2, venue={"closed_dates": [SATURDAY]}),
        ),
    ),
    "open dates": Case(
        _u10(1, games=1, pitches=1, venue={"open_dates": [SUNDAY]}),
        "U10 needs 2 slots on 4 April 2027, Park has 1",
        {
            "1 game for each team of U10",
            "the number of slots on 4 April 2027",
            "Park open on certain dates only",
        },
        (_u10(1, games=1, pitches=1), _u10(1, games=1, pitches=2, venue={"open_dates": [SUNDAY]})),
    ),
    "a holiday": Case(
        _u10(1, games=1, pitches=1, holidays=[SATURDAY]),
        "U10 needs 2 slots in the season, Park has 1",
        {
            "1 game for each team of U10",
            "the number of slots on 4 April 2027",
            "the holiday on 3 April 2027",
        },
        (_u10(1, games=1, pitches=1), _u10(1, games=1, pitches=2, holidays=[SATURDAY])),
    ),
    "forbidden times of a team": Case(
        _u10(2, games=2, of={"Deer": {"forbidden_times": [{"days": ["saturday"]}, {"end": "10:00"}]}}),
        "Deer needs 2 games, but has no date on which it can play",
        {"2 games for each team of U10", "the forbidden times of Deer"},
        (_u10(2, games=2), _u10(2, games=2, of={"Deer": {"forbidden_times": [{"days": ["saturday"]}]}})),
    ),
    "forbidden times of two teams that must meet": Case(
        _u10(
            5,
            of={
                "Ants": {"forbidden_times": [{"end": "10:00"}]},
                "Bees": {"forbidden_times": [{"start": "10:30"}]},
            },
        ),
        "Ants and Bees must meet, but have no time at which both can play",
        {"3 games for each team of U10", "the forbidden times of Ants and Bees"},
        (
            _u10(5, of={"Bees": {"forbidden_times": [{"start": "10:30"}]}}),
            _u10(5, of={"Ants": {"forbidden_times": [{"end": "10:00"}]}}),
        ),
    ),
    "a coach at two places": Case(
        _two_divisions(TWO_VENUES),
        "the 2 teams that Ana coaches have at least 2 games together; the season has room for 1",
        {ONE_EACH, "Ana, who coaches Ants and Eels"},
        (_two_divisions(TWO_VENUES, coach=None), _two_divisions([_at("Park", "09:00", "10:30")])),
    ),
    "a coach whose games overlap by their length": Case(
        _two_divisions([_at("Park", "09:00"), _at("Lane", "10:00", divisions=["U10"])], minutes=120),
        "Ana cannot be at every game of Ants and Eels",
        {ONE_EACH, "Ana, who coaches Ants and Eels"},
        (
            _two_divisions(
                [_at("Park", "09:00"), _at("Lane", "10:00", divisions=["U10"])], minutes=120, coach=None
            ),
            _two_divisions([_at("Park", "09:00"), _at("Lane", "11:00", divisions=["U10"])], minutes=120),
        ),
    ),
    "two divisions that crowd one date": Case(
        {
            "teams": [
                *(team(name, blackout_dates=[SUNDAY]) for name in ("Ants", "Bees")),
                *(team(name, "U12", blackout_dates=[SUNDAY]) for name in ("Eels", "Foxes")),
            ],
            "venues": [{"name": "Park", "slots": {"saturday": ["09:00"], "sunday": ["09:00"]}}],
            "season": season(1),
        },
        "U10 and U12 together need 2 slots on 3 April 2027, Park has 1",
        {ONE_EACH, "the number of slots on 3 April 2027", "the blackout dates of Bees and Foxes"},
        (
            {
                "teams": [
                    *(team(name) for name in ("Ants", "Bees")),
                    *(team(name, "U12", blackout_dates=[SUNDAY]) for name in ("Eels", "Foxes")),
                ],
                "venues": [{"name": "Park", "slots": {"saturday": ["09:00"], "sunday": ["09:00"]}}],
                "season": season(1),
            },
        ),
    ),
}


def _refusal(spec: LeagueSpec) -> InfeasibleLeague:
    with pytest.raises(InfeasibleLeague) as raised:
        solve(spec, 1, 30)
    return raised.value


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_reason_is_named_and_nothing_else(case: Case) -> None:
    refused = _refusal(league(**case.spec))
    assert set(refused.conflicts) == case.conflicts
    assert refused.least
    with pytest.raises(InfeasibleLeague, match=case.sentence):
        raise refused


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_there_is_a_schedule_as_soon_as_one_of_the_rules_is_taken_back(case: Case) -> None:
    for way in case.ways:
        spec = league(**way)
        assert len(solve(spec, 1, 30, stop=lambda: True).schedule.games) == spec.total_games


@st.composite
def cramped_leagues(draw: st.DrawFn) -> LeagueSpec:
    """Leagues so small that most of them are impossible for several reasons at once."""
    days = [SATURDAY, SUNDAY, SATURDAY + WEEK, SUNDAY + WEEK]
    some = st.lists(st.sampled_from(days), max_size=2, unique=True)
    size = draw(st.integers(2, 4))
    limits: Data = {
        "max_games_per_team_per_week": draw(st.sampled_from([None, 1, 2])),
        "min_rest_days": draw(st.sampled_from([0, 0, 2])),
        "holidays": draw(st.lists(st.sampled_from(days), max_size=1)),
    }
    teams = [
        team(name, coach=draw(st.sampled_from([None, "Ana"])), blackout_dates=draw(some))
        for name in NAMES[:size]
    ]
    venues = [
        {"name": "Park", "slots": STARTS, "closed_dates": draw(some), "pitches": draw(st.integers(1, 2))}
    ]
    divisions = [{"name": "U10", "rounds": "single"}]
    return league(teams=teams, divisions=divisions, venues=venues, season=season(2, **limits))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(cramped_leagues())
def test_of_the_rules_in_conflict_none_can_be_left_out(spec: LeagueSpec) -> None:
    ground = Ground(spec)
    units = pairs(ground, spec.teams)
    found = find(ground, units, soon(), 1, times=True)
    if found is None:
        assert is_broken(Model(ground, units, ground.every_rule, times=True), soon(), 1, 9.0) is False
        return
    assert found.least
    assert is_broken(Model(ground, units, found.rules, times=True), soon(), 1, 9.0)
    for rule in found.rules:
        assert not is_broken(Model(ground, units, found.rules - {rule}, times=True), soon(), 1, 9.0), rule
