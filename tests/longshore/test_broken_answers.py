"""Redis's answers break off, get lost or come late: nothing is claimed or recorded twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from longshore import control, events, steps, tasks
from longshore.tasks import Status
from tests.chaos.leftovers import leftovers
from tests.support.outages import House, assert_obeys, assert_well, house_in
from tests.support.redis_proxy import Harm
from tests.support.waiting import wait_until

STEP = hashlib.sha1(Path(steps.__file__).with_name("step.lua").read_bytes(), usedforsecurity=False)
STEP_SHA = STEP.hexdigest().encode()
QUICK_HARMS = [Harm.BEFORE, Harm.AFTER, Harm.HALF]
ALL_HARMS = [*QUICK_HARMS, *(pytest.param(one, marks=pytest.mark.slow) for one in (Harm.SILENCE, Harm.LATE))]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A Redis of this test's own."""
    with house_in(tmp_path) as found:
        yield found


@pytest.mark.parametrize("harm", ALL_HARMS)
def test_a_broken_claim_claims_once(house: House, harm: Harm) -> None:
    with house.working(maintenance_interval=60) as worker:
        horse = worker.horse
        assert house.ends(house.start("tick")) is Status.SUCCESS
        fault = house.proxy.spoil(harm, STEP_SHA, seconds=0.5)
        ids = [house.start("count", number=n) for n in range(3)]
        assert [house.ends(one, 15) for one in ids] == [Status.SUCCESS] * 3
        assert fault.struck.is_set()
        assert house.runs() == {"tick": 1, "n0": 1, "n1": 1, "n2": 1}
        wait_until(lambda: leftovers(house.redis) == [])
        assert worker.horse == horse


@pytest.mark.slow
def test_a_claim_that_arrives_after_its_repetition_takes_no_task_away(house: House) -> None:
    """The first copy is held up in the network; the second is answered, and its task runs meanwhile."""
    with house.working() as worker:
        horse = worker.horse
        assert house.ends(house.start("tick")) is Status.SUCCESS
        fault = house.proxy.spoil(Harm.LATE, STEP_SHA, seconds=0.5)
        first = house.start("nap", seconds=2)
        ids = [house.start("count", number=n) for n in range(3)]
        wait_until(fault.struck.is_set)
        assert [house.ends(one, 60) for one in (first, *ids)] == [Status.SUCCESS] * 4
        assert house.runs() == {"tick": 1, "begin": 1, "end": 1, "n0": 1, "n1": 1, "n2": 1}
        assert [tasks.fetch(house.redis, one).deaths for one in ids] == [0, 0, 0]
        assert worker.horse == horse


@pytest.mark.parametrize("harm", ALL_HARMS)
def test_a_broken_finish_finishes_once(house: House, harm: Harm) -> None:
    with house.working(maintenance_interval=60) as worker:
        horse, task_id = worker.horse, house.start("told_to_go")
        wait_until(lambda: house.runs()["begin"] == 1)
        ids = [house.start("count", number=n) for n in range(3)]
        fault = house.proxy.spoil(harm, STEP_SHA, task_id.encode(), seconds=0.5)
        house.go()
        assert [house.ends(one, 15) for one in (task_id, *ids)] == [Status.SUCCESS] * 4
        assert fault.struck.is_set()
        assert house.runs() == {"begin": 1, "end": 1, "n0": 1, "n1": 1, "n2": 1}
        assert house.redis.xlen(f"rq:results:{task_id}") == 1
        wait_until(lambda: leftovers(house.redis) == [])
        assert worker.horse == horse


@pytest.mark.parametrize("harm", QUICK_HARMS)
def test_a_broken_record_of_a_failure_uses_one_retry(house: House, harm: Harm) -> None:
    with house.working() as worker:
        horse, task_id = worker.horse, house.start("told_to_fail")
        wait_until(lambda: house.runs()["begin"] == 1)
        fault = house.proxy.spoil(harm, b"MULTI", b"retries_left", task_id.encode())
        house.go()
        assert house.ends(task_id) is Status.SUCCESS
        assert fault.struck.is_set()
        assert house.runs() == {"begin": 2, "fail": 1, "end": 2}
        ends = [(one.outcome, one.error) for _, one in events.read(house.redis)]
        assert ends == [("retry", "ValueError"), ("success", "")]
        assert worker.horse == horse


