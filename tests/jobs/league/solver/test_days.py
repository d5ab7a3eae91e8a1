from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from itertools import pairwise
from typing import Any

from jobs.league.solver.days import Cut, DayModel, people_of
from jobs.league.solver.fixtures import Fixture, pair_teams
from jobs.league.solver.openings import Openings
from jobs.league.spec import LeagueSpec
from tests.jobs.league.leagues import SATURDAY, SUNDAY, league, league_data, season, soon, team


def _chosen(spec: LeagueSpec, *cuts: Cut) -> list[tuple[Fixture, dt.date]] | None:
    fixtures = pair_teams(spec, random.Random(1))
    model = DayModel(spec, Openings(spec), fixtures)
    for cut in cuts:
        model.forbid(cut)
    dates = model.choose(soon(), 1)
    return None if dates is None else list(zip(fixtures, dates, strict=True))


def _dates_of(name: str, chosen: list[tuple[Fixture, dt.date]]) -> list[dt.date]:
    return sorted(date for each, date in chosen if name in (each.home.name, each.away.name))


def _two(
    *, weekends: int = 4, games: int, blackouts: list[dt.date] | None = None, **limits: Any
) -> LeagueSpec:
    return league(
        teams=[team("Ants", blackout_dates=blackouts or []), team("Bees")],
        divisions=[{"name": "U10", "games_per_team": games}],
        season=season(weekends, **limits),
    )


def test_blackout_dates_are_kept() -> None:
    chosen = _chosen(_two(games=1, weekends=1, blackouts=[SATURDAY]))
    assert chosen is not None
    assert _dates_of("Bees", chosen) == [SUNDAY]


def test_a_week_is_from_monday_to_sunday() -> None:
    chosen = _chosen(_two(games=4, max_games_per_team_per_week=1))
    assert chosen is not None
    assert len({date.isocalendar().week for date in _dates_of("Ants", chosen)}) == 4


def test_rest_days_are_kept() -> None:
    chosen = _chosen(_two(games=3, min_rest_days=7))
    assert chosen is not None
    first, second, third = _dates_of("Ants", chosen)
    assert (second - first).days > 7
    assert (third - second).days > 7


def test_several_games_a_day_are_as_many_as_fit_one_after_another() -> None:
    chosen = _chosen(_two(games=3, weekends=1, max_games_per_team_per_day=5))
    assert chosen is not None
    assert Counter(_dates_of("Ants", chosen)) == {SATURDAY: 2, SUNDAY: 1}


def test_rest_days_hold_between_days_of_several_games() -> None:
    spec = _two(games=4, max_games_per_team_per_day=2, min_rest_days=1)
    chosen = _chosen(spec)
    assert chosen is not None
    days = sorted(set(_dates_of("Ants", chosen)))
    assert all((later - earlier).days > 1 for earlier, later in pairwise(days))


def test_a_day_has_no_more_games_of_a_division_than_its_slots() -> None:
    data = league_data()
    data["venues"][0]["divisions"] = ["U10"]
    chosen = _chosen(league(**data))
    assert chosen is not None
    counts = Counter((each.division.name, date) for each, date in chosen)
    assert all(count <= (2 if date.weekday() == 5 else 1) for (_, date), count in counts.items())


def test_no_dates_are_found_where_there_are_none() -> None:
    assert _chosen(_two(games=2, weekends=1, min_rest_days=1)) is None


def test_a_cut_is_never_chosen() -> None:
    chosen = _chosen(_two(games=1, weekends=1), Cut(SATURDAY, frozenset({0})))
    assert chosen is not None
    assert _dates_of("Ants", chosen) == [SUNDAY]


def test_an_elastic_model_says_where_slots_are_missing() -> None:
    teams = [team(name, blackout_dates=[SUNDAY]) for name in ("Ants", "Bees", "Crows", "Deer")]
    venues = [{"name": "Park", "slots": {"saturday": ["09:00"]}}]
    divisions = [{"name": "U10", "games_per_team": 1}]
    spec = league(teams=teams, venues=venues, divisions=divisions, season=season(1))
    fixtures = pair_teams(spec, random.Random(1))
    (short,) = DayModel(spec, Openings(spec), fixtures, elastic=True).shortages(soon(), 1) or []
    assert (short.date, short.division, short.games, short.missing) == (SATURDAY, "U10", 2, 1)


def test_a_coach_of_both_teams_is_at_their_game_once() -> None:
    spec = league(
        teams=[team("Ants", coach="Ana"), team("Bees", coach="Ana")],
        divisions=[{"name": "U10", "rounds": "single"}],
    )
    (fixture,) = pair_teams(spec, random.Random(1))
    assert sorted(people_of(fixture)) == ["coach Ana", "team Ants", "team Bees"]
