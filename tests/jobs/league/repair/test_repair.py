"""Repairs through the job: what had to move has moved, the rest stays, and the next version says so."""

from __future__ import annotations

import datetime as dt

import pytest

from jobs.league import generate_schedule, repair_schedule, store
from jobs.league.errors import BadDisruption, UnknownSchedule
from jobs.league.games import Game
from jobs.league.repair.disruption import LostVenue, RainedOff
from jobs.league.validate import validate
from tests.jobs.league.leagues import league, season

pytestmark = pytest.mark.usefixtures("database")


def made() -> store.StoredSchedule:
    """A stored schedule of nine games on eight weekends."""
    found = store.get(generate_schedule(league(season=season(8))).schedule_id)
    assert found is not None
    return found


def stored(schedule_id: str) -> store.StoredSchedule:
    found = store.get(schedule_id)
    assert found is not None
    return found


def key(game: Game) -> tuple[str, str]:
    return game.home, game.away


def test_games_of_a_rained_off_day_move_and_all_others_stay() -> None:
    before = made()
    day = before.games[0].date
    affected = {key(game) for game in before.games if game.date == day}
    answer = repair_schedule(before.id, rained_off=[RainedOff(date=day)])
    after = stored(answer.schedule_id)
    assert validate(after.league, after.games).valid
    assert day not in {game.date for game in after.games}
    old = {key(game): game for game in before.games}
    moved = {key(game) for game in after.games if game != old[key(game)]}
    assert moved == affected
    assert (answer.moved, answer.least) == (len(affected), True)
    assert {(one.home, one.away) for one in after.changes} == affected
    assert (after.feed, after.version, after.parent, after.origin) == (before.feed, 2, before.id, "repair")


def test_a_lost_venue_is_not_played_at() -> None:
    before = made()
    first = before.games[0].date
    answer = repair_schedule(before.id, lost_venues=[LostVenue(venue="Lane")], from_date=first)
    after = stored(answer.schedule_id)
    assert validate(after.league, after.games).valid
    assert "Lane" not in {game.venue for game in after.games}
    assert len(after.games) == len(before.games)


def test_the_games_of_a_team_that_withdraws_are_canceled() -> None:
    before = made()
    answer = repair_schedule(before.id, withdrawn_teams=["Ants"], replace_games=False)
    after = stored(answer.schedule_id)
    assert validate(after.league, after.games).valid
    assert "Ants" not in {name for game in after.games for name in key(game)}
    assert (answer.canceled, len(after.games)) == (3, 6)
    old = {key(game): game for game in before.games}
    assert all(game == old[key(game)] for game in after.games)


def test_what_the_schedule_does_not_have_is_named() -> None:
    before = made()
    with pytest.raises(BadDisruption, match=r"'Lanes'.*'Lane'"):
        repair_schedule(before.id, lost_venues=[LostVenue(venue="Lanes")])
    with pytest.raises(BadDisruption, match=r"'Ant'.*'Ants'"):
        repair_schedule(before.id, withdrawn_teams=["Ant"])
    with pytest.raises(BadDisruption, match="outside the season"):
        repair_schedule(before.id, rained_off=[RainedOff(date=dt.date(2031, 1, 1))])
    with pytest.raises(BadDisruption, match="nothing has happened"):
        repair_schedule(before.id)
    with pytest.raises(UnknownSchedule):
        repair_schedule("0" * 32, withdrawn_teams=["Ants"])
