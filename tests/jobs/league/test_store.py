from __future__ import annotations

import datetime as dt
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from jobs.league import library, store
from jobs.league.changes import Change, Place
from jobs.league.games import Game
from jobs.league.schedule import Schedule
from jobs.league.spec import LeagueSpec
from jobs.league.tables import LeagueSchedule
from jobs.league.validate import validate
from longshore.storage import session_scope
from tests.jobs.league.leagues import SATURDAY, league

pytestmark = pytest.mark.usefixtures("database")
NOBODY = "0" * 32
PARK = Place(date=SATURDAY, start="09:00", end="10:00", venue="Park", pitch=1)


def _save(spec: LeagueSpec, seed: int = 1, **more: Any) -> store.StoredSchedule:
    schedule = Schedule.of(spec, [_game()])
    return store.save(spec, schedule, validate(spec, schedule.games), seed=seed, generation_time=1.5, **more)


def _game(date: dt.date = SATURDAY) -> Game:
    return Game(
        division="U10", home="Ants", away="Bees", date=date, start="09:00", end="10:00", venue="Park",
        pitch=1, at_home_venue=True,
    )  # fmt: skip


def test_what_is_stored_comes_back() -> None:
    spec = league()
    saved = _save(spec, seed=9, search={"phases": ["days", "slots"], "bound": 12.5})
    found = store.get(saved.id)
    assert found == saved
    assert found is not None
    assert (found.league, found.seed, found.version, found.generation_time) == (spec, 9, 1, 1.5)
    assert found.games == [_game()]
    assert (found.scores, found.origin, found.parent) == (
        Schedule.of(spec, [_game()]).scores,
        "generate",
        None,
    )
    assert found.search == {"phases": ["days", "slots"], "bound": 12.5}


def test_a_repair_keeps_what_it_changed_and_where_it_came_from() -> None:
    first = _save(league())
    moved = Change(
        kind="moved", division="U10", home="Ants", away="Bees", before=PARK, after=None, why="rain"
    )
    repaired = _save(
        league(name="Without Gulls"), feed=first.feed, origin="repair", parent=first.id, changes=[moved]
    )
    found = store.get(repaired.id)
    assert found is not None
    assert (found.feed, found.version, found.origin, found.parent) == (first.feed, 2, "repair", first.id)
    assert found.changes == [moved]


def test_the_moment_is_in_utc_with_its_zone() -> None:
    created = _save(league()).created_at
    assert created.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - created) < timedelta(minutes=1)


def test_each_league_counts_its_own_versions() -> None:
    one, other = league(), league(name="Another League")
    assert [_save(spec).version for spec in (one, one, other, one)] == [1, 2, 1, 3]


def test_a_league_stays_in_its_feed_and_others_have_their_own() -> None:
    one, other = league(), league(name="Another League")
    feeds = [_save(spec).feed for spec in (one, other, one)]
    assert feeds[0] == feeds[2] != feeds[1]
    assert all(len(feed) == 32 and set(feed) <= set("0123456789abcdef") for feed in feeds)


def test_a_feed_that_is_given_is_taken() -> None:
    assert _save(league(), feed="f" * 32).feed == "f" * 32
    assert _save(league()).feed == "f" * 32, "the feed of the newest schedule of the same league"


def test_what_strangers_make_of_a_named_league_is_not_published_under_its_feed() -> None:
    named = library.put(league())
    _save(league(), feed=named.feed)
    assert _save(league()).feed != named.feed


def test_the_latest_version_is_found_by_the_league() -> None:
    spec = league()
    assert store.latest(store.league_key(spec)) is None
    assert store.newest_id(store.league_key(spec)) is None
    _save(spec, seed=1)
    last = _save(spec, seed=2)
    assert store.latest(store.league_key(spec)) == last
    assert store.newest_id(store.league_key(spec)) == last.id


def test_the_latest_version_of_a_feed_may_be_of_another_league() -> None:
    first = _save(league())
    repaired = _save(league(name="Changed"), feed=first.feed)
    assert store.latest_of_feed(first.feed) == repaired
    assert store.latest(first.league_key) == first
    assert store.latest_of_feed(NOBODY) is None


def test_versions_of_a_feed_are_newest_first() -> None:
    made = [_save(league()), _save(league()), _save(league(name="Another League"))]
    found = store.versions(made[0].feed)
    assert [(one.id, one.version) for one in found] == [(made[1].id, 2), (made[0].id, 1)]
    assert store.versions(NOBODY) == []


def test_the_feed_and_names_of_a_schedule_are_found_without_reading_it() -> None:
    first = _save(league())
    fewer = league(teams=[one.model_dump() for one in league().teams if one.name != "Deer"])
    _save(fewer, feed=first.feed)
    assert store.feed_of(first.id) == first.feed
    assert store.feed_of(NOBODY) is None
    names = store.names_of_feed(first.feed)
    assert names["team"] == {"Ants", "Bees", "Crows", "Deer", "Eels", "Foxes", "Gulls"}
    assert (names["division"], names["venue"]) == ({"U10", "U12"}, {"Park", "Lane"})
    assert store.names_of_feed(NOBODY) == {"team": set(), "division": set(), "venue": set()}


def test_only_the_last_twenty_versions_are_kept() -> None:
    spec = league()
    ids = [_save(spec).id for _ in range(22)]
    assert [store.get(each) is None for each in ids] == [True, True] + [False] * 20
    found = store.latest(store.league_key(spec))
    assert found is not None
    assert found.version == 22


def test_only_so_many_schedules_are_kept_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "KEPT_SCHEDULES", 3)
    ids = [_save(league(name=f"League {n}")).id for n in range(5)]
    assert [store.get(each) is None for each in ids] == [True, True, False, False, False]


def test_only_so_many_games_are_kept_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "KEPT_GAMES", 2)
    ids = [_save(league(name=f"League {n}")).id for n in range(3)]
    assert [store.get(each) is None for each in ids] == [True, False, False]


def test_what_anybody_makes_never_drops_the_schedules_of_named_leagues(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(store, "KEPT_SCHEDULES", 1)
    named = library.put(league())
    published = _save(league(), feed=named.feed)
    for number in range(3):
        _save(league(name=f"League {number}"))
    assert store.get(published.id) is not None
    assert len(store.recent()) == 2


def test_schedules_that_are_stored_at_once_get_a_version_each() -> None:
    spec = league()
    threads = [threading.Thread(target=_save, args=(spec,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.version for one in store.versions(store.recent(1)[0].feed)] == [4, 3, 2, 1]


def test_an_unknown_schedule_is_none() -> None:
    assert store.get(NOBODY) is None


def test_a_league_that_this_code_refuses_is_as_if_dropped() -> None:
    saved = _save(league())
    with session_scope() as session:
        session.execute(update(LeagueSchedule).values(league={"name": "of another time"}))
    assert store.get(saved.id) is None
    assert [one.id for one in store.recent()] == [saved.id]


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
