"""SIGKILL at every point of a task's life: it ends as if nobody had been killed, and nothing is left behind.

Each scenario runs once with nobody killed, which tells the points that there are and what is in Redis at the
end. Then it runs again for every point, and Redis must hold the same.
"""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from redis import Redis
from rq import Callback, Repeat

from tests.support.jobs import kills
from tests.support.kill_switch import BEGIN, Point, Victim
from tests.support.killing import Generic, Scenario, Stage, differences, stock, tasks_of

PR_SET_CHILD_SUBREAPER, PR_GET_CHILD_SUBREAPER = 36, 37
SCENARIOS = {
    "success": Scenario(tasks_of("well"), 10),
    "claimed ahead": Scenario(tasks_of("well", 4), 16, ahead=True),
    "claimed ahead of a failure": Scenario(tasks_of("badly", 3), 30, ahead=True),
    "claimed ahead, with a dependent": Scenario(stock(count=2), 36, Generic, ahead=True),
    "claimed ahead, death in the task": Scenario(tasks_of("dies", 2), 14, ahead=True),
    "failure": Scenario(tasks_of("badly", 1), 14),
    "retry that fails": Scenario(tasks_of("twice_badly", 1), 25),
    "retry that succeeds": Scenario(tasks_of("again", 1), 20),
    "delayed retry": Scenario(tasks_of("later", 1), 14),
    "rate limit": Scenario(tasks_of("alone"), 36),
    "callback": Scenario(stock(on_success=Callback(kills.note_end)), 16, Generic),
    "dependent": Scenario(stock(count=2), 36, Generic),
    "failure callback": Scenario(stock(kills.badly, on_failure=Callback(kills.note_end)), 14, Generic),
    "dependent of a failure": Scenario(stock(kills.badly, count=2, allowed_to_fail=True), 36, Generic),
    "returned retry": Scenario(stock(kills.asks_again, 0), 20, Generic),
    "returned retry, delayed": Scenario(stock(kills.asks_again, 60), 12, Generic),
    "repeat": Scenario(stock(repeat=Repeat(times=1)), 26, Generic),
    "repeat, delayed": Scenario(stock(repeat=Repeat(times=1, interval=60)), 14, Generic),
    "no result kept": Scenario(stock(result_ttl=0), 14, Generic),
    "stock success": Scenario(stock(), 6, Generic),
    "stop": Scenario(tasks_of("stops", 1), 3),
    "stop on request": Scenario(tasks_of("is_stopped", 1), 3, either=True),
    "deadline": Scenario(tasks_of("overruns", 1), 3, either=True),
    "death in the task": Scenario(tasks_of("dies", 1), 7),
    "abandoned": Scenario(tasks_of("well", 1), 6, abandoned=True),
    "heartbeat": Scenario(
        tasks_of("lasts", 1), 6, options={"job_monitoring_interval": 1},
        only=lambda point: point.role == "worker" and point.has_horse,
    ),
}  # fmt: skip
LEAST_IN_WORKER = 30
ONE, SEVERAL = ("default",), ("default", "second")


@pytest.fixture(scope="module", autouse=True)
def reaper() -> Iterator[None]:
    """Horses whose worker was killed become children of this process, so that it can wait for their end."""
    libc, before = ctypes.CDLL(None, use_errno=True), ctypes.c_int()
    libc.prctl(PR_GET_CHILD_SUBREAPER, ctypes.byref(before), 0, 0, 0)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    yield
    libc.prctl(PR_SET_CHILD_SUBREAPER, before.value, 0, 0, 0)


def kills_at(points: Sequence[Point], victims: Sequence[Victim]) -> Iterator[tuple[Point, Victim]]:
    """Every point with whom a kill there can hit; a horse that is not there is none."""
    for point in points:
        for victim in victims:
            if point.has_horse or victim == "worker":
                yield point, victim


def telling(points: Sequence[Point], whole: bool) -> Iterator[tuple[Point, Victim]]:
    """Those kills that no other one equals.

    Between two calls to Redis it is the same after the one as before the next, but for what a horse tells
    its worker there, which is that it begins a task. And what a worker does before its first horse is the
    same for every task, unless `whole`.
    """
    begun = [one.role for one in points].index("horse")
    for n, point in enumerate(points):
        following = next((one for one in points[n + 1 :] if one.role == point.role), None)
        if following is not None and point.what.startswith("after ") and following.what.startswith("before "):
            continue
        if point.has_horse:
            yield point, "horse"
        if whole or n >= begun:
            yield point, "worker"


Choose = Callable[[Sequence[Point]], Iterator[tuple[Point, Victim]]]


def check(stage: Stage, choose: Choose) -> None:
    """Kill at every chosen point; tell all that goes wrong at once.

    A heartbeat of the worker comes by the clock: one more or less than in the rehearsal, and the points
    after it are others. Then all is gone through once more, as not every point was tried.
    """
    if elsewhere := _tried(stage, choose):
        elsewhere = _tried(stage, choose)
    assert not elsewhere, "\n".join([f"{len(elsewhere)} points were others, twice", *elsewhere])


def _tried(stage: Stage, choose: Choose) -> list[str]:
    """Go through a rehearsal and every kill; which of them came to another point than in the rehearsal."""
    points, rights = stage.rehearse()
    reached = Counter(one.role for one in points)
    assert reached["horse"] >= stage.scenario.least
    assert reached["worker"] >= LEAST_IN_WORKER
    assert {BEGIN, "before step", "after step"} <= {one.what for one in points}
    wrong: list[str] = []
    elsewhere, tried = [], 0
    for point, victim in choose(points):
        if stage.scenario.only and not stage.scenario.only(point):
            continue
        tried += 1
        switch, found = stage.perform(point, victim)
        if not switch.has_fired and point.role == "reporter":  # a thread may put two reports into one call
            continue
        assert switch.has_fired, f"never came to {point}"
        if (there := switch.last(point.role).what) != point.what and point.role != "reporter":
            elsewhere.append(f"{point}: came to {there} there")
        found_wrong = min((differences(right, found, switch) for right in rights), key=len)
        wrong += [f"{victim} killed at {point}: {one}" for one in found_wrong]
        switch.close()
    assert tried >= 2
    assert not wrong, "\n".join([f"{len(wrong)} differences", *wrong])
    return elsewhere


QUICK = (
    "success", "retry that succeeds", "delayed retry", "rate limit", "dependent", "stop", "death in the task",
    "abandoned", "claimed ahead", "claimed ahead of a failure",
)  # fmt: skip
"""Scenarios that are gone through whenever the tests run."""


@pytest.mark.parametrize(
    "name", [one if one in QUICK else pytest.param(one, marks=pytest.mark.slow) for one in SCENARIOS]
)
def test_a_kill_at_any_point_changes_nothing(redis: Redis, redis_url: str, tmp_path: Path, name: str) -> None:
    stage = Stage(redis, redis_url, tmp_path, SCENARIOS[name], SEVERAL)
    check(stage, lambda points: telling(points, whole=name in ("success", "abandoned")))


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize("queues", [ONE, SEVERAL], ids=["one queue", "several queues"])
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_kill_of_anybody_at_any_point_changes_nothing(
    redis: Redis, redis_url: str, tmp_path: Path, name: str, queues: Sequence[str]
) -> None:
    stage = Stage(redis, redis_url, tmp_path, SCENARIOS[name], queues)
    check(stage, lambda points: kills_at(points, ("horse", "worker", "both")))
