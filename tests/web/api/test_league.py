"""The league scheduler's routes, as its document has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete

from jobs.league.tables import LeagueSchedule
from longshore.storage import session_scope

Work = Callable[..., None]


def small_league() -> dict[str, Any]:
    """Four teams, one division, one venue, a season of six Saturdays."""
    return {
        "name": "Small",
        "divisions": [{"name": "U10", "games_per_team": 3, "game_minutes": 60}],
        "teams": [{"name": f"T{n}", "division": "U10", "home_venue": "Oak Park"} for n in range(4)],
        "venues": [{"name": "Oak Park", "slots": {"saturday": ["09:00", "10:30", "12:00"]}}],
        "season": {"first_date": "2026-04-04", "last_date": "2026-05-09", "play_days": ["saturday"]},
    }


def generate(client: FlaskClient, **body: Any) -> Any:
    """Ask for a schedule."""
    return client.post("/api/schedule/async", json=body)


def test_a_league_is_scheduled_as_documented(client: FlaskClient, work: Work, database: str) -> None:
    started = generate(client, force_regenerate=True, league=small_league(), time_limit=20)
    assert started.status_code == 202
    body = started.get_json()
    assert (body["status"], body["message"]) == ("PENDING", "Schedule generation started")
    assert client.get(f"/api/schedule/status/{body['task_id']}").get_json()["status"] == "PENDING"
    work("schedules")
    done = client.get(f"/api/schedule/status/{body['task_id']}").get_json()
    assert done["status"] == "SUCCESS", done
    result = done["result"]
    assert (result["success"], result["total_games"], len(result["games"])) == (True, 6, 6)
    assert result["validation"]["valid"] is True
    assert result["generation_time"] >= 0


def test_asking_again_returns_the_stored_schedule(client: FlaskClient, work: Work, database: str) -> None:
    first = generate(client, force_regenerate=True, league=small_league(), time_limit=20).get_json()[
        "task_id"
    ]
    work("schedules")
    again = generate(client, force_regenerate=False, league=small_league()).get_json()["task_id"]
    work("schedules")
    one, two = (client.get(f"/api/schedule/status/{t}").get_json()["result"] for t in (first, again))
    assert two["stored"] is True
    assert (two["schedule_id"], two["games"]) == (one["schedule_id"], one["games"])
    assert client.get(two["schedule_url"]).get_json()["games"] == two["games"]


def test_a_schedule_that_was_dropped_since_says_so(client: FlaskClient, work: Work, database: str) -> None:
    task_id = generate(client, league=small_league(), time_limit=20).get_json()["task_id"]
    work("schedules")
    with session_scope() as session:
        session.execute(delete(LeagueSchedule))
    done = client.get(f"/api/schedule/status/{task_id}").get_json()
    assert done["status"] == "SUCCESS"
    assert done["result"]["games"] is None
    assert "dropped" in done["result"]["message"]


def change(path: str, value: Any) -> dict[str, Any]:
    """The small league with one thing changed."""
    league = small_league()
    node: Any = league
    *parents, last = path.split(".")
    for part in parents:
        node = node[int(part)] if part.isdigit() else node[part]
    node[int(last) if last.isdigit() else last] = value
    return league


@pytest.mark.parametrize(
    ("league", "said"),
    [
        (change("venues", []), "venue"),
        (change("teams.1.name", "T0"), "T0"),
        (change("teams.1.blackout_dates", ["2031-01-01"]), "2031-01-01"),
        (change("season.last_date", "2026-01-01"), "last_date"),
        (change("divisions.0.name", "U12"), "U10"),
        (change("teams", small_league()["teams"][:1]), "teams"),
        (change("divisions", [*small_league()["divisions"], {"name": "U12", "games_per_team": 1}]), "U12"),
        (change("teams.0.home_venue", "Nowhere"), "Nowhere"),
        (change("venues.0.slots", {}), "slots"),
        (change("colour", "red"), "colour"),
    ],
)
def test_a_league_that_cannot_be_is_422_and_named(
    client: FlaskClient, league: dict[str, Any], said: str
) -> None:
    answer = generate(client, force_regenerate=True, league=league)
    assert answer.status_code == 422, answer.get_json()
    assert said in answer.get_json()["detail"]


@pytest.mark.parametrize("limit", [0, -1, 1e9, "soon", None])
def test_an_absurd_time_limit_is_named(client: FlaskClient, limit: Any) -> None:
    answer = generate(client, force_regenerate=True, time_limit=limit)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.get_json()["errors"]] == ["time_limit"]


def test_the_status_of_another_jobs_task_is_404(client: FlaskClient) -> None:
    task_id = client.post("/api/jobs/demo.add", json={"a": 1}).get_json()["task_id"]
    assert client.get(f"/api/schedule/status/{task_id}").status_code == 404
    assert client.get("/api/schedule/status/nothing").status_code == 404
