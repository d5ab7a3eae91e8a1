"""Running tasks with a real worker: what is bound, what is stored, what is refused."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue, SimpleWorker

from longshore import tasks
from longshore.catalog import catalog
from longshore.dispatch import Dispatcher
from longshore.errors import UnknownTask
from longshore.tasks import Status, TaskView

Work = Callable[..., None]
Run = Callable[..., TaskView]


@pytest.fixture
def run(redis: Redis, dispatcher: Dispatcher, work: Work) -> Run:
    """Dispatch a job, let a worker run it, and give its view."""

    def dispatched(name: str, **params: object) -> TaskView:
        done = dispatcher.dispatch(catalog.get(name), params)
        work()
        return tasks.view(redis, done.task_id)

    return dispatched


def test_a_task_runs_its_function_and_stores_the_result(run: Run) -> None:
    view = run("demo.add", a=2, b=3)
    assert (view.status, view.result, view.ready, view.successful) == (Status.SUCCESS, 5, True, True)


def test_parameters_are_bound_to_their_types_and_results_are_json(run: Run) -> None:
    view = run("demo.place", point={"x": 1}, day="2026-05-09")
    assert view.result == {"x": 2, "y": 2026}


def test_an_exception_is_a_failure_with_its_type_message_and_trace(run: Run) -> None:
    view = run("demo.fail", message="no such venue")
    assert view.status is Status.FAILURE
    assert view.error == {"type": "ValueError", "message": "no such venue"}
    assert view.trace is not None
    assert "demo.py" in view.trace


@pytest.mark.parametrize("name", ["demo.lies", "demo.nan"])
def test_a_result_that_breaks_its_annotation_fails_the_task(run: Run, name: str) -> None:
    view = run(name)
    assert view.status is Status.FAILURE
    assert view.error is not None
    assert view.error["type"] == "NotJson"


def test_a_name_outside_the_catalog_fails_without_being_imported(
    redis: Redis, work: Work, tmp_path: Path
) -> None:
    (tmp_path / "trap.py").write_text("raise SystemExit('imported')")
    job = Queue("default", connection=redis, serializer="json").enqueue("trap.run")
    work()
    view = tasks.view(redis, job.id)
    assert view.error == {"type": "UnknownJob", "message": "There is no job named 'trap.run' in the catalog."}


@pytest.mark.parametrize("name", ["os.system", "subprocess.run", "builtins.eval", "jobs.league.store.save"])
def test_real_functions_outside_the_catalog_are_refused(redis: Redis, work: Work, name: str) -> None:
    job = Queue("default", connection=redis, serializer="json").enqueue(name, "touch /tmp/never")
    work()
    view = tasks.view(redis, job.id)
    assert view.error is not None
    assert view.error["type"] == "UnknownJob"


class _Bomb:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.path,)


def test_a_pickled_payload_fails_and_is_never_unpickled(redis: Redis, work: Work, tmp_path: Path) -> None:
    job = Queue("default", connection=redis).enqueue("demo.add", _Bomb(tmp_path / "exploded"))
    redis.hset(job.key, "meta", pickle.dumps(_Bomb(tmp_path / "exploded")))
    work()
    view = tasks.view(redis, job.id)
    assert view.status is Status.FAILURE
    assert view.error is not None
    assert "not JSON" in view.error["message"]
    assert not (tmp_path / "exploded").exists()


def test_a_pickled_result_of_a_stock_worker_is_shown_as_unreadable(redis: Redis, tmp_path: Path) -> None:
    job = Queue("default", connection=redis).enqueue("builtins.str", "x")
    SimpleWorker(["default"], connection=redis).work(burst=True, logging_level="ERROR")
    view = tasks.view(redis, job.id)
    assert view.status is Status.SUCCESS
    assert "not JSON" in view.result


def test_a_hash_without_a_payload_is_no_task(redis: Redis) -> None:
    redis.hset("rq:job:odd", mapping={"status": "queued"})
    with pytest.raises(UnknownTask):
        tasks.view(redis, "odd")


def test_a_damaged_hash_is_shown_and_fails_when_it_runs(
    redis: Redis, dispatcher: Dispatcher, work: Work
) -> None:
    task_id = dispatcher.dispatch(catalog.get("demo.add"), {"a": 1}).task_id
    redis.hset(f"rq:job:{task_id}", "result_ttl", "a while")
    assert tasks.view(redis, task_id).status is Status.PENDING
    work()
    view = tasks.view(redis, task_id)
    assert view.error is not None
    assert view.error["type"] == "DamagedTask"


def test_a_callback_outside_jobs_is_not_imported(redis: Redis, work: Work) -> None:
    from rq import Callback

    queue = Queue("default", connection=redis, serializer="json")
    job = queue.enqueue("demo.add", 1, on_success=Callback("os.getpid"))
    work()
    view = tasks.view(redis, job.id)
    assert view.status is Status.FAILURE
    assert view.error == {
        "type": "UnknownJob",
        "message": "There is no job named 'os.getpid' in the catalog.",
    }


def test_stock_clients_may_enqueue_by_import_path_with_positional_arguments(redis: Redis, work: Work) -> None:
    job = Queue("default", connection=redis, serializer="json").enqueue("tests.support.jobs.demo.add", 4, b=5)
    work()
    assert tasks.view(redis, job.id).result == 9


def test_parameters_are_checked_again_by_the_worker(redis: Redis, work: Work) -> None:
    job = Queue("default", connection=redis, serializer="json").enqueue("demo.add", a="many")
    work()
    view = tasks.view(redis, job.id)
    assert view.error is not None
    assert view.error["type"] == "InvalidParameters"
    assert "a: " in view.error["message"]


def test_a_failure_is_tried_again_as_declared(run: Run, tmp_path: Path) -> None:
    view = run("demo.flaky", counter=str(tmp_path / "count"), fails=2)
    assert (view.status, view.result, view.attempt) == (Status.SUCCESS, 3, 3)


def test_tries_end_and_the_last_error_stands(run: Run, tmp_path: Path) -> None:
    view = run("demo.flaky", counter=str(tmp_path / "count"), fails=9)
    assert view.status is Status.FAILURE
    assert view.error == {"type": "ValueError", "message": "failure 3"}


def test_an_error_to_give_up_on_is_not_tried_again(run: Run, tmp_path: Path) -> None:
    view = run("demo.flaky", counter=str(tmp_path / "count"), fails=9, give_up=True)
    assert view.error == {"type": "Gone", "message": "failure 1"}


def test_a_delayed_retry_shows_as_retry_with_the_error_so_far(run: Run, tmp_path: Path) -> None:
    view = run("demo.later", counter=str(tmp_path / "count"))
    assert (view.status, view.attempt, view.ready) == (Status.RETRY, 2, False)
    assert view.error == {"type": "ValueError", "message": "failure 1"}


def test_a_task_past_its_deadline_fails(run: Run) -> None:
    view = run("demo.forever")
    assert view.status is Status.FAILURE
    assert view.error is not None
    assert view.error["type"] == "JobTimeoutException"
