from __future__ import annotations

import random

import pytest

from jobs.league.solver.fixtures import pair_teams
from jobs.league.solver.openings import Openings, fits, forbids, minutes_of, most_in_a_row, time_of
from jobs.league.spec import Team
from tests.jobs.league.leagues import SATURDAY, SUNDAY, league, league_data, team


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


def test_a_venue_with_open_dates_is_closed_on_all_others() -> None:
    data = league_data()
    data["venues"][0]["open_dates"] = [SUNDAY]
    openings = Openings(league(**data))
    assert {each.venue for each in openings.on(SATURDAY)} == {"Lane"}
    assert {each.venue for each in openings.on(SUNDAY)} == {"Park"}


@pytest.mark.parametrize(
    ("start", "minutes", "forbidden"),
    [
        ("09:00", 60, False),
        ("09:01", 60, True),
        ("10:30", 5, True),
        ("10:59", 60, True),
        ("11:00", 60, False),
    ],
)
def test_a_window_forbids_games_of_which_a_part_lies_in_it(start: str, minutes: int, forbidden: bool) -> None:
    windows = [{"days": ["saturday"], "start": "10:00", "end": "11:00"}]
    ants = Team.model_validate(team("Ants", forbidden_times=windows))
    assert forbids(ants, SATURDAY, minutes_of(start), minutes) == forbidden
    assert not forbids(ants, SUNDAY, minutes_of(start), minutes)


@pytest.mark.parametrize("name", ["Ants", "Bees"])
@pytest.mark.parametrize(
    "why", [{"blackout_dates": [SATURDAY]}, {"forbidden_times": [{"start": "09:30", "end": "09:45"}]}]
)
def test_a_game_fits_where_both_teams_can_play(name: str, why: dict[str, object]) -> None:
    teams = [team(each, **(why if each == name else {})) for each in ("Ants", "Bees")]
    spec = league(teams=teams, divisions=[{"name": "U10", "rounds": "single"}])
    (fixture,) = pair_teams(spec, random.Random(1))
    early, later = [each for each in Openings(spec).on(SATURDAY) if each.venue == "Park"]
    assert not fits(fixture, SATURDAY, early)
    assert fits(fixture, SATURDAY, later) == ("forbidden_times" in why)


def test_a_game_fits_only_where_its_division_may_play() -> None:
    data = league_data()
    data["venues"][0]["divisions"] = ["U10"]
    spec = league(**data)
    (park, *_) = Openings(spec).on(SATURDAY)
    found = {one.division.name for one in pair_teams(spec, random.Random(1)) if fits(one, SATURDAY, park)}
    assert found == {"U10"}
