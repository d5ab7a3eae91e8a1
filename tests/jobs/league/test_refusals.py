"""Bad input as it reaches the job, and what it costs to refuse it."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.league.errors import InfeasibleLeague
from jobs.league.solver.solve import solve
from longshore.catalog import catalog
from longshore.errors import InvalidParameters
from tests.jobs.league.leagues import faults_of, league, league_data, season, team


def test_near_names_are_not_sought_for_without_end() -> None:
    teams = [team(f"T{place}", f"U1{place}") for place in range(100)]
    found = faults_of(league_data(teams=teams, divisions=[{"name": "U1000", "rounds": "single"}]))
    assert len([message for message in found.values() if "did you mean" in message]) <= 5
    assert "it has U1000" in found["teams.99.division"]


def test_a_coach_of_ten_teams_is_a_fault_only_if_the_games_cannot_be() -> None:
    teams = [team(f"T{place}", coach="Ana") for place in range(10)]
    park = [{"name": "Park", "slots": {"saturday": ["09:00"]}, "pitches": 9}]
    crowded = league(
        teams=teams, divisions=[{"name": "U10", "rounds": "single"}], season=season(9), venues=park
    )
    with pytest.raises(InfeasibleLeague, match="the 10 teams that Ana coaches"):
        solve(crowded, 1, 20)
    roomy = league(teams=teams, divisions=[{"name": "U10", "games_per_team": 1}], season=season(5))
    assert len(solve(roomy, 1, 20).schedule.games) == 5


def _refused(**changes: Any) -> dict[str, str]:
    """Places and messages for which the job's parameters are refused."""
    sent = {"league": league_data(**changes.pop("league", {}))} | changes
    with pytest.raises(InvalidParameters) as raised:
        catalog.get("league.generate_schedule").parameters.check(sent)
    return {each["field"]: each["message"] for each in raised.value.errors}


def test_the_job_names_a_fault_by_its_place_among_its_parameters() -> None:
    found = _refused(league={"timezone": "Europe/Pariss", "venues": []})
    assert any(where.startswith("league") and where.endswith("venues") for where in found)
    found = _refused(league={"timezone": "Europe/Pariss"})
    assert [message for where, message in found.items() if where.endswith("timezone")] == [
        "'Europe/Pariss' is no time zone of the IANA database; did you mean Europe/Paris?"
    ]


@pytest.mark.parametrize(
    "limit", [0, -1, 4.9, 541, 1e12, float("inf"), float("nan"), "soon", "1e999", None, [60], True]
)
def test_an_absurd_time_limit_is_refused(limit: Any) -> None:
    assert list(_refused(time_limit=limit)) == ["time_limit"]
