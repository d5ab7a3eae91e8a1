"""What a task must not leave to the next in the same horse: each test makes a mess, then looks."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy.random
import pytest
from redis import Redis

from longshore import logs, tasks
from longshore.catalog import catalog
from longshore.dispatch import Dispatcher
from longshore.task import Task
from longshore.tasks import Status, TaskView
from longshore.worker import LongshoreWorker
from tests.support.waiting import wait_until

Call = str | tuple[str, dict[str, Any]]
Run = Callable[..., list[TaskView]]
Said = Callable[[], str]

RESTORED = (
    "handlers", "alarms", "alarm off", "blocked signals", "environ", "empty environ", "chdir",
    "removed folder", "umask", "replaced stdout", "no stdout", "own logging", "no handlers", "no logging",
    "decimals", "recursion", "contextvar", "gc", "tracing", "socket timeout", "time zone",
)  # fmt: skip
"""Messes after which the next task finds everything as it was."""
HARMLESS = (
    "threads", "redis socket", "locale", "paths", "warnings", "modules", "hooks", "loop", "switch interval",
    "temp", "closed stdout",
)  # fmt: skip
"""Messes that stay, some because libraries make them for good on purpose; the horse goes on with them."""


@pytest.fixture
def run(redis: Redis, dispatcher: Dispatcher, work: Callable[..., None]) -> Run:
    """A function that runs one task after the other in one horse, unless they end it; what became of them."""

    def all_of(*calls: Call, worker_class: type[LongshoreWorker] = LongshoreWorker) -> list[TaskView]:
        ids = [_dispatch(dispatcher, call) for call in calls]
        work("default", worker_class=worker_class)
        return [tasks.view(redis, task_id) for task_id in ids]

    return all_of


def _dispatch(dispatcher: Dispatcher, call: Call) -> str:
    name, params = (call, {}) if isinstance(call, str) else call
    return dispatcher.dispatch(catalog.get(f"untidy.{name}"), params).task_id


def mess(what: str) -> Call:
    """The call that makes a mess."""
    return "mess", {"what": what}


@pytest.fixture
def said(tmp_path: Path) -> Iterator[Said]:
    """A function that tells what worker and horse have logged."""
    file = tmp_path / "said"
    handler = logging.FileHandler(file)
    logger = logging.getLogger("longshore")
    logger.addHandler(handler)
    yield file.read_text
    logger.removeHandler(handler)
    handler.close()


def results(views: Sequence[TaskView]) -> list[Any]:
    """What the tasks returned; all must have ended well."""
    assert [view.error for view in views] == [None] * len(views)
    assert {view.status for view in views} == {Status.SUCCESS}
    return [view.result for view in views]


@pytest.mark.parametrize("what", RESTORED)
def test_the_next_task_finds_everything_as_it_was(run: Run, what: str) -> None:
    before, _, after = results(run("look", mess(what), "look"))
    assert after == before  # the pid, too: it is the same horse


@pytest.mark.parametrize("what", HARMLESS)
def test_the_next_task_runs_well_in_the_same_horse(run: Run, what: str) -> None:
    before, culprit, after = results(run("whoami", mess(what), "whoami"))
    assert before == culprit == after


def test_a_task_that_closes_all_descriptors_ends_well_and_so_does_the_next(redis: Redis, run: Run) -> None:
    _, line, last = results(run(mess("all descriptors"), ("write_a_line", {"text": "still here"}), "look"))
    assert last["cwd"] == os.getcwd()
    assert line


def test_random_numbers_do_not_follow_from_the_task_before(run: Run) -> None:
    rounds = [results(run("seed", "numbers", "seed", "numbers", "numbers")) for _ in range(2)]
    seeds = [numbers for numbers, *_ in rounds] + [one[2] for one in rounds]
    others = [one[n] for one in rounds for n in (1, 3, 4)]
    assert seeds == [seeds[0]] * 4  # within a task a seed does what it is for
    for generator in (0, 1):
        assert len({numbers[generator] for numbers in others}) == len(others)


def test_random_numbers_of_a_fresh_horse_are_its_own(run: Run) -> None:
    numpy.random.random()  # it is loaded before the fork, as libraries are
    first, second = results(run("numbers")), results(run("numbers"))
    assert not set(first[0]) & set(second[0])


@pytest.mark.parametrize("what", ["own logging", "no handlers", "no logging"])
def test_log_lines_reach_redis_whatever_the_task_before_did_to_logging(
    redis: Redis, dispatcher: Dispatcher, run: Run, what: str
) -> None:
    views = run(mess(what), ("write_a_line", {"text": "after the mess"}))
    results(views)
    assert [line.text for line in logs.read(redis, views[1].task_id)] == ["after the mess"]


@pytest.mark.parametrize(
    "how",
    ["sys.exit(0)", "sys.exit(3)", "KeyboardInterrupt", "SystemExit", "GeneratorExit", "BaseException",
     "StopIteration"],
)  # fmt: skip
def test_whatever_a_task_raises_is_its_own_failure_and_the_horse_goes_on(run: Run, how: str) -> None:
    before, left, after = run("whoami", ("leave", {"how": how}), "whoami")
    assert left.status is Status.FAILURE
    assert left.error is not None
    assert left.attempt == 1
    assert results([before]) == results([after])


def test_a_number_stolen_from_the_connection_is_not_written_to(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "stolen"
    stolen, *_ = results(run(("steal_descriptor", {"path": str(path)}), "whoami", "whoami"))
    assert len(stolen) >= 1
    assert path.read_bytes() == b""


def test_another_servers_connection_under_a_stolen_number_hears_nothing(run: Run, tmp_path: Path) -> None:
    path = str(tmp_path / "server")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        server.settimeout(5)
        stolen, *_ = results(run(("steal_descriptor_for_a_server", {"path": path}), "whoami", "whoami"))
        assert len(stolen) >= 1
        for _ in stolen:
            with server.accept()[0] as end:
                end.settimeout(5)
                assert end.recv(100) == b""


def test_threads_left_running_are_reported_once(run: Run, said: Said) -> None:
    culprit, *_ = run(mess("threads"), "whoami", mess("threads"), "whoami")
    results([culprit])
    assert said().count("has left threads running: left-over") == 1
    assert culprit.task_id in said()


def test_the_reporters_own_thread_is_not_reported(run: Run, said: Said) -> None:
    run(("write_a_line", {"text": "x"}), "whoami")
    assert "threads" not in said()


@pytest.mark.parametrize("what", ["child", "child in its own session"])
def test_a_process_left_behind_is_reported_and_the_horse_replaced(run: Run, said: Said, what: str) -> None:
    culprit, after = run(mess(what), "whoami")
    first, second = results([culprit, after])
    assert first != second
    assert f"task {culprit.task_id} has left 1 processes" in said()
    pid = int(said().partition("processes (")[2].partition("…")[0])
    wait_until(lambda: not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text())


@pytest.mark.parametrize("fails", [False, True])
def test_a_child_that_returns_from_the_jobs_function_goes_no_further(
    redis: Redis, run: Run, tmp_path: Path, fails: bool
) -> None:
    fork = ("fork_and_return", {"folder": str(tmp_path), "fails": fails})
    before, forked, *others = run("whoami", fork, *["whoami"] * 20)
    (horse,) = results([before])
    assert len(list(tmp_path.iterdir())) == 2  # both did return
    assert results([forked]) == [horse]
    assert set(results(others)) == {horse}
    assert redis.xlen(f"rq:results:{forked.task_id}") == 1


@pytest.mark.parametrize("how", ["alarm(0)", "alarm(60)", "block", "ignore"])
def test_the_deadline_holds_even_if_the_task_takes_its_alarm_away(run: Run, how: str) -> None:
    view, after = run(("cancel_deadline", {"how": how}), "whoami")
    assert view.error is not None
    assert view.error["type"] == "DeadlineExceeded"
    assert view.started_at is not None
    assert view.ended_at is not None
    assert (view.ended_at - view.started_at).total_seconds() < 1 + 2
    results([after])


def test_an_alarm_of_the_tasks_own_says_what_happened(run: Run) -> None:
    view, after = run("shorten_deadline", "whoami")
    assert view.status is Status.FAILURE
    results([after])


def test_an_alarm_left_running_does_not_hit_the_next_task(run: Run) -> None:
    results(run(mess("alarms"), ("busy", {"seconds": 0.6})))


def test_a_crash_that_was_planned_for_later_does_not_hit_the_next_task(run: Run) -> None:
    before, after = results(run(mess("dump later"), ("busy", {"seconds": 1.5})))
    assert before == after


def test_the_deadline_works_after_a_task_that_blocked_its_signal(run: Run) -> None:
    before, view, after = run(mess("blocked signals"), "overdue", "whoami")
    assert view.error is not None
    assert view.error["type"] == "JobTimeoutException"  # the soft one: the horse lives
    assert results([before]) == results([after])


def test_os_exit_in_a_task_costs_no_other_task_anything(
    redis: Redis, dispatcher: Dispatcher, run: Run, tmp_path: Path
) -> None:
    first = dispatcher.dispatch(
        catalog.get("demo.die"), {"counter": str(tmp_path / "n"), "times": 1, "by": 0}
    ).task_id
    views = run(*["whoami"] * 3)
    assert tasks.view(redis, first).result == "survived 1"
    assert len(set(results(views))) == 1


def test_the_environment_names_the_task_and_the_worker(run: Run) -> None:
    views = run("identity", mess("environ"), "identity", "identity")
    for view in (views[0], views[2], views[3]):
        (seen,) = results([view])
        assert seen["environ"] == [view.task_id, seen["worker"]]


def test_a_job_sees_its_own_task(run: Run) -> None:
    views = run(*["identity"] * 3)
    for view, seen in zip(views, results(views), strict=True):
        assert seen["id"] == view.task_id
        assert seen["origin"] == "default"
        assert seen["func_name"].endswith("untidy.identity")
        assert seen["meta"] == {"retries": 0}
        assert seen["enqueued"]
        assert seen["started"]
        assert seen["is_started"]


def test_meta_that_a_job_saves_stays_together_with_its_progress(redis: Redis, run: Run) -> None:
    (view,) = run(("identity", {"note": "mine"}))
    (seen,) = results([view])
    job = Task.fetch(view.task_id, connection=redis)
    assert job.meta["note"] == seen["meta"]["note"] == "mine"
    assert view.progress is not None
    assert view.progress["percent"] == 50
