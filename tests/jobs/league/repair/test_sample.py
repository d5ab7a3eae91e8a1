"""Repairs of the sample league of 200 teams: who moves, and that nobody else does."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from jobs.league.errors import InfeasibleLeague
from jobs.league.repair.disruption import LostVenue
from jobs.league.repair.repair import Repair
from jobs.league.sample import sample_league
from jobs.league.schedule import Schedule
from jobs.league.solver.solve import solve
from jobs.league.spec import LeagueSpec
from jobs.league.validate import validate
from tests.jobs.league.repair.seasons import happened, key, moved, repaired

DAY = dt.date(2027, 5, 8)


@pytest.fixture(scope="module")
def spec() -> LeagueSpec:
    return sample_league()


@pytest.fixture(scope="module")
def schedule(spec: LeagueSpec) -> Schedule:
    """The first that is found: the same one however busy the machine is."""
    return solve(spec, 1, 60, stop=lambda: True).schedule


def _check(repair: Repair, before: Schedule) -> None:
    """It is valid, and what is not told as changed is the same to the last field."""
    assert validate(repair.league, repair.schedule.games).valid
    told = {(one.home, one.away) for one in repair.changes}
    old = {key(one): one for one in before.games}
    assert all(one == old[key(one)] for one in repair.schedule.games if key(one) not in told)
    assert all(one.before != one.after and one.why for one in repair.changes)
    assert [one.before or one.after for one in repair.changes] == sorted(
        (one.before or one.after for one in repair.changes),
        key=lambda place: (place.date, place.start, place.venue) if place else (),
    )


def test_after_a_rained_off_day_at_one_venue_its_games_alone_move(
    spec: LeagueSpec, schedule: Schedule
) -> None:
    venue = Counter(one.venue for one in schedule.games if one.date == DAY).most_common(1)[0][0]
    affected = {key(one) for one in schedule.games if (one.date, one.venue) == (DAY, venue)}
    repair = repaired(spec, schedule.games, happened(spec, rained_off=[(DAY, venue)]))
    _check(repair, schedule)
    assert moved(schedule.games, repair.schedule.games) == affected
    assert (repair.affected, repair.beyond, repair.least) == (len(affected), 0, True)
    assert {one.why for one in repair.changes} == {f"{venue} is closed on 8 May 2027 (rained off)"}
    assert all(one.after and one.after.date >= DAY for one in repair.changes)


def test_after_a_rained_off_day_few_others_make_room_and_none_too_many(
    spec: LeagueSpec, schedule: Schedule
) -> None:
    affected = {key(one) for one in schedule.games if one.date == DAY}
    repair = repaired(spec, schedule.games, happened(spec, rained_off=[DAY]))
    _check(repair, schedule)
    assert affected <= moved(schedule.games, repair.schedule.games)
    assert (repair.count("moved"), repair.affected) == (len(affected) + repair.beyond, len(affected))
    assert repair.least
    makes_room = [one for one in repair.changes if (one.home, one.away) not in affected]
    assert len(makes_room) == repair.beyond
    names = {f"makes room for {home} v {away}" for home, away in moved(schedule.games, repair.schedule.games)}
    assert {one.why for one in makes_room} <= names


def test_a_venue_that_is_lost_for_a_month_is_empty_in_it(spec: LeagueSpec, schedule: Schedule) -> None:
    venue, first, last = spec.venues[3].name, dt.date(2027, 5, 1), dt.date(2027, 5, 31)
    affected = {key(one) for one in schedule.games if one.venue == venue and first <= one.date <= last}
    lost = LostVenue(venue=venue, since=first, until=last)
    repair = repaired(spec, schedule.games, happened(spec, lost=[lost]))
    _check(repair, schedule)
    assert moved(schedule.games, repair.schedule.games) >= affected != set()
    assert not any(one.venue == venue and first <= one.date <= last for one in repair.schedule.games)
    assert f"{venue} is lost from 1 May 2027 to 31 May 2027" in {one.why for one in repair.changes}
    assert {team.home_venue for team in repair.league.teams} == {team.home_venue for team in spec.teams}


def test_rain_a_lost_venue_and_a_withdrawal_at_once(spec: LeagueSpec, schedule: Schedule) -> None:
    gone, lost = spec.teams[20].name, LostVenue(venue=spec.venues[5].name, since=DAY)
    sunday = DAY + dt.timedelta(days=1)
    disruption = happened(spec, rained_off=[sunday], lost=[lost], withdrawn=[gone])
    repair = repaired(spec, schedule.games, disruption)
    _check(repair, schedule)
    assert not any(gone in key(one) for one in repair.schedule.games)
    assert sunday not in {one.date for one in repair.schedule.games}
    assert not any(one.venue == lost.venue and one.date >= DAY for one in repair.schedule.games)
    assert repair.count("canceled") == sum(gone in key(one) for one in schedule.games)


def test_days_that_leave_a_team_too_few_weeks_are_refused_with_that_reason(
    spec: LeagueSpec, schedule: Schedule
) -> None:
    rain = [dt.date(2027, 5, 29), dt.date(2027, 5, 30), dt.date(2027, 6, 5), dt.date(2027, 6, 6)]
    disruption = happened(spec, rained_off=rain, from_date=dt.date(2027, 5, 22))
    with pytest.raises(InfeasibleLeague, match=r"not every rule can be kept.* games? left, and can play"):
        repaired(spec, schedule.games, disruption)


def test_games_that_find_no_place_are_canceled_if_that_is_wanted(
    spec: LeagueSpec, schedule: Schedule
) -> None:
    rain = [dt.date(2027, 6, 5), dt.date(2027, 6, 6)]
    disruption = happened(spec, rained_off=rain, from_date=dt.date(2027, 5, 29))
    repair = repaired(spec, schedule.games, disruption, cancel_if_needed=True)
    _check(repair, schedule)
    canceled = [one for one in repair.changes if one.kind == "canceled"]
    assert canceled
    assert all(one.before and one.before.date in rain for one in canceled)
    assert all(one.why.endswith("rained off, and no other place is left") for one in canceled)
    assert len(repair.schedule.games) == len(schedule.games) - len(canceled)
