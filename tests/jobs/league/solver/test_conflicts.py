"""The sample of 200 teams made impossible, and leagues whose reason no count sees."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Callable
from typing import Any

import pytest

from jobs.league.errors import InfeasibleLeague
from jobs.league.sample import sample_league
from jobs.league.solver.bounds import check_bounds
from jobs.league.solver.conflicts import explain, explain_capacity, explain_days
from jobs.league.solver.fixtures import pair_teams
from jobs.league.solver.openings import Openings
from jobs.league.spec import LeagueSpec
from tests.jobs.league.leagues import SATURDAY, SUNDAY, Data, league, season, team

WEEK = dt.timedelta(days=7)
FIRST = sample_league().season.first_date
WEEKENDS = [[FIRST + WEEK * number, FIRST + WEEK * number + dt.timedelta(days=1)] for number in range(10)]


def _team(data: Data, name: str) -> Data:
    return next(each for each in data["teams"] if each["name"] == name)


def _coach_of_many(data: Data) -> None:
    for each in data["teams"][:180:15]:
        each["coach"] = "Ana"


def _blackouts(data: Data) -> None:
    _team(data, "Juniper Hill U12 Girls")["blackout_dates"] = [date for days in WEEKENDS[:5] for date in days]


def _rest(data: Data) -> None:
    data["season"]["min_rest_days"] = 13


def _closed_weekend(data: Data) -> None:
    """All of a division's teams need a weekend on which one venue only is open."""
    for each in data["teams"]:
        if each["division"] == "U12 Girls":
            each["blackout_dates"] = [date for days in WEEKENDS[:4] for date in days]
    for venue in data["venues"]:
        venue["closed_dates"] = WEEKENDS[5][: 1 if venue["name"] == "Oak Park Fields" else 2]


def _few_slots(data: Data) -> None:
    for venue in data["venues"]:
        venue["slots"].pop("sunday")
        venue["closed_dates"] = []


def _forbidden(data: Data) -> None:
    each = _team(data, "Larkspur U8 Girls")
    each["forbidden_times"] = [{"start": "09:00", "end": "18:00"}]


WAYS: dict[str, tuple[Callable[[Data], None], str, tuple[str, ...]]] = {
    "a coach of twelve teams": (
        _coach_of_many,
        r"teams that Ana coaches have at least \d+ games together; the season has room for",
        (r"\d games for each team of", r"Ana, who coaches"),
    ),
    "blackout dates": (
        _blackouts,
        "Juniper Hill U12 Girls needs 6 games, but on the 10 dates that it can play on it gets at most 5",
        (
            "6 games for each team of U12 Girls",
            "the blackout dates of Juniper Hill U12 Girls",
            "at most 1 game of a team a week",
        ),
    ),
    "rest days": (
        _rest,
        r"each team of \w+ \w+ needs \d games, but on the 20 dates .* at most 5 \(1 a day, 13 rest days\)",
        (r"\d games for each team of", "at most 1 game of a team a day", "13 rest days between games"),
    ),
    "a weekend of closures": (
        _closed_weekend,
        "U12 Girls needs 7 slots on 9 May 2027, Oak Park Fields has 2",
        (
            "6 games for each team of U12 Girls",
            "the number of slots on 9 May 2027",
            r".* Fields closed on 8 May 2027",
            r".* Fields and \d+ more closed on (8 and )?9 May 2027",
            "the blackout dates of",
            "at most 1 game of a team a week",
        ),
    ),
    "too few slots": (
        _few_slots,
        r"together need 629 slots in the season|together need 629 slots on \d+ dates",
        ("the number of games of every division", "the number of slots on"),
    ),
    "forbidden times": (
        _forbidden,
        "Larkspur U8 Girls needs 6 games, but has no date on which it can play",
        ("6 games for each team of U8 Girls", "the forbidden times of Larkspur U8 Girls"),
    ),
}


@pytest.mark.parametrize(("spoil", "sentence", "conflicts"), WAYS.values(), ids=WAYS.keys())
def test_the_sample_made_impossible_is_refused_with_the_reason(
    spoil: Callable[[Data], None], sentence: str, conflicts: tuple[str, ...]
) -> None:
    data = sample_league().model_dump()
    spoil(data)
    spec = LeagueSpec.model_validate(data)
    with pytest.raises(InfeasibleLeague, match=sentence) as raised:
        check_bounds(spec, Openings(spec))
    told = raised.value.conflicts
    assert len(told) >= len(conflicts)
    assert [each for each in told if not any(re.match(part, each) for part in conflicts)] == []


def _explained(spec: LeagueSpec, **more: Any) -> InfeasibleLeague:
    openings = Openings(spec)
    check_bounds(spec, openings)  # no count sees it
    return explain(spec, openings, pair_teams(spec, random.Random(1)), [], 1, **more)


def _three_on_few_dates() -> LeagueSpec:
    """Each two teams have a date in common, but two of the three games would be on the same."""
    third, fourth = SATURDAY + WEEK, SUNDAY + WEEK
    teams = [
        team("Ants", blackout_dates=[fourth]),
        team("Bees", blackout_dates=[SUNDAY, third]),
        team("Crows", blackout_dates=[SUNDAY, third]),
    ]
    return league(teams=teams, divisions=[{"name": "U10", "rounds": "single"}], season=season(2))


def test_dates_that_only_clash_together_are_told_as_the_division_s() -> None:
    found = _explained(_three_on_few_dates())
    assert str(found).startswith("U10 has no dates for its games even with unlimited slots")
    assert set(found.conflicts) == {
        "2 games for each team of U10",
        "the blackout dates of Bees and Crows",
        "at most 1 game of a team a day",
    }
    assert found.advice == "fewer blackout dates, more games a day or fewer games"


def test_without_time_the_answer_says_that_the_rules_were_not_found() -> None:
    found = _explained(_three_on_few_dates(), seconds=1e-9)
    assert not found.least
    assert "which of them are in conflict was not found out in time" in str(found)


def test_a_league_that_has_a_schedule_has_no_reason() -> None:
    assert explain_days(sample_league(teams=50), 1) is None


def test_where_no_conflict_is_found_it_is_told_how_tight_the_league_is() -> None:
    spec = league()
    assert explain_capacity(spec, Openings(spec), 1) == (
        "no rules in conflict were found; 9 games share 20 slots, 2.22 for each: more slots make it easier"
    )


def test_a_conflict_that_is_found_after_all_is_told_when_time_ran_out() -> None:
    each = {"blackout_dates": [SUNDAY]}
    teams = [team("Ants", **each), team("Bees", **each)]
    teams += [team("Eels", "U12", **each), team("Foxes", "U12", **each)]
    venues = [{"name": "Park", "slots": {"saturday": ["09:00"], "sunday": ["09:00"]}}]
    spec = league(teams=teams, venues=venues, season=season(1))
    said = explain_capacity(spec, Openings(spec), 1)
    assert said.startswith("U10 and U12 together need 2 slots on 3 April 2027, Park has 1")


def test_a_large_league_is_counted_by_its_divisions() -> None:
    data = sample_league(teams=500).model_dump()
    _few_slots(data)
    spec = LeagueSpec.model_validate(data)
    with pytest.raises(InfeasibleLeague, match=r"together need [\d,]+ slots in the season") as raised:
        check_bounds(spec, Openings(spec))
    assert raised.value.conflicts
