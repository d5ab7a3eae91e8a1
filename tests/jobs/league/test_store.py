from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from jobs.league import store
from jobs.league.schedule import Schedule
from jobs.league.spec import LeagueSpec
from jobs.league.validate import validate
from tests.jobs.league.leagues import league

pytestmark = pytest.mark.usefixtures("database")


def _save(spec: LeagueSpec, seed: int = 1) -> store.StoredSchedule:
    schedule = Schedule.of([])
    return store.save(spec, schedule, validate(spec, schedule.games), seed=seed, generation_time=1.5)


def test_what_is_stored_comes_back() -> None:
    spec = league()
    saved = _save(spec, seed=9)
    found = store.get(saved.id)
    assert found == saved
    assert found is not None
    assert (found.league, found.seed, found.version, found.generation_time) == (spec, 9, 1, 1.5)


def test_the_moment_is_in_utc_with_its_zone() -> None:
    created = _save(league()).created_at
    assert created.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - created) < timedelta(minutes=1)


def test_each_league_counts_its_own_versions() -> None:
    one, other = league(), league(name="Another League")
    assert [_save(spec).version for spec in (one, one, other, one)] == [1, 2, 1, 3]


def test_the_latest_version_is_found_by_the_league() -> None:
    spec = league()
    assert store.latest(store.league_key(spec)) is None
    _save(spec, seed=1)
    _save(spec, seed=2)
    found = store.latest(store.league_key(spec))
    assert found is not None
    assert (found.version, found.seed) == (2, 2)


def test_only_the_last_twenty_versions_are_kept() -> None:
    spec = league()
    ids = [_save(spec).id for _ in range(22)]
    assert [store.get(each) is None for each in ids] == [True, True] + [False] * 20
    found = store.latest(store.league_key(spec))
    assert found is not None
    assert found.version == 22


def test_an_unknown_schedule_is_none() -> None:
    assert store.get("0" * 32) is None


def test_recent_schedules_are_newest_first() -> None:
    _save(league())
    _save(league(name="Another League"))
    _save(league())
    found = [(each.league_name, each.version) for each in store.recent(2)]
    assert found == [("Little League", 2), ("Another League", 1)]


def test_equal_leagues_have_equal_keys_and_others_have_not() -> None:
    assert store.league_key(league()) == store.league_key(
        LeagueSpec.model_validate_json(league().model_dump_json())
    )
    assert store.league_key(league()) != store.league_key(league(name="Another League"))
