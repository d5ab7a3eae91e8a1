"""How what has happened is written into a league."""

from __future__ import annotations

import datetime as dt

import pytest

from jobs.league.errors import InfeasibleLeague
from jobs.league.repair.amend import amend, checked
from jobs.league.repair.disruption import LostVenue
from jobs.league.spec import LeagueSpec
from tests.jobs.league.leagues import SATURDAY, SUNDAY, league, season
from tests.jobs.league.repair.seasons import SATURDAYS, game, happened, one_venue


def _venue(spec: LeagueSpec, name: str) -> list[dt.date]:
    return next(venue.closed_dates for venue in spec.venues if venue.name == name)


def test_a_day_without_play_anywhere_is_a_holiday() -> None:
    spec = league()
    after = amend(spec, [], happened(spec, rained_off=[SUNDAY])).league
    assert after.season.holidays == [SUNDAY]
    assert SUNDAY not in after.season.play_dates
    assert SUNDAY in spec.season.play_dates


def test_a_day_without_play_at_one_venue_and_a_lost_venue_are_closed_dates() -> None:
    spec = league(season=season(2))
    lost = LostVenue(venue="Lane", since=SUNDAY)
    after = amend(spec, [], happened(spec, rained_off=[(SATURDAY, "Park")], lost=[lost])).league
    assert after.season == spec.season
    assert _venue(after, "Park") == [SATURDAY]
    assert _venue(after, "Lane") == [SUNDAY, SATURDAYS[1], SATURDAYS[1] + dt.timedelta(days=1)]


@pytest.mark.parametrize("open_dates", [[SATURDAY, SATURDAYS[1]], [SATURDAY]])
def test_no_date_is_both_open_and_closed(open_dates: list[dt.date]) -> None:
    venue = {"name": "Park", "slots": {"saturday": ["09:00"]}, "open_dates": open_dates}
    spec = one_venue(("Ants", "Bees"), 3, venues=[venue])
    after = checked(amend(spec, [], happened(spec, rained_off=[(SATURDAY, "Park")])).league)
    left = [date for date in spec.season.play_dates if after.venues[0].open_on(date)]
    assert left == open_dates[1:]


def test_a_division_that_has_withdrawn_is_gone_and_so_is_the_venue_that_only_it_needed() -> None:
    venues = [
        {"name": "Park", "slots": {"saturday": ["09:00"]}, "divisions": ["U10"]},
        {"name": "Lane", "slots": {"saturday": ["09:00"]}, "divisions": ["U12"]},
        {"name": "Hill", "slots": {"saturday": ["09:00"]}, "divisions": ["U12", "U10"]},
    ]
    spec = league(venues=venues)
    after = checked(amend(spec, [], happened(spec, withdrawn=["Eels", "Foxes", "Gulls"])).league)
    assert [division.name for division in after.divisions] == ["U10"]
    assert [(venue.name, venue.divisions) for venue in after.venues] == [("Park", ["U10"]), ("Hill", ["U10"])]


def test_games_against_a_team_that_withdraws_are_played_no_more_nor_count() -> None:
    spec = one_venue(("Ants", "Bees", "Crows"), 4, divisions=[{"name": "U10", "games_per_team": 2}])
    games = [game("Ants", "Bees", 0), game("Bees", "Crows", 1), game("Ants", "Crows", 2)]
    amended = amend(spec, games, happened(spec, withdrawn=["Crows"], from_date=SATURDAYS[2]))
    assert amended.games == games[:1]
    assert [why for _, why in amended.gone] == [
        "Crows has withdrawn; what was played counts no more",
        "Crows has withdrawn",
    ]
    assert {team.name: team.fewer_games for team in amended.league.teams} == {"Ants": 1, "Bees": 1}
    assert checked(amended.league).total_games == 1


def test_only_games_on_that_day_at_that_venue_or_in_that_time_are_affected() -> None:
    spec = one_venue(("Ants", "Bees", "Crows", "Deer"), 6)
    games = [game("Ants", "Bees", 0), game("Ants", "Crows", 1), game("Ants", "Deer", 2)]
    lost = LostVenue(venue="Park", since=SATURDAYS[1], until=SATURDAYS[1])
    assert amend(spec, games, happened(spec, lost=[lost])).causes.keys() == {1}
    rain = happened(spec, rained_off=[(SATURDAYS[2], "Park")])
    assert amend(spec, games, rain).causes.keys() == {2}


def test_rules_that_contradict_each_other_by_now_are_refused_in_words() -> None:
    spec = one_venue(("Ants", "Bees"), 2, divisions=[{"name": "U10", "games_per_team": 2}])
    amended = amend(
        spec, [game("Ants", "Bees", 0), game("Bees", "Ants", 1)], happened(spec, rained_off=[SATURDAY])
    )
    with pytest.raises(InfeasibleLeague, match="asks for 2 games per team, the season has 1 play day"):
        checked(amended.league)
