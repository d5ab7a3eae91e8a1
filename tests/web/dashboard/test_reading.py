"""Whatever Redis holds, rq-dashboard shows it: nothing is unpickled, and nothing is a 500."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from rq.job import JobStatus
from rq.registry import FailedJobRegistry, FinishedJobRegistry
from rq_dashboard import web as upstream

from longshore.serializer import Serializer
from longshore.task import Task
from tests.web.dashboard.planting import HOSTILE, QUEUE, Plants, poison
from tests.web.dashboard.test_routes import paths


def test_what_others_pickled_is_never_unpickled(
    app: Flask, admin: FlaskClient, plants: Plants, redis: Redis, tmp_path: Path
) -> None:
    trap = tmp_path / "unpickled"
    ids = {state.value: plants.pickled(poison(trap), state) for state in JobStatus}
    plants.queue.push_job_id(ids["queued"])
    for registry in (FinishedJobRegistry, FailedJobRegistry):
        for task_id in ids.values():
            redis.zadd(registry(QUEUE, connection=redis).key, {task_id: 2e9})
    plants.worker("busy").prepare_execution(Task.fetch(ids["started"], redis))
    for path, rule in paths(app, ids):
        if "GET" in (rule.methods or ()):
            with admin.get(path, follow_redirects=True) as answer:
                assert answer.status_code == 200, path
    assert "not JSON" in admin.get(f"/rq/0/data/job/{ids['finished']}.json").json["result"]
    assert [one["current_job"]["job_id"] for one in admin.get("/rq/0/data/workers.json").json["workers"]]
    for path, rule in paths(app, ids):
        if "POST" in (rule.methods or ()):
            assert admin.post(path).status_code in (200, 404, 409), path
    assert not trap.exists()


def test_the_trap_works(tmp_path: Path) -> None:
    import pickle

    pickle.loads(poison(tmp_path / "unpickled"))
    assert (tmp_path / "unpickled").exists()


def test_requeue_keeps_a_meta_that_it_cannot_read(
    admin: FlaskClient, plants: Plants, redis: Redis, tmp_path: Path
) -> None:
    task_id = plants.pickled(poison(tmp_path / "unpickled"), JobStatus.FAILED)
    redis.zadd(FailedJobRegistry(QUEUE, connection=redis).key, {task_id: 2e9})
    assert admin.post(f"/rq/job/{task_id}/requeue").status_code == 200
    assert redis.hget(Task.key_for(task_id), "meta") == poison(tmp_path / "unpickled")


def test_their_serializer_and_classes_are_ours(app: Flask) -> None:
    assert upstream.config.serializer is Serializer
    assert issubclass(upstream.Job, Task)
    assert issubclass(upstream.Queue.job_class, Task)
    assert issubclass(upstream.Worker.job_class, Task)


def test_a_task_shows_what_it_depends_on(admin: FlaskClient, planted: dict[str, str]) -> None:
    shown = admin.get(f"/rq/0/data/job/{planted['deferred']}.json").json
    assert shown["depends_on"] == [planted["queued"]]
    assert shown["depends_on_status"] == ["active"]


def test_a_dependency_that_is_gone_shows_as_expired(
    admin: FlaskClient, planted: dict[str, str], redis: Redis
) -> None:
    redis.delete(Task.key_for(planted["queued"]))
    shown = admin.get(f"/rq/0/data/job/{planted['deferred']}.json").json
    assert shown["depends_on_status"] == ["expired"]


def test_results_are_shown_as_they_are(admin: FlaskClient, planted: dict[str, str]) -> None:
    results = {
        name: admin.get(f"/rq/0/data/job/{task_id}.json").json["result"] for name, task_id in planted.items()
    }
    assert results["finished"] == {"said": HOSTILE, "ß": [1, None]}
    assert results["finished with None"] is None
    assert results["finished with a list"] == [HOSTILE, 2.5]
    assert HOSTILE in admin.get(f"/rq/0/data/job/{planted['failed']}.json").json["exc_info"]


def test_a_result_of_nan_is_json_for_a_browser(admin: FlaskClient, plants: Plants, redis: Redis) -> None:
    task_id = plants.finished(None)
    redis.xadd(f"rq:results:{task_id}", {"type": 1, "return_value": "TmFO"})
    assert '"result":"NaN"' in admin.get(f"/rq/0/data/job/{task_id}.json").text.replace(" ", "")


def test_a_busy_worker_whose_task_is_gone_is_idle(
    admin: FlaskClient, planted: dict[str, str], redis: Redis
) -> None:
    redis.delete(Task.key_for(planted["started"]))
    workers = admin.get("/rq/0/data/workers.json").json["workers"]
    assert [one["current_job"] for one in workers] == ["idle", "idle"]


def test_hashes_that_are_no_tasks_are_not_there(admin: FlaskClient, plants: Plants, redis: Redis) -> None:
    redis.hset(Task.key_for("broken"), mapping={"status": "queued"})
    plants.queue.push_job_id("broken")
    assert admin.get("/rq/0/view/job/broken").status_code == 404
    assert admin.get("/rq/0/data/job/broken.json").status_code == 404
    plants.queue.push_job_id("no task's id: at all")
    here = plants.queued()
    listed = admin.get(f"/rq/0/data/jobs/{quote(QUEUE, safe='')}/queued/8/asc/1.json").json
    assert [one["id"] for one in listed["jobs"]] == [here]


@pytest.mark.parametrize(
    "fields", [{"data": b"x", "created_at": "yesterday"}, {"data": b"", "status": "odd", "timeout": "soon"}]
)
def test_damaged_tasks_are_shown(
    admin: FlaskClient, plants: Plants, redis: Redis, fields: dict[str, bytes | str]
) -> None:
    redis.hset(Task.key_for("damaged"), mapping=fields)  # type: ignore[arg-type]
    plants.queue.push_job_id("damaged")
    assert admin.get("/rq/0/view/job/damaged").status_code == 200
    assert admin.get("/rq/0/data/job/damaged.json").status_code == 200


def test_looking_removes_nothing_from_a_queue(admin: FlaskClient, plants: Plants, redis: Redis) -> None:
    plants.queue.push_job_id("gone")
    admin.get(f"/rq/0/data/jobs/{quote(QUEUE, safe='')}/queued/8/asc/1.json")
    assert plants.queue.get_job_ids() == ["gone"]
