"""Redis goes away, refuses or hangs: the worker stays, and each task runs once."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from longshore import tasks
from longshore.tasks import Status
from tests.chaos.leftovers import leftovers
from tests.support.live_worker import LiveWorker, Patient, working
from tests.support.outages import (
    OUTAGES,
    House,
    Outage,
    assert_obeys,
    assert_well,
    emptied,
    full,
    house_in,
    hung,
    last,
    loads_slowly,
    read_only,
    refused,
    restarted,
)  # fmt: skip
from tests.support.waiting import wait_until

RECONNECTS = 10
"""Most connections a second that a worker and its horse may try while Redis is away."""
every_outage = pytest.mark.parametrize("outage", OUTAGES, ids=lambda one: one.__name__)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A Redis of this test's own."""
    with house_in(tmp_path) as found:
        yield found


@every_outage
def test_an_idle_worker_sits_an_outage_out(house: House, outage: Outage) -> None:
    with house.working() as worker:
        horse = worker.horse
        with outage(house):
            last(1)
        task_id = house.start("tick")
        assert house.ends(task_id) is Status.SUCCESS
        assert house.runs()["tick"] == 1
        assert_well(house, worker, horse)


def outlast(
    house: House, outage: Outage, name: str, seconds: float, **params: Any
) -> tuple[Status | None, Counter[str]]:
    """Let a task end early in an outage; its status afterwards, and what has run."""
    with house.working() as worker:
        horse = worker.horse
        task_id = house.start(name, **params)
        wait_until(lambda: house.runs()["begin"] == 1)
        with outage(house):
            last(0.3)
            house.go()
            wait_until(lambda: house.runs()["end"] == 1)
            last(seconds - 0.3)
        status, runs = house.ends(task_id, 15), house.runs()
        assert_well(house, worker, horse)
        return status, runs


@every_outage
@pytest.mark.parametrize(
    "report", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["silent", "reporting"]
)
def test_a_task_that_ends_in_an_outage_is_recorded_after_it(
    house: House, outage: Outage, report: bool
) -> None:
    status, runs = outlast(house, outage, "told_to_go", 1, report=report)
    assert (status, runs) == (Status.SUCCESS, {"begin": 1, "end": 1})


@pytest.mark.parametrize(
    "outage", [one for one in OUTAGES if one is not emptied], ids=lambda one: one.__name__
)
def test_a_task_that_fails_in_an_outage_uses_one_retry_after_it(house: House, outage: Outage) -> None:
    status, runs = outlast(house, outage, "told_to_fail", 1)
    assert (status, runs) == (Status.SUCCESS, {"begin": 2, "end": 2, "fail": 1})


def test_a_task_that_fails_while_its_redis_loses_all_data_ends_as_failed(house: House) -> None:
    """Its retries were in Redis, and are lost with it; its error is not."""
    with house.working() as worker:
        task_id = house.start("told_to_fail")
        wait_until(lambda: house.runs()["begin"] == 1)
        with emptied(house):
            house.go()
            wait_until(lambda: house.runs()["end"] == 1)
        assert house.ends(task_id) is Status.FAILURE
        assert (tasks.view(house.redis, task_id).error or {})["type"] == "ValueError"
        assert house.runs() == {"begin": 1, "end": 1, "fail": 1}
        assert_obeys(house, worker)


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize("outage", [hung, restarted, emptied, refused, read_only])
@pytest.mark.parametrize("name", ["told_to_go", "told_to_fail"])
def test_twenty_seconds_are_no_different(house: House, outage: Outage, name: str) -> None:
    status, runs = outlast(house, outage, name, 20)
    lost = outage is emptied and name == "told_to_fail"
    assert (status, runs["fail"]) == (Status.FAILURE if lost else Status.SUCCESS, int(name == "told_to_fail"))
    assert runs["begin"] == (2 if name == "told_to_fail" and not lost else 1)


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize("outage", [hung, restarted])
@pytest.mark.parametrize("name", ["told_to_go", "told_to_fail"])
def test_forty_seconds_are_longer_than_any_patience_of_ours(house: House, outage: Outage, name: str) -> None:
    status, runs = outlast(house, outage, name, 40)
    assert status is Status.SUCCESS
    assert runs == ({"begin": 1, "end": 1} if name == "told_to_go" else {"begin": 2, "end": 2, "fail": 1})


@pytest.mark.slow
@pytest.mark.parametrize("outage", [hung, restarted])
def test_no_other_worker_takes_what_runs_on(house: House, outage: Outage) -> None:
    """Its heartbeats have run out with the outage, but so have everybody's."""
    with house.working() as first:
        task_id = house.start("told_to_go")
        wait_until(lambda: house.runs()["begin"] == 1)
        with house.working():
            with outage(house):
                last(40)
            last(17)  # longer than workers let a Redis settle that was away
            house.go()
            assert house.ends(task_id) is Status.SUCCESS
            assert house.runs() == {"begin": 1, "end": 1}
            assert tasks.view(house.redis, task_id).worker == first.name


