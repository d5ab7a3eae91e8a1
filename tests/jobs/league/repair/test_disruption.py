"""What is said to have happened, and what is wrong with it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from jobs.league.errors import BadDisruption
from jobs.league.repair.disruption import LostVenue, RainedOff, told
from longshore.catalog import catalog
from longshore.errors import InvalidParameters
from tests.jobs.league.leagues import SATURDAY, SUNDAY, league
from tests.jobs.league.repair.seasons import SATURDAYS, happened

JOB = "league.repair_schedule"


@pytest.mark.parametrize(
    ("given", "first"),
    [
        ({"rained_off": [SATURDAYS[2], SATURDAYS[1]]}, SATURDAYS[1]),
        ({"lost": [LostVenue(venue="Park", since=SATURDAYS[2])]}, SATURDAYS[2]),
        ({"rained_off": [SATURDAYS[2]], "from_date": SATURDAYS[3]}, SATURDAYS[3]),
        ({"withdrawn": ["Ants"], "today": SATURDAYS[1]}, SATURDAYS[1]),
        ({"withdrawn": ["Ants"], "today": dt.date(2020, 1, 1)}, SATURDAY),
        ({"lost": [LostVenue(venue="Park")], "today": SUNDAY}, SUNDAY),
    ],
)
def test_games_stay_before_the_earliest_date_that_is_named_or_today(
    given: dict[str, Any], first: dt.date
) -> None:
    disruption = happened(league(), **given)
    assert disruption.from_date == first
    assert all(one.first >= first for one in disruption.lost)


def test_a_venue_is_lost_until_the_season_ends_if_no_day_is_named() -> None:
    spec = league()
    (lost,) = happened(spec, lost=[LostVenue(venue="Park", since=SUNDAY)]).lost
    assert (lost.first, lost.last) == (SUNDAY, spec.season.last_date)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "nothing has happened: name rained_off days"),
        ({"rained_off": [(SATURDAY, "Prak")]}, r"no venue 'Prak'; did you mean 'Park'\?"),
        ({"withdrawn": ["Nobody at all"]}, "no team 'Nobody at all'; it has Ants, Bees"),
        ({"rained_off": [dt.date(2027, 4, 5)]}, "date, is a monday, which is no play day"),
        ({"rained_off": [dt.date(2028, 4, 5)]}, "2028-04-05, a rained-off date, lies outside the season"),
        ({"withdrawn": ["Ants"], "from_date": dt.date(2026, 1, 1)}, "2026-01-01, from_date, lies outside"),
        ({"lost": [LostVenue(venue="Park", until=dt.date(2029, 1, 1))]}, "Park is lost, lies outside"),
        ({"withdrawn": ["Eels", "Foxes"]}, "only Gulls would be left in U12, with nobody to play"),
        (
            {"withdrawn": ["Ants", "Bees", "Crows", "Deer", "Eels", "Foxes", "Gulls"]},
            "every team would have withdrawn",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_schedule_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(BadDisruption, match=message):
        happened(league(), **given)


def test_a_day_that_is_a_holiday_already_cannot_be_rained_off() -> None:
    spec = league(season=league().season.model_dump() | {"holidays": [SATURDAY]})
    with pytest.raises(BadDisruption, match="is a holiday already"):
        happened(spec, rained_off=[SATURDAY])


def test_all_faults_are_told_at_once_but_not_without_end() -> None:
    with pytest.raises(BadDisruption) as raised:
        happened(league(), withdrawn=["Ant", *map(str, range(50))], rained_off=[(SATURDAY, "Moon")])
    message = str(raised.value)
    assert "'Moon'" in message
    assert "'Ant'" in message
    assert len(message) < 2_000


def test_a_venue_cannot_be_found_again_before_it_is_lost() -> None:
    with pytest.raises(ValidationError, match="the other way round"):
        LostVenue(venue="Park", since=SUNDAY, until=SATURDAY)


def test_what_a_task_was_given_is_what_its_worker_reads() -> None:
    parameters = catalog.get(JOB).parameters
    sent = {
        "schedule_id": "0" * 32,
        "rained_off": ["2027-04-03", {"date": "2027-04-04", "venue": "Park"}],
        "lost_venues": [{"venue": "Lane", "from": "2027-04-10", "until": None}],
    }
    bound = parameters.bind(parameters.payload(parameters.check(sent)))
    assert bound["rained_off"] == [RainedOff(date=SATURDAY), RainedOff(date=SUNDAY, venue="Park")]
    assert bound["lost_venues"] == [LostVenue(venue="Lane", since=dt.date(2027, 4, 10))]
    assert parameters.schema["$defs"]["LostVenue"]["properties"].keys() == {"venue", "from", "until"}


def test_bodies_without_end_are_refused() -> None:
    with pytest.raises(InvalidParameters):
        catalog.get(JOB).parameters.check({"schedule_id": "x", "withdrawn_teams": ["Ants"] * 3_000})


def test_it_is_told_in_few_words() -> None:
    disruption = happened(
        league(),
        rained_off=[SATURDAY, (SUNDAY, "Park")],
        lost=[LostVenue(venue="Lane", until=SUNDAY)],
        withdrawn=["Ants"],
    )
    assert told(disruption) == (
        "3 April 2027 rained off; 4 April 2027 rained off at Park; "
        "Lane lost from 3 April 2027 to 4 April 2027; 1 team withdrawn: Ants"
    )
