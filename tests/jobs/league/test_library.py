from __future__ import annotations

import threading
from typing import Any

import pytest

from jobs.league import generate_schedule, library, store
from jobs.league.errors import LeagueExists, UnknownLeague
from jobs.league.schedule import Schedule
from jobs.league.spec import LeagueSpec
from jobs.league.validate import validate
from tests.jobs.league.leagues import league

pytestmark = pytest.mark.usefixtures("database")


def _save(spec: LeagueSpec, **more: Any) -> store.StoredSchedule:
    schedule = Schedule.of(spec, [])
    return store.save(spec, schedule, validate(spec, []), seed=1, generation_time=1, **more)


def test_a_league_comes_back_by_its_name() -> None:
    notes = [{"where": "constraints", "message": "one was not taken"}]
    kept = library.put(league(), source="osss", notes=notes, by="me")
    found = library.get("Little League")
    assert found == kept
    assert (found.league, found.source, found.notes, found.changed_by) == (league(), "osss", notes, "me")
    assert (found.teams, found.total_games) == (7, 9)


@pytest.mark.parametrize("name", ["little league", "LITTLE LEAGUE", "  Little League "])
def test_the_case_of_a_name_does_not_matter(name: str) -> None:
    library.put(league())
    assert library.get(name).name == "Little League"
    with pytest.raises(LeagueExists, match="Little League"):
        library.put(league(name=name), replace=False)


def test_equal_names_in_other_codes_are_equal() -> None:
    library.put(league(name="Zürich"))
    assert library.get("ZU\u0308RICH").name == "Zürich"


def test_a_league_can_be_kept_by_another_name() -> None:
    kept = library.put(league(), name="Spring")
    assert (kept.name, kept.league.name) == ("Spring", "Spring")
    assert library.get("spring").league == league(name="Spring")


def test_a_league_is_replaced_and_keeps_its_feed() -> None:
    first = library.put(league(), by="me")
    second = library.put(league(timezone="Europe/London"), by="you")
    assert second.feed == first.feed
    assert second.created_at == first.created_at
    assert second.changed_at > first.changed_at
    assert (second.changed_by, second.league.timezone) == ("you", "Europe/London")
    assert library.page().total == 1


def test_a_league_that_is_kept_again_as_it_was_has_not_changed() -> None:
    first = library.put(league(), by="me")
    again = library.put(league(), by="you", source="csv")
    assert (again.changed_at, again.changed_by, again.source) == (first.changed_at, "me", "csv")


def test_an_unknown_name_is_told_with_those_that_look_like_it() -> None:
    library.put(league())
    library.put(league(name="Something Else"))
    with pytest.raises(UnknownLeague, match="no league named 'Litle Leage'; is it 'Little League'") as caught:
        library.get("Litle Leage")
    assert caught.value.near == ["Little League"]
    with pytest.raises(UnknownLeague, match=r"no league named 'xyz'\.$"):
        library.get("xyz")


def test_a_deleted_league_is_gone_and_its_schedules_stay() -> None:
    kept = library.put(league())
    made = _save(league(), feed=kept.feed)
    assert library.names_feed(kept.feed)
    library.delete("little league")
    assert not library.has("Little League")
    assert not library.names_feed(kept.feed)
    assert store.get(made.id) == made
    with pytest.raises(UnknownLeague):
        library.delete("Little League")


def test_pages_go_by_name() -> None:
    for name in ("bees", "Ants", "Crows", "Deer", "Eels"):
        library.put(league(name=name))
    first = library.page(2)
    second = library.page(2, first.next_cursor)
    third = library.page(2, second.next_cursor)
    assert [[one.name for one in page.leagues] for page in (first, second, third)] == [
        ["Ants", "bees"],
        ["Crows", "Deer"],
        ["Eels"],
    ]
    assert (first.total, third.next_cursor) == (5, None)


def test_recent_leagues_are_those_that_were_changed_last() -> None:
    for name in ("Ants", "Bees", "Crows"):
        library.put(league(name=name))
    library.put(league(name="Ants", timezone="Europe/London"))
    assert [one.name for one in library.recent(2)] == ["Ants", "Crows"]


def test_the_same_name_at_the_same_instant_is_one_league() -> None:
    threads = [threading.Thread(target=library.put, args=(league(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert library.page().total == 1


def test_the_newest_schedule_is_of_the_league_as_it_is_now() -> None:
    kept = library.put(league())
    assert library.newest(kept) is None
    _save(league(), feed=kept.feed)
    repair = _save(league(name="Repaired"), feed=kept.feed)
    assert library.newest(kept) == repair
    assert library.newest(library.put(league(timezone="Europe/London"))) is None


def test_a_named_league_is_scheduled_under_its_feed_and_found_again() -> None:
    kept = library.put(league())
    made = generate_schedule("little league", time_limit=20)
    again = generate_schedule("Little League", force_regenerate=False)
    assert (made.stored, again.stored, again.schedule_id) == (False, True, made.schedule_id)
    found = store.get(made.schedule_id)
    assert found is not None
    assert (found.feed, found.league) == (kept.feed, kept.league)


def test_a_name_that_nobody_knows_makes_no_schedule() -> None:
    with pytest.raises(UnknownLeague, match="Northside"):
        generate_schedule("Northside")
    assert store.recent() == []