@pytest.mark.slow
@pytest.mark.soak
def test_five_minutes_are_no_different(house: House) -> None:
    status, runs = outlast(house, restarted, "told_to_go", 300)
    assert (status, runs) == (Status.SUCCESS, {"begin": 1, "end": 1})


def test_the_time_that_redis_is_away_is_not_the_tasks(house: House) -> None:
    with house.working():
        task_id = house.start("chatter_in_time", seconds=1)
        wait_until(lambda: house.runs()["begin"] == 1)
        with refused(house):
            wait_until(lambda: house.runs()["end"] == 1)
            last(5)
        assert house.ends(task_id) is Status.SUCCESS
        assert house.runs()["begin"] == 1


@pytest.mark.slow
def test_a_redis_that_loads_its_data_is_waited_for(house: House) -> None:
    with house.redis.pipeline(transaction=False) as pipe:
        for n in range(30_000):
            pipe.set(f"rq:results:{n}", n, ex=3_600)
        pipe.execute()
    with house.working() as worker:
        horse, task_id = worker.horse, house.start("told_to_go")
        wait_until(lambda: house.runs()["begin"] == 1)
        house.server.stop()
        house.go()
        with loads_slowly(house.server):
            house.server.start()
        assert "loading the dataset" in worker.said()
        assert house.ends(task_id) is Status.SUCCESS
        assert house.runs() == {"begin": 1, "end": 1}
        assert_well(house, worker, horse)


@pytest.mark.parametrize("name", ["told_to_go", "told_to_fail"])
def test_a_worker_does_not_storm_a_redis_that_is_away(house: House, name: str) -> None:
    with house.working() as worker:
        house.start(name)
        wait_until(lambda: house.runs()["begin"] == 1)
        house.server.stop()
        house.go()
        last(1)
        before, used = time.monotonic(), _cpu(worker)
        last(3)
        assert house.proxy.accepted_since(before) <= 3 * RECONNECTS
        assert _cpu(worker) - used < 1
        house.server.start()


def _cpu(worker: LiveWorker) -> float:
    """Seconds of processor time that the worker and its horse have used."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in worker.tree()]
    return sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")


def test_a_worker_may_start_before_its_redis(house: House) -> None:
    house.proxy.refuse()
    with working(house.proxy.url, house.folder) as worker:
        wait_until(lambda: "Redis is away" in worker.said())
        house.proxy.accept()
        wait_until(lambda: house.redis.hget(f"rq:worker:{worker.name}", "state") == b"idle")
        assert_well(house, worker, worker.horse)


@pytest.mark.parametrize("seconds", [1, pytest.param(10, marks=pytest.mark.slow)])
def test_a_horse_that_is_killed_in_an_outage_is_replaced_after_it(house: House, seconds: float) -> None:
    with house.working() as worker:
        horse = worker.horse
        with refused(house):
            os.kill(horse, signal.SIGKILL)
            last(seconds)
        assert house.ends(house.start("tick"), 5) is Status.SUCCESS
        assert worker.horse != horse


# Stopping meanwhile


@pytest.mark.parametrize(
    "outage",
    [refused, read_only, pytest.param(full, marks=pytest.mark.slow)],
    ids=["refused", "read_only", "full"],
)
@pytest.mark.parametrize("busy", [False, True], ids=["idle", "busy"])
def test_a_worker_obeys_sigterm_though_redis_is_away(house: House, outage: Outage, busy: bool) -> None:
    with house.working() as worker:
        if busy:
            house.start("told_to_go")
            wait_until(lambda: house.runs()["begin"] == 1)
        with outage(house):
            worker.send(signal.SIGTERM)
            assert worker.exit_code(0.5 + 3 + 2) == 0, worker.said()[-2_000:]


def test_what_has_ended_is_recorded_when_redis_is_back_within_the_grace(house: House) -> None:
    with house.working(worker_class=Patient) as worker:
        task_id = house.start("told_to_go")
        wait_until(lambda: house.runs()["begin"] == 1)
        with refused(house):
            house.go()
            wait_until(lambda: house.runs()["end"] == 1)
            last(0.3)
            worker.send(signal.SIGTERM)
            last(0.5)
        assert worker.exit_code(8) == 0
        assert house.status(task_id) is Status.SUCCESS
        assert leftovers(house.redis) == []


@pytest.mark.parametrize("name", ["told_to_go", "told_to_fail"])
def test_what_has_ended_keeps_no_worker_from_stopping(house: House, name: str) -> None:
    """Redis stays away: the record is lost, and the task runs again elsewhere; there is no other way."""
    with house.working() as worker:
        house.start(name)
        wait_until(lambda: house.runs()["begin"] == 1)
        with refused(house):
            house.go()
            wait_until(lambda: house.runs()["end"] == 1)
            last(0.3)
            worker.send(signal.SIGTERM)
            assert worker.exit_code(0.5 + 3 + 2) == 0, worker.said()[-2_000:]
