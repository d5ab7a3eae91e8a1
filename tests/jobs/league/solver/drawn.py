"""Small leagues at random, with every rule that there is, for hypothesis."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import HealthCheck, reject, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from jobs.league.spec import LeagueSpec
from tests.jobs.league.leagues import SATURDAY, Data, league_data, team

# The same examples on every run, and no folder to keep failures in.
SETTINGS: dict[str, Any] = {
    "deadline": None,
    "derandomize": True,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
}
PLAY_DAYS = (["saturday"], ["saturday", "sunday"], ["wednesday", "saturday", "sunday"])
STARTS = st.lists(st.sampled_from(["09:00", "10:00", "10:30", "12:00", "22:30"]), min_size=1, unique=True)


def examples(number: int) -> settings:
    return settings(max_examples=number, **SETTINGS)


@st.composite
def leagues(
    draw: st.DrawFn,
    *,
    most_teams: int = 5,
    most_games: int = 5,
    weeks: tuple[int, int] = (3, 6),
    gaps: bool = True,
) -> LeagueSpec:
    """One or two divisions on two or three venues."""
    play_days = draw(st.sampled_from(PLAY_DAYS))
    last = SATURDAY + dt.timedelta(days=7 * draw(st.integers(*weeks)) - 6)
    dates = [SATURDAY + dt.timedelta(days=day) for day in range((last - SATURDAY).days + 1)]
    divisions, teams = _divisions(draw, dates, most_teams, most_games)
    limits = {
        "max_games_per_team_per_day": draw(st.sampled_from([1, 1, 2, 3])),
        "max_games_per_team_per_week": draw(st.sampled_from([None, None, 1, 2])),
        "max_games_per_team_per_weekend": draw(st.sampled_from([None, None, 1, 2])),
        "min_rest_days": draw(st.sampled_from([0, 0, 1, 3, 6])),
        "max_gap_days": draw(st.sampled_from([None, 14, 21, 28])) if gaps else None,
        "holidays": draw(_some(dates, 1)),
        "require_home_away_balance": True,
    }
    data = league_data(
        teams=teams,
        divisions=divisions,
        venues=_venues(draw, dates, play_days),
        season={"first_date": SATURDAY, "last_date": last, "play_days": play_days, **limits},
        goals={"rematch": draw(st.integers(0, 9)), "early_late": draw(st.integers(0, 9)), "travel": 1},
    )
    return read(data)


def read(data: Data) -> LeagueSpec:
    """The league, if it has no fault that is seen before anything is solved."""
    try:
        return LeagueSpec.model_validate(data)
    except ValidationError:
        reject()


def _divisions(
    draw: st.DrawFn, dates: list[dt.date], most_teams: int, most_games: int
) -> tuple[list[Data], list[Data]]:
    divisions, teams = [], []
    for name in ("U10", "U12")[: draw(st.integers(1, 2))]:
        size = draw(st.integers(2, most_teams))
        minutes = draw(st.sampled_from([45, 60, 90]))
        each = draw(st.sampled_from([n for n in range(1, most_games + 1) if n * size % 2 == 0]))
        numbers: list[Data] = [{"games_per_team": each}, {"rounds": "single"}, {"rounds": "double"}]
        number = draw(st.sampled_from(numbers))
        divisions.append({"name": name, "game_minutes": minutes, **number})
        fewer = draw(st.sampled_from([0, 0, 1]))  # of two teams, so that the number of games stays even
        teams += [
            _team(draw, f"{name} {place}", name, dates, fewer if place < 2 else 0) for place in range(size)
        ]
    return divisions, teams


def _team(draw: st.DrawFn, name: str, division: str, dates: list[dt.date], fewer: int) -> Data:
    return team(
        name,
        division,
        draw(st.sampled_from(["Park", "Lane"])),
        coach=draw(st.sampled_from([None, None, None, "Ana", "Ben"])),
        blackout_dates=draw(_some(dates, 2)),
        forbidden_times=draw(st.lists(_windows(), max_size=1)),
        preferred_times=draw(st.lists(_windows(), max_size=1)),
        fewer_games=fewer,
    )


def _windows() -> st.SearchStrategy[Data]:
    return st.sampled_from(
        [
            {"days": ["saturday"], "start": "00:00", "end": "10:00"},
            {"days": ["sunday", "wednesday"], "start": "10:30", "end": "12:00"},
            {"start": "10:45", "end": "11:15"},
            {"days": ["wednesday"]},
        ]
    )


def _venues(draw: st.DrawFn, dates: list[dt.date], play_days: list[str]) -> list[Data]:
    venues = []
    for place, name in enumerate(("Park", "Lane", "Hill")[: draw(st.integers(2, 3))]):
        venue: Data = {
            "name": name,
            "slots": {day: draw(STARTS) for day in play_days},
            "pitches": draw(st.integers(1, 2)),
            "closed_dates": draw(_some(dates, 1)),
        }
        if draw(st.booleans()):
            venue["location"] = {"latitude": 51 + place / 10, "longitude": place / 7}
        if name == "Hill" and draw(st.booleans()):
            venue |= {"divisions": ["U10"], "open_dates": dates[::2], "closed_dates": []}
        venues.append(venue)
    return venues


def _some(dates: list[dt.date], most: int) -> st.SearchStrategy[list[dt.date]]:
    return st.lists(st.sampled_from(dates), max_size=most, unique=True)
