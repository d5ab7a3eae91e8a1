from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from itertools import pairwise
from typing import Any

from jobs.league.solver.days import Cut, DayModel
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


def _dates_of(name: str, chosen: list[tuple[Fixture, dt.date]] | None) -> list[dt.date]:
    assert chosen is not None
    return sorted(date for each, date in chosen if name in (each.home.name, each.away.name))


def _two(*, weekends: int = 4, games: int, ants: dict[str, Any] | None = None, **limits: Any) -> LeagueSpec:
    return league(
        teams=[team("Ants", **(ants or {})), team("Bees")],
        divisions=[{"name": "U10", "games_per_team": games}],
        season=season(weekends, **limits),
    )


def test_blackout_dates_are_kept() -> None:
    chosen = _chosen(_two(games=1, weekends=1, ants={"blackout_dates": [SATURDAY]}))
    assert _dates_of("Bees", chosen) == [SUNDAY]


def test_a_day_whose_every_start_is_forbidden_is_not_chosen() -> None:
    windows = [{"days": ["saturday"], "start": "11:29"}, {"days": ["saturday"], "end": "09:01"}]
    chosen = _chosen(_two(games=1, weekends=1, ants={"forbidden_times": windows}))
    assert _dates_of("Bees", chosen) == [SUNDAY]


def test_a_week_is_from_monday_to_sunday() -> None:
    chosen = _chosen(_two(games=4, max_games_per_team_per_week=1))
    assert len({date.isocalendar().week for date in _dates_of("Ants", chosen)}) == 4


def test_a_weekend_is_a_saturday_and_the_sunday_after_it() -> None:
    chosen = _chosen(_two(games=4, max_games_per_team_per_weekend=1))
    assert len({date.isocalendar().week for date in _dates_of("Ants", chosen)}) == 4


def test_no_gap_is_longer_than_allowed_at_either_end() -> None:
    """Of 23 days 15 may be idle in a row, or 8."""
    (only,) = _dates_of("Ants", _chosen(_two(games=1, max_gap_days=15)))
    assert 7 <= (only - SATURDAY).days <= 15
    first, last = _dates_of("Ants", _chosen(_two(games=2, max_gap_days=8)))
    assert first <= SATURDAY + dt.timedelta(days=8)
    assert last >= SATURDAY + dt.timedelta(days=14)
    assert (last - first).days <= 9


def test_days_before_the_first_play_date_are_part_of_the_first_gap() -> None:
    """The season begins on a Monday: the first Saturday is its sixth day, the second one too late."""
    monday = SATURDAY - dt.timedelta(days=5)
    spec = _two(games=2, weekends=3, max_gap_days=11, first_date=monday, play_days=["saturday"])
    assert _dates_of("Ants", _chosen(spec))[0] == SATURDAY


def test_a_team_without_games_may_be_idle_all_season() -> None:
    spec = league(
        teams=[team("Ants"), team("Bees"), *(team(name, fewer_games=1) for name in ("Crows", "Deer"))],
        divisions=[{"name": "U10", "games_per_team": 1}],
        season=season(max_gap_days=15),
    )
    chosen = _chosen(spec)
    assert len(_dates_of("Ants", chosen)) == 1
    assert _dates_of("Crows", chosen) == []


def test_rest_days_are_kept() -> None:
    dates = _dates_of("Ants", _chosen(_two(games=3, min_rest_days=7)))
    assert all((other - one).days > 7 for one, other in pairwise(dates))


def test_several_games_a_day_are_as_many_as_fit_one_after_another() -> None:
    chosen = _chosen(_two(games=3, weekends=1, max_games_per_team_per_day=5))
    assert Counter(_dates_of("Ants", chosen)) == {SATURDAY: 2, SUNDAY: 1}


def test_rest_days_hold_between_days_of_several_games() -> None:
    chosen = _chosen(_two(games=4, max_games_per_team_per_day=2, min_rest_days=1))
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
    assert _dates_of("Ants", chosen) == [SUNDAY]


def test_games_go_to_days_on_which_their_home_venue_has_room() -> None:
    data = league_data(
        teams=[team("Ants", home="Lane"), team("Bees", home="Lane")],
        divisions=[{"name": "U10", "games_per_team": 1}],
        season=season(2),
    )
    data["venues"][1]["open_dates"] = [SATURDAY + dt.timedelta(days=7)]
    assert _dates_of("Ants", _chosen(league(**data))) == [SATURDAY + dt.timedelta(days=7)]
