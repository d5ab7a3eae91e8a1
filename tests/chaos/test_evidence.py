"""The judge of chaos runs: it finds what is wrong, and does not blame kills for what they did not do."""

from __future__ import annotations

from typing import Any

import pytest
from redis import Redis

from tests.chaos.evidence import Evidence, Line, Outage
from tests.chaos.leftovers import leftovers
from tests.chaos.processes import Kill

WORKER, HORSE, OTHER = 10, 11, 12


def line(what: str, at: float, pid: int = HORSE, number: int = 1) -> Line:
    """A line of the book."""
    return Line(what, number, pid, 0, WORKER, at)


def evidence(*lines: Line, kills: list[Kill] | None = None, outage: Outage | None = None) -> Evidence:
    """Evidence in order of time."""
    return Evidence(sorted(lines, key=lambda one: one.at), kills or [], [outage] if outage else [])


TWICE = (line("begin", 1.0), line("end", 1.02), line("begin", 2.0, OTHER), line("end", 2.02, OTHER))


def excuses(found: Evidence) -> list[str]:
    """What explains each double."""
    return [excuse for _, excuse in found.doubles()]


def test_a_second_end_without_a_kill_has_no_excuse() -> None:
    assert excuses(evidence(*TWICE)) == [""]


@pytest.mark.parametrize(("kind", "pid"), [("horse", HORSE), ("worker", WORKER)])
def test_a_kill_right_after_the_end_explains_a_second_run(kind: str, pid: int) -> None:
    assert excuses(evidence(*TWICE, kills=[Kill(kind, pid, WORKER, 1.03)])) == [
        "killed between its end and its record"
    ]


@pytest.mark.parametrize("kill", [Kill("horse", OTHER, WORKER, 1.03), Kill("horse", HORSE, WORKER, 1.8)])
def test_a_kill_of_another_process_or_much_later_explains_nothing(kill: Kill) -> None:
    assert excuses(evidence(*TWICE, kills=[kill])) == [""]


def test_a_process_that_went_on_was_not_killed_at_that_line() -> None:
    more = (line("begin", 1.1, number=2), line("end", 1.12, number=2))
    assert excuses(evidence(*TWICE, *more, kills=[Kill("horse", HORSE, WORKER, 1.13)])) == [""]


@pytest.mark.parametrize(("lost", "excused"), [(0.0, False), (2.0, True)])
def test_only_a_redis_that_lost_writes_explains_a_second_run(lost: float, excused: bool) -> None:
    found = evidence(*TWICE, outage=Outage(1.5, 1.9, lost))
    assert [bool(excuse) for excuse in excuses(found)] == [excused]


def test_a_run_that_was_cut_off_is_found_with_its_kill_and_its_recovery() -> None:
    kill = Kill("horse", HORSE, WORKER, 1.01)
    begin = line("begin", 1.0)
    found = evidence(begin, line("begin", 4.0, OTHER), line("end", 4.02, OTHER), kills=[kill])
    assert found.cut_off(1) == [(begin, kill)]
    assert found.doubles() == []
    [recovery] = found.recoveries()
    assert str(recovery) == "3.0 s (horse killed, task 1)"
    assert recovery.ready == recovery.seconds


def test_a_recovery_is_due_from_when_redis_was_back() -> None:
    kill, later = Kill("horse", HORSE, WORKER, 1.01), line("begin", 41.0, OTHER)
    [recovery] = evidence(line("begin", 1.0), later, kills=[kill], outage=Outage(10, 11)).recoveries()
    assert (round(recovery.seconds), round(recovery.ready)) == (40, 30)


def test_a_run_that_was_cut_off_by_nobody_is_found_too() -> None:
    begin = line("begin", 1.0)
    assert evidence(begin).cut_off(1) == [(begin, None)]


def test_kills_are_counted_by_where_they_fell() -> None:
    kills = [
        Kill("horse", HORSE, WORKER, 1.01),
        Kill("worker", WORKER, WORKER, 3.03),
        Kill("worker", 99, 99, 5.0),
    ]
    found = evidence(line("begin", 1.0), line("begin", 3.0, OTHER), line("end", 3.02, OTHER), kills=kills)
    assert found.where() == {"horse in a task": 1, "worker after a task": 1, "worker idle or starting": 1}


def test_a_process_with_the_pid_of_an_earlier_one_is_another() -> None:
    later = Line("begin", 2, HORSE, 700, WORKER, 9.0)
    kill = Kill("horse", HORSE, WORKER, 1.03)
    assert excuses(evidence(*TWICE, later, kills=[kill])) == ["killed between its end and its record"]


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (("rpush", "rq:queue:default", "x"), "rq:queue:default"),
        (("rpush", "rq:queue:default:intermediate", "x"), "intermediate"),
        (("sadd", "rq:worker:w:executions", "x:y"), "rq:worker:w:executions"),
        (("hset", "rq:execution:x:y", "id", "y"), "rq:execution:x:y"),
        (("hset", "rq:job:x", "status", "finished"), "has no time to live"),
        (("hset", "rq:worker:w", "state", "busy"), "has no time to live"),
        (("set", "rq:clean_registries:default", "1"), "has no time to live"),
        (("sadd", "rq:workers:default", "rq:worker:gone"), "rq:worker:gone, which is gone"),
    ],
)
def test_what_should_not_stay_in_redis_is_named(redis: Redis, write: tuple[str, ...], says: str) -> None:
    command, *arguments = write
    getattr(redis, command)(*arguments)
    [complaint] = leftovers(redis)
    assert says in complaint


@pytest.mark.parametrize(
    "key", ["rq:wip:default", "rq:executions:x", "rq:deferred:default", "rq:scheduled:second"]
)
def test_a_registry_that_should_be_empty_is_named(redis: Redis, key: str) -> None:
    redis.zadd(key, {"x": 1})
    assert [complaint.startswith(key) for complaint in leftovers(redis)] == [True]


def test_results_and_live_workers_may_stay(redis: Redis) -> None:
    values: dict[str, Any] = {"rq:job:x": 500, "rq:worker:w": 90}
    for name, ttl in values.items():
        redis.hset(name, "a", "b")
        redis.expire(name, ttl)
    redis.sadd("rq:workers", "rq:worker:w")
    redis.zadd("rq:finished:default", {"x": 1})
    assert leftovers(redis) == []
