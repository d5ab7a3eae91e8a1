"""What the pool's scaling reads, from Redis and from Linux."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis

from longshore import load
from longshore.catalog import catalog
from longshore.dispatch import Dispatcher
from longshore.scaling import Backlog
from longshore.worker import LongshoreWorker

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_backlogs_tell_how_many_wait_and_since_when(redis: Redis, dispatcher: Dispatcher) -> None:
    for _ in range(3):
        dispatcher.dispatch(catalog.get("demo.add"), {"a": 1})
    later = datetime.now(UTC) + timedelta(seconds=30)
    (default, second), states = load.backlogs(redis, ["default", "second"], ["nobody"], later)
    assert (default.queue, default.length) == ("default", 3)
    assert 29.9 < default.age < 35
    assert second == Backlog("second", 0, 0.0)
    assert states == {}


def test_the_states_of_registered_workers_are_told(redis: Redis) -> None:
    worker = LongshoreWorker(["default"], connection=redis, name="w1")
    worker.register_birth()
    worker.set_state("busy")
    assert load.backlogs(redis, ["default"], ["w1", "w2"])[1] == {"w1": "busy"}


@pytest.mark.parametrize("enqueued_at", [None, "yesterday", "2026-01-01T00:00:00"])
def test_a_task_without_a_time_has_not_waited(redis: Redis, enqueued_at: str | None) -> None:
    redis.rpush("rq:queue:default", "x")
    if enqueued_at:
        redis.hset("rq:job:x", "enqueued_at", enqueued_at)
    assert load.backlogs(redis, ["default"], [])[0] == (Backlog("default", 1, 0.0),)


def test_a_look_takes_a_handful_of_cheap_commands(redis: Redis, dispatcher: Dispatcher) -> None:
    dispatcher.dispatch(catalog.get("demo.add"), {"a": 1})
    before = redis.info("commandstats")
    load.backlogs(redis, ["default", "second"], ["w1"])
    after = redis.info("commandstats")
    new = {one: after[one]["calls"] - before.get(one, {"calls": 0})["calls"] for one in after}
    assert {one: calls for one, calls in new.items() if calls} == {
        "cmdstat_llen": 2, "cmdstat_lindex": 2, "cmdstat_hget": 3, "cmdstat_info": 1,
    }  # fmt: skip


@linux
def test_the_memory_of_a_process_counts_its_children() -> None:
    hungry = "import sys; held = bytearray(30_000_000); print('full', flush=True); sys.stdin.read()"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hungry!r}])"
    with subprocess.Popen(
        [sys.executable, "-c", outer], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"full\n"
        whole, alone = load.memory([process.pid])[process.pid], load.own_memory(process.pid)
        process.communicate()
    assert whole - alone > 30_000_000
    assert 1_000_000 < alone < 30_000_000


@linux
def test_a_process_that_has_ended_holds_nothing() -> None:
    process = subprocess.Popen(["true"])
    process.wait()
    assert load.memory([process.pid]) == {process.pid: 0}


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A make-believe /proc and /sys/fs/cgroup, and 8 GB of RAM."""
    (tmp_path / "proc/self").mkdir(parents=True)
    monkeypatch.setattr(load, "PROC", tmp_path / "proc")
    monkeypatch.setattr(load, "CGROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(os, "sysconf", {"SC_PHYS_PAGES": 2_000_000, "SC_PAGE_SIZE": 4_000}.__getitem__)
    return tmp_path


def write(file: Path, text: str) -> None:
    """A file and its folders."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_without_cgroups_the_limit_is_the_ram(machine: Path) -> None:
    assert load.memory_limit() == 8_000_000_000


def test_cgroup_v2_the_tightest_of_the_groups_around_us_holds(machine: Path) -> None:
    write(machine / "proc/self/cgroup", "0::/dyno/run\n")
    write(machine / "cgroup/dyno/run/memory.max", "max\n")
    write(machine / "cgroup/dyno/memory.max", "512000000\n")
    write(machine / "cgroup/memory.max", "4000000000\n")
    assert load.memory_limit() == 512_000_000


def test_cgroup_v1_in_a_container_that_sees_only_its_own_root(machine: Path) -> None:
    write(machine / "proc/self/cgroup", "5:cpu:/x\n4:hugetlb,memory:/docker/abc\n0::/\n")
    write(machine / "cgroup/memory/memory.limit_in_bytes", "536870912\n")
    assert load.memory_limit() == 536_870_912


def test_cgroup_v1_says_no_limit_with_a_huge_number(machine: Path) -> None:
    write(machine / "proc/self/cgroup", "4:memory:/\n")
    write(machine / "cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n")
    assert load.memory_limit() == 8_000_000_000
