"""How often teams meet and how long they go without a game, as the validator counts it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from jobs.league.schedule import Game
from jobs.league.validate import Validation, validate
from tests.jobs.league.leagues import league, season, team


def _game(home: str, away: str, date: dt.date) -> Game:
    return Game(
        division="U10",
        home=home,
        away=away,
        date=date,
        start="09:00",
        end="10:00",
        venue="Park",
        pitch=1,
        at_home_venue=True,
    )


def _meetings(*sides: str, division: dict[str, Any], teams: list[dict[str, Any]] | None = None) -> Validation:
    """What is said of games of one division, each on a weekend of its own; S v T gives home and away."""
    names = sorted({name for each in sides for name in each.split(" v ")})
    spec = league(
        teams=teams or [team(name) for name in names],
        divisions=[{"name": "U10"} | division],
        season=season(12),
    )
    first = dt.date(2027, 4, 3)
    games = [_game(*each.split(" v "), first + dt.timedelta(days=7 * n)) for n, each in enumerate(sides)]
    return validate(spec, games)


def _rules(found: Validation) -> set[str]:
    return {each.rule for each in found.violations}


def test_in_a_single_round_robin_a_pair_must_meet_and_meet_once() -> None:
    single = {"rounds": "single"}
    assert _meetings("A v B", "C v D", "A v C", "B v D", "A v D", "B v C", division=single).valid
    found = _meetings("A v B", "C v D", "A v C", "B v D", "B v A", "D v C", division=single)
    assert _rules(found) == {"meetings"}
    assert [each.message for each in found.violations] == [
        "A and B meet 2 times, not 1",
        "A and D meet 0 times, not 1",
        "B and C meet 0 times, not 1",
        "C and D meet 2 times, not 1",
    ]


def test_in_a_double_round_robin_each_is_host_once() -> None:
    double = {"rounds": "double"}
    assert _meetings("A v B", "B v A", division=double).valid
    found = _meetings("A v B", "A v B", division=double)
    assert [(each.rule, each.message) for each in found.violations] == [
        ("sides", "A is at home to B 2 times, in a double round robin it is once")
    ]
    assert _meetings("A v B", "A v B", division={"games_per_team": 2}).valid


def test_who_plays_fewer_games_may_leave_a_meeting_out() -> None:
    teams = [team("A"), team("B"), team("C", fewer_games=1), team("D", fewer_games=1)]
    single: dict[str, Any] = {"division": {"rounds": "single"}, "teams": teams}
    assert _meetings("A v B", "A v C", "A v D", "B v C", "B v D", **single).valid
    found = _meetings("A v B", "A v C", "A v D", "B v C", "B v D", "C v D", **single)
    assert _rules(found) == {"number of games"}
    assert [each.message for each in found.violations] == [
        "C has 3 games, not 2",
        "D has 3 games, not 2",
    ]


def test_who_plays_fewer_games_still_meets_nobody_too_often() -> None:
    teams = [team("A"), team("B"), team("C", fewer_games=1), team("D", fewer_games=1)]
    single: dict[str, Any] = {"division": {"rounds": "single"}, "teams": teams}
    found = _meetings("A v B", "B v A", "A v C", "B v D", "C v D", **single)
    assert {each.message for each in found.violations} == {
        "A and B meet 2 times, not 1",
    }


def _gaps(limit: int, *days: int) -> list[str]:
    """Gaps that are found in a season of 23 days when two teams play on these."""
    teams = [team("A"), team("B")]
    first = dt.date(2027, 4, 3)
    spec = league(
        teams=teams,
        divisions=[{"name": "U10", "games_per_team": len(days)}],
        season=season(4, max_gap_days=limit),
    )
    games = [_game("A", "B", first + dt.timedelta(days=day - 1)) for day in days]
    return [each.message for each in validate(spec, games).violations if each.rule == "gap"]


def test_a_gap_counts_from_the_first_day_of_the_season_to_its_last() -> None:
    assert _gaps(14, 8, 15) == []
    assert _gaps(7, 8, 15) == [
        f"{name} has no game for 8 days from 2027-04-18 on, at most 7 are allowed" for name in "AB"
    ]
    assert _gaps(13, 15, 16) == [
        f"{name} has no game for 14 days from 2027-04-03 on, at most 13 are allowed" for name in "AB"
    ]
    assert _gaps(13, 1, 23) == [
        f"{name} has no game for 21 days from 2027-04-04 on, at most 13 are allowed" for name in "AB"
    ]


def test_a_team_without_games_has_no_gap() -> None:
    teams = [team("A"), team("B"), team("C"), team("D", fewer_games=2)]
    spec = league(
        teams=teams,
        divisions=[{"name": "U10", "games_per_team": 2}],
        season=season(4, max_gap_days=14),
    )
    days = [dt.date(2027, 4, day) for day in (10, 11, 17)]
    games = [_game("A", "B", days[0]), _game("B", "C", days[1]), _game("C", "A", days[2])]
    assert validate(spec, games).violations == []


def test_pairs_of_a_large_division_that_need_not_meet_are_not_looked_at() -> None:
    teams = [team(f"T{place}") for place in range(2_000)]
    spec = league(teams=teams, divisions=[{"name": "U10", "games_per_team": 1}])
    games = [_game(f"T{place}", f"T{place + 1}", dt.date(2027, 4, 10)) for place in range(0, 2_000, 2)]
    assert validate(spec, games).checks["meetings"] == 1_000