@pytest.mark.parametrize("harm", QUICK_HARMS)
def test_scripts_that_redis_has_forgotten_are_loaded_in_spite_of_a_break(house: House, harm: Harm) -> None:
    with house.working() as worker:
        horse, task_id = worker.horse, house.start("told_to_go")
        wait_until(lambda: house.runs()["begin"] == 1)
        house.redis.script_flush()
        fault = house.proxy.spoil(harm, b"SCRIPT", b"LOAD", b"One step of a horse")
        house.go()
        assert house.ends(task_id) is Status.SUCCESS
        assert fault.struck.is_set()
        assert house.runs()["begin"] == 1
        assert_well(house, worker, horse)


@pytest.mark.parametrize("harm", [Harm.BEFORE, Harm.AFTER])
@pytest.mark.parametrize(
    "span", [range(12), pytest.param(range(12, 60), marks=pytest.mark.slow)], ids=["first", "more"]
)
def test_any_one_command_may_break(house: House, harm: Harm, span: range) -> None:
    with house.working() as worker:
        horse = worker.horse
        for n in span:
            house.book.unlink(missing_ok=True)
            house.proxy.spoil(harm, after=n)
            ids = [
                house.start("count", number=n),
                house.start("stumble", seconds=0),
                house.start("chatter", seconds=0),
            ]
            assert [house.ends(one) for one in ids] == [Status.SUCCESS] * 3, f"command {n}"
            assert house.runs() == {f"n{n}": 1, "begin": 3, "end": 3, "fail": 1}, f"command {n}"
            wait_until(lambda: leftovers(house.redis) == [])
        assert_well(house, worker, horse)


@pytest.mark.parametrize("harm", [*QUICK_HARMS, pytest.param(Harm.SILENCE, marks=pytest.mark.slow)])
def test_a_broken_record_of_a_stop_is_a_stop_still(house: House, harm: Harm) -> None:
    """RQ forgets that a stop was asked for before the transaction that says so; a retry must not follow."""
    with house.working() as worker:
        stopped = house.start("nap", seconds=60)
        wait_until(lambda: house.runs()["begin"] == 1)
        fault = house.proxy.spoil(harm, b"MULTI", b"stopped", stopped.encode())
        assert control.cancel(house.redis, stopped) == "stopping"
        assert house.ends(stopped, 20) is Status.CANCELED
        assert fault.struck.is_set()
        assert house.runs() == {"begin": 1}
        wait_until(lambda: leftovers(house.redis) == [])
        assert_obeys(house, worker)


def test_a_worker_starts_though_the_answer_to_its_birth_is_lost(house: House) -> None:
    fault = house.proxy.spoil(Harm.AFTER, b"birth", b"rq:workers")
    with house.working() as worker:
        assert fault.struck.is_set()
        assert worker.is_alive, worker.said()
        assert_well(house, worker, worker.horse)


@pytest.mark.slow
@pytest.mark.parametrize("n", range(12))
def test_a_worker_starts_whichever_answer_is_lost(house: House, n: int) -> None:
    house.proxy.spoil(Harm.AFTER, after=n)
    with house.working() as worker:
        assert worker.is_alive, worker.said()
        task_id = house.start("tick")
        assert house.ends(task_id) is Status.SUCCESS
        assert worker.is_alive, worker.said()


@pytest.mark.parametrize("message", ["", "no JSON", "[]", "{}", '{"command": "stop-job"}', "\xff"])
def test_a_command_that_makes_no_sense_does_not_end_the_listening(house: House, message: str) -> None:
    with house.working() as worker:
        house.redis.publish(f"rq:pubsub:{worker.name}", message.encode("latin-1"))
        assert_obeys(house, worker)
