"""What schedules have brought about: tasks, records of slots, entries that were set aside."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from redis import Redis
from rq import Queue
from rq_scheduler import Scheduler

from longshore import keys
from longshore.schedules import aside, entries, ledger
from longshore.schedules.aside import SetAside
from tests.web.api.making import make

Work = Callable[..., None]


def test_a_schedule_runs_now_beside_its_slots(admin: FlaskClient, redis: Redis, work: Work) -> None:
    make(admin, params={"a": 40, "b": 2})
    answer = admin.post("/api/schedules/nightly/run")
    body = answer.get_json()
    assert (answer.status_code, body["status"], answer.headers["Location"]) == (
        202,
        "queued",
        body["status_url"],
    )
    assert Queue("default", connection=redis).job_ids == [body["task_id"]]
    work()
    task = admin.get(body["status_url"]).get_json()
    assert (task["result"], task["schedule"]) == (42, "nightly")


def test_slots_tell_what_became_of_them(admin: FlaskClient, redis: Redis, tick: Callable[..., None]) -> None:
    make(admin, trigger="Every 3 hours")
    tick()
    due = datetime.fromisoformat(admin.get("/api/schedules/nightly").get_json()["next_run"])
    tick(due + timedelta(milliseconds=20))
    (one,) = admin.get("/api/schedules/nightly/slots").get_json()["slots"]
    assert (one["outcome"], one["why"], one["status"]) == ("fired", "", "PENDING")
    assert one["late_seconds"] == pytest.approx(0.02, abs=0.01)
    assert one["status_url"] == f"/api/tasks/{one['task_id']}"
    assert admin.get(one["status_url"]).get_json()["schedule"] == "nightly"
    assert admin.get("/api/schedules/nightly").get_json()["last_slot"]["slot"] == one["slot"]
    redis.delete(f"rq:job:{one['task_id']}")
    (one,) = admin.get("/api/schedules/nightly/slots").get_json()["slots"]
    assert (one["status"], one["status_url"]) == (None, None)


def test_slots_are_the_newest_first_and_limited(admin: FlaskClient, redis: Redis) -> None:
    make(admin)
    noon = datetime(2026, 5, 9, 12, tzinfo=UTC)
    for n in range(3):
        text = ledger.record(noon + timedelta(hours=3 * n), "skipped", 0.5, "a holiday")
        redis.lpush(keys.slots("nightly"), text)
    shown = admin.get("/api/schedules/nightly/slots?limit=2").get_json()["slots"]
    assert [one["slot"] for one in shown] == ["2026-05-09T18:00:00.000Z", "2026-05-09T15:00:00.000Z"]
    assert (shown[0]["outcome"], shown[0]["why"], shown[0]["task_id"]) == ("skipped", "a holiday", None)
    assert admin.get("/api/schedules/nightly/slots?limit=201").status_code == 422


def test_what_the_clock_set_aside_is_listed_put_back_and_given_up(admin: FlaskClient, redis: Redis) -> None:
    for n in range(3):
        one = SetAside(f"e{n}", "demo.gone", "default", "no such job", due=1e9 + n, at=1.5e9 + n)
        redis.hset(keys.aside(), one.entry_id, one.text())
    first = admin.get("/api/set-aside?limit=2").get_json()
    assert ([one["entry_id"] for one in first["entries"]], first["total"]) == (["e2", "e1"], 3)
    assert first["entries"][0]["reason"] == "no such job"
    assert first["entries"][0]["due"] == "2001-09-09T01:46:42.000Z"
    rest = admin.get(f"/api/set-aside?limit=2&cursor={first['next_cursor']}").get_json()
    assert ([one["entry_id"] for one in rest["entries"]], rest["next_cursor"]) == (["e0"], None)
    assert admin.post("/api/set-aside/e0/put-back").get_json() == {"entry_id": "e0", "status": "due"}
    assert redis.zscore(Scheduler.scheduled_jobs_key, "e0") == 1e9
    assert admin.delete("/api/set-aside/e1").status_code == 200
    assert [one.entry_id for one in aside.read(redis)] == ["e2"]
    assert admin.post("/api/set-aside/e1/put-back").status_code == 404
    assert admin.delete("/api/set-aside/e1").status_code == 404


class TestTasksOfSchedules:
    """Their ids are made of the schedule and the slot, so that anybody could guess them."""

    @pytest.fixture
    def task_id(self, admin: FlaskClient, tick: Callable[..., None]) -> str:
        """A task that a slot has made."""
        make(admin)
        tick()
        tick(datetime.fromisoformat(admin.get("/api/schedules/nightly").get_json()["next_run"]))
        (one,) = admin.get("/api/schedules/nightly/slots").get_json()["slots"]
        return str(one["task_id"])

    @pytest.mark.parametrize("path", ["/api/tasks/{}", "/api/tasks/{}/events", "/api/schedule/status/{}"])
    def test_strangers_cannot_tell_it_from_one_that_is_not_there(
        self, client: FlaskClient, task_id: str, path: str
    ) -> None:
        there, unknown = client.get(path.format(task_id)), client.get(path.format("nothing"))
        assert (there.status_code, unknown.status_code) == (404, 404)
        assert there.get_json()["detail"] == unknown.get_json()["detail"].replace("nothing", task_id)

    def test_admins_see_it(self, admin: FlaskClient, task_id: str) -> None:
        assert admin.get(f"/api/tasks/{task_id}").get_json()["schedule"] == "nightly"

    def test_a_damaged_one_does_not_show_either(
        self, client: FlaskClient, redis: Redis, task_id: str
    ) -> None:
        redis.hset(f"rq:job:{task_id}", "meta", json.dumps("damaged"))
        assert client.get(f"/api/tasks/{task_id}").status_code == 404

    def test_nor_does_the_entry_of_the_schedule(self, client: FlaskClient, task_id: str) -> None:
        assert client.get(f"/api/tasks/{entries.entry_id('nightly')}").status_code == 404

    def test_nor_does_a_run_that_somebody_asked_for(self, client: FlaskClient, admin: FlaskClient) -> None:
        make(admin)
        assert (
            client.get(admin.post("/api/schedules/nightly/run").get_json()["status_url"]).status_code == 404
        )
