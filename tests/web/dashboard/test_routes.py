"""rq-dashboard's routes: who may use them, how, and what they answer for what is not there."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from rq.job import JobStatus
from rq.registry import FailedJobRegistry
from werkzeug.routing import Rule

from longshore import connections
from longshore.settings import Settings
from longshore.task import Task
from tests.web.dashboard.planting import QUEUE, STATES, Plants

Q = quote(QUEUE, safe="")


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("rq_dashboard.")]


def paths(app: Flask, ids: dict[str, str], queue: str = QUEUE) -> Iterator[tuple[str, Rule]]:
    """Every address that the rules of rq-dashboard make of these tasks."""
    for rule in rules(app):
        for job_id in ids.values() if "job_id" in rule.arguments else [""]:
            for state in STATES if "registry_name" in rule.arguments else [""]:
                values = {
                    "job_id": job_id, "registry_name": state, "queue_name": queue, "instance_number": 0,
                    "order": "dsc", "page": 1, "per_page": 8, "filename": "css/main.css",
                } | (rule.defaults or {})  # fmt: skip
                built = rule.build(values, append_unknown=False)
                assert built is not None, rule
                yield built[1], rule


def test_every_page_answers_for_tasks_in_every_state(
    app: Flask, admin: FlaskClient, planted: dict[str, str]
) -> None:
    seen = 0
    for path, rule in paths(app, planted):
        if "GET" not in (rule.methods or ()):
            continue
        with admin.get(path, follow_redirects=True) as answer:
            assert answer.status_code == 200, f"{path}: {answer.text[:500]}"
        seen += 1
    assert seen > 40


def test_every_change_answers(app: Flask, admin: FlaskClient, planted: dict[str, str]) -> None:
    for path, rule in paths(app, planted):
        if "POST" in (rule.methods or ()):
            assert admin.post(path).status_code in (200, 404, 409), path


def test_a_stranger_gets_nowhere(app: Flask, client: FlaskClient, planted: dict[str, str]) -> None:
    for path, rule in paths(app, planted):
        if rule.endpoint == "rq_dashboard.static":
            continue
        changes = "POST" in (rule.methods or ())
        method = client.post if changes else client.get
        assert method(path, follow_redirects=True).status_code == 401, path
        if not changes:
            page = client.get(path, headers={"Accept": "text/html"})
            # 308: to the shorter address of the same page, before any door
            where = {302: "/login?next=", 308: "http://localhost/rq/"}[page.status_code]
            assert page.location.startswith(where), path


def test_every_state_lists_its_tasks(admin: FlaskClient, planted: dict[str, str]) -> None:
    for state in STATES:
        listed = admin.get(f"/rq/0/data/jobs/{Q}/{state}/8/asc/1.json").json
        wanted = {task_id for name, task_id in planted.items() if name.split()[0] == state}
        assert {one["id"] for one in listed["jobs"]} == wanted, state


@pytest.mark.parametrize(
    "path",
    [
        "/rq/0/view/job/nothing-of-that-id",
        "/rq/0/view/job/bad%20id",
        "/rq/0/data/job/nothing-of-that-id.json",
        "/rq/0/data/job/..json",
        "/rq/0/view/jobs/default/unheard/8/asc/1",
        "/rq/0/data/jobs/default/unheard/8/asc/1.json",
        "/rq/0/data/jobs/default/queued/eight/asc/1.json",
        "/rq/0/data/jobs/default/queued/0/asc/1.json",
        "/rq/0/data/jobs/default/queued/-8/asc/1.json",
        "/rq/0/data/jobs/default/queued/9999/asc/1.json",
        "/rq/0/data/jobs/default/queued/8/sideways/1.json",
        "/rq/0/data/jobs/default/queued/8/asc/0.json",
        "/rq/0/data/jobs/default/queued/8/asc/1e9.json",
        "/rq/0/data/jobs/default/queued/8/asc/99999999999999999999.json",
        "/rq/0/view/jobs/default/queued/0/asc/1",
        "/rq/1/",
        "/rq/99999999999999999999/view/workers",
        "/rq/1/data/queues.json",
        "/rq/nothing",
    ],
)
def test_what_is_not_there_is_a_404(admin: FlaskClient, path: str) -> None:
    answer = admin.get(path)
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert admin.get(path, headers={"Accept": "text/html"}).status_code == 404


@pytest.mark.parametrize(
    "path", ["/rq/job/nothing/delete", "/rq/job/nothing/requeue", "/rq/queue/default/unheard/empty"]
)
def test_a_change_of_nothing_is_a_404(admin: FlaskClient, path: str) -> None:
    assert admin.post(path).status_code == 404


def test_a_queue_that_does_not_exist_is_empty(admin: FlaskClient, redis: Redis) -> None:
    assert admin.get("/rq/0/view/jobs/nowhere/queued/8/asc/1").status_code == 200
    for state in STATES:
        assert admin.get(f"/rq/0/data/jobs/nowhere/{state}/8/asc/1.json").json["jobs"] == []
        assert admin.post(f"/rq/queue/nowhere/{state}/empty").status_code == 200
    assert admin.post("/rq/queue/nowhere/compact").status_code == 200
    assert admin.post("/rq/requeue/nowhere").json == {"status": "OK", "count": 0}


def test_get_changes_nothing(admin: FlaskClient, plants: Plants, redis: Redis) -> None:
    task_id = plants.failed()
    assert admin.get(f"/rq/requeue/{Q}").status_code == 405
    assert admin.get(f"/rq/job/{task_id}/requeue").status_code == 405
    assert task_id in FailedJobRegistry(QUEUE, connection=redis).get_job_ids(cleanup=False)


def test_no_rule_takes_both_get_and_post(app: Flask) -> None:
    for rule in rules(app):
        assert not {"GET", "POST"} <= set(rule.methods or ()), rule


def test_a_session_has_to_bring_the_csrf_token(
    app: Flask, session: FlaskClient, csrf: dict[str, str], plants: Plants, redis: Redis
) -> None:
    task_id = plants.failed()
    for path, rule in paths(app, {"failed": task_id}):
        if "POST" in (rule.methods or ()):
            assert session.post(path).status_code == 403, path
            assert session.post(path, headers={"X-CSRFToken": "made up"}).status_code == 403, path
    assert Task.exists(task_id, redis)
    assert session.post(f"/rq/job/{task_id}/delete", headers=csrf).json == {"status": "OK"}
    assert not Task.exists(task_id, redis)


def test_requeue_gives_a_task_of_ours_another_run(
    admin: FlaskClient, redis: Redis, work: object, plants: Plants
) -> None:
    ours = Plants(redis, "second")
    task_id = ours.failed()
    assert admin.post(f"/rq/job/{task_id}/requeue").json == {"status": "OK"}
    work("second")  # type: ignore[operator]
    assert Task.fetch(task_id, redis).get_status() is JobStatus.FINISHED


def test_requeue_works_for_the_tasks_of_other_clients(admin: FlaskClient, plants: Plants) -> None:
    task_id = plants.failed(func="elsewhere.function")
    assert admin.post(f"/rq/job/{task_id}/requeue").json == {"status": "OK"}
    assert plants.queue.get_job_ids() == [task_id]


def test_requeue_of_a_task_that_has_not_failed_is_a_conflict(admin: FlaskClient, plants: Plants) -> None:
    assert admin.post(f"/rq/job/{plants.queued()}/requeue").status_code == 409
    finished = plants.finished(1)
    assert admin.post(f"/rq/job/{finished}/requeue").status_code == 409


def test_requeue_all_is_not_stopped_by_one_that_is_gone(
    admin: FlaskClient, plants: Plants, redis: Redis
) -> None:
    gone, here = plants.failed(), plants.failed()
    redis.delete(Task.key_for(gone))
    assert admin.post(f"/rq/requeue/{Q}").json == {"status": "OK", "count": 1}
    assert plants.queue.get_job_ids() == [here]


def test_empty_deletes_what_a_registry_holds(
    admin: FlaskClient, planted: dict[str, str], redis: Redis
) -> None:
    for state in STATES:
        assert admin.post(f"/rq/queue/{Q}/{state}/empty").json == {"status": "OK"}
        assert admin.get(f"/rq/0/data/jobs/{Q}/{state}/8/asc/1.json").json["jobs"] == [], state
    assert not any(Task.exists(task_id, redis) for task_id in planted.values())


def test_compact_removes_only_what_is_gone(admin: FlaskClient, plants: Plants, redis: Redis) -> None:
    ids = [plants.queued() for _ in range(4)]
    redis.delete(Task.key_for(ids[1]))
    assert admin.post(f"/rq/queue/{Q}/compact").json == {"status": "OK"}
    assert plants.queue.get_job_ids() == [ids[0], ids[2], ids[3]]


def test_it_uses_the_one_client_of_the_process(
    app: Flask, admin: FlaskClient, planted: dict[str, str], redis: Redis
) -> None:
    admin.get("/rq/")
    before = redis.info("clients")["connected_clients"]
    served = redis.info("stats")["total_connections_received"]
    for path, rule in paths(app, planted):
        if "GET" in (rule.methods or ()):
            admin.get(path).close()
    assert app.redis_conn is connections.shared()  # type: ignore[attr-defined]
    assert redis.info("clients")["connected_clients"] == before
    assert redis.info("stats")["total_connections_received"] == served


def test_threads_share_it(
    app: Flask, admin: FlaskClient, token: str, planted: dict[str, str], redis: Redis, settings: Settings
) -> None:
    before = redis.info("clients")["connected_clients"]

    def ask(_number: int) -> int:
        path = "/rq/0/data/queues.json"
        return app.test_client().get(path, headers={"Authorization": f"Bearer {token}"}).status_code

    with ThreadPoolExecutor(12) as threads:
        assert set(threads.map(ask, range(48))) == {200}
    assert redis.info("clients")["connected_clients"] <= before + settings.redis_pool_size


@pytest.mark.parametrize("state", ["queued", "failed"])
@pytest.mark.parametrize("order", ["asc", "dsc"])
def test_pages_hold_each_task_once(admin: FlaskClient, plants: Plants, state: str, order: str) -> None:
    made = [plants.queued() if state == "queued" else plants.failed() for _ in range(20)]
    pages = [
        [one["id"] for one in admin.get(f"/rq/0/data/jobs/{Q}/{state}/8/{order}/{page}.json").json["jobs"]]
        for page in (1, 2, 3, 4)
    ]
    assert [len(page) for page in pages] == [8, 8, 4, 0]
    shown = [one for page in pages for one in page]
    assert set(shown) == set(made)
    if state == "queued":
        assert shown == (made if order == "asc" else made[::-1])


def test_looking_at_workers_leaves_the_timeout_of_the_client(
    admin: FlaskClient, planted: dict[str, str], settings: Settings
) -> None:
    assert len(admin.get("/rq/0/data/workers.json").json["workers"]) == 2
    options = connections.shared().connection_pool.connection_kwargs
    assert options["socket_timeout"] == settings.redis_timeout


def test_the_list_of_instances_shows_no_password(settings: Settings, app: Flask) -> None:
    from app import create_app

    secret = settings.model_copy(update={"redis_url": "rediss://someone:hunter2@redis.example:6380/3"})
    shown = create_app(secret).config["RQ_DASHBOARD_REDIS_URL"]
    assert shown == ("rediss://redis.example:6380/3",)


def test_without_redis_every_page_is_a_503(
    app: Flask, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = connections.web_client("redis://127.0.0.1:9", pool_size=2, timeout=0.2)
    monkeypatch.setattr(connections, "shared", lambda: away)
    for path in ("/rq/", "/rq/0/view/workers", "/rq/0/data/workers.json", "/rq/0/view/job/abc"):
        answer = admin.get(path)
        assert answer.status_code == 503, path
        assert answer.headers["Retry-After"]
