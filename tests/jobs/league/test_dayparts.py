"""Which starts count as early and late ones."""

from __future__ import annotations

from typing import Any

from jobs.league.dayparts import Dayparts
from tests.jobs.league.leagues import SATURDAY, SUNDAY, Data, league, team


def _parts(*venues: Data) -> Dayparts:
    names = [venue["name"] for venue in venues]
    teams = [team("Ants", home=names[0]), team("Bees", home=names[-1])]
    return Dayparts(
        league(teams=teams, divisions=[{"name": "U10", "games_per_team": 1}], venues=list(venues))
    )


def _venue(name: str, *starts: str, **more: Any) -> Data:
    return {"name": name, "slots": {"saturday": list(starts)}, **more}


def _kinds(parts: Dayparts, *starts: str) -> str:
    return "".join(
        "e" if parts.early(SATURDAY, start) else "l" if parts.late(SATURDAY, start) else "-"
        for start in starts
    )


def test_the_first_and_the_last_quarter_of_the_slots_are_early_and_late() -> None:
    hours = [f"{hour:02d}:00" for hour in range(9, 17)]
    assert _kinds(_parts(_venue("Park", *hours)), *hours) == "ee----ll"


def test_two_starts_are_one_early_and_one_late() -> None:
    assert _kinds(_parts(_venue("Park", "09:00", "10:30")), "09:00", "10:30") == "el"


def test_a_start_counts_as_often_as_there_are_pitches() -> None:
    starts = ("09:00", "10:00", "12:00")
    few = _parts(_venue("Park", "09:00"), _venue("Lane", "10:00", "12:00"))
    many = _parts(_venue("Park", "09:00"), _venue("Lane", "10:00", "12:00", pitches=4))
    assert _kinds(few, *starts) == "e-l"
    assert _kinds(many, *starts) == "eel"


def test_a_day_whose_games_all_begin_at_once_has_neither() -> None:
    parts = _parts(_venue("Park", "09:00", pitches=5), _venue("Lane", "09:00"))
    assert _kinds(parts, "09:00") == "-"


def test_each_weekday_has_its_own_quarters() -> None:
    park = {"name": "Park", "slots": {"saturday": ["09:00", "11:00"], "sunday": ["11:00", "15:00"]}}
    parts = _parts(park)
    assert parts.late(SATURDAY, "11:00")
    assert parts.early(SUNDAY, "11:00")
    assert not parts.late(SUNDAY, "11:00")


def test_a_day_without_slots_has_neither() -> None:
    parts = _parts(_venue("Park", "09:00", "11:00"))
    assert not parts.early(SUNDAY, "09:00")
    assert not parts.late(SUNDAY, "23:00")
