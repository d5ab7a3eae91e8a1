from __future__ import annotations

from jobs.league.solver.openings import Openings, minutes_of, most_in_a_row, time_of
from tests.jobs.league.leagues import SATURDAY, SUNDAY, league, league_data


def test_a_slot_lasts_until_the_next_start_and_takes_games_that_fit() -> None:
    venues = [{"name": "Park", "slots": {"saturday": ["10:00", "09:00"]}}, *league_data()["venues"][1:]]
    first, second = [each for each in Openings(league(venues=venues)).on(SATURDAY) if each.venue == "Park"]
    assert (first.start, first.minutes, first.divisions) == (540, 60, frozenset({"U10"}))
    assert (second.start, second.divisions) == (600, frozenset({"U10", "U12"}))


def test_no_game_goes_on_after_midnight() -> None:
    venues = [{"name": "Park", "slots": {"saturday": ["23:00"]}}, *league_data()["venues"][1:]]
    park = [each for each in Openings(league(venues=venues)).on(SATURDAY) if each.venue == "Park"]
    assert [each.divisions for each in park] == [{"U10"}]


def test_a_closed_venue_has_no_openings() -> None:
    data = league_data()
    data["venues"][0]["closed_dates"] = [SATURDAY]
    openings = Openings(league(**data))
    assert {each.venue for each in openings.on(SATURDAY)} == {"Lane"}
    assert {each.venue for each in openings.on(SUNDAY)} == {"Park"}


def test_slots_are_counted_by_who_may_use_them() -> None:
    data = league_data()
    data["venues"][0] |= {"divisions": ["U10"], "pitches": 3}
    assert Openings(league(**data)).classes(SATURDAY) == {frozenset({"U10"}): 6, frozenset({"U10", "U12"}): 2}


def test_the_most_games_in_a_row_skip_starts_that_overlap() -> None:
    openings = Openings(league()).on(SATURDAY)
    assert most_in_a_row(openings, 90) == 2
    assert most_in_a_row(openings, 91) == 1


def test_times_are_read_and_written_alike() -> None:
    assert [time_of(minutes_of(time)) for time in ("00:00", "09:05", "24:00")] == ["00:00", "09:05", "24:00"]
