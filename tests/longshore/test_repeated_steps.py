"""A step of the horse whose call or answer is lost, or that arrives late, is made once all the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from redis import Redis
from redis.exceptions import ConnectionError
from rq import Queue

from longshore.catalog import catalog
from longshore.dispatch import Dispatcher
from longshore.line import Line
from longshore.worker import LongshoreWorker
from tests.support.killing import Generic, Scenario, Stage, differences, stock, tasks_of
from tests.support.redis_proxy import Harm, RedisProxy
from tests.support.waiting import wait_until

Moment = Literal["before", "after"]
SCENARIOS = {
    "success": Scenario(tasks_of("well")),
    "stock success": Scenario(stock(count=1), worker_class=Generic),
    "delayed retry": Scenario(tasks_of("later", 1)),
    "claimed ahead": Scenario(tasks_of("well", 4), ahead=True),
    "claimed ahead of a failure": Scenario(tasks_of("badly", 3), ahead=True),
    "claimed ahead, with a dependent": Scenario(stock(count=2), worker_class=Generic, ahead=True),
    "rate limit": Scenario(tasks_of("alone")),
    "dependent": Scenario(stock(count=2), worker_class=Generic),
}
QUEUES = ("default", "second")


class Losing:
    """Loses one step on its way to Redis, or only its answer.

    Args:
        number: which step, from 0.
        moment: "before" the script has run, or "after" it.
    """

    def __init__(self, number: int, moment: Moment) -> None:
        self._number, self._moment, self._steps = number, moment, 0
        self._put, self._answer = Line.put, Line.answer

    def arm(self, patch: pytest.MonkeyPatch) -> None:
        """Stand in the way of every line from now on."""

        def put(line: Line, packed: bytes) -> None:
            number, self._steps = self._steps, self._steps + 1
            if number == self._number and self._moment == "before":
                raise ConnectionError("lost on its way")
            self._put(line, packed)

        def answer(line: Line) -> Any:
            found = self._answer(line)
            if self._steps - 1 == self._number and self._moment == "after":
                raise ConnectionError("its answer was lost")
            return found

        patch.setattr(Line, "put", put)
        patch.setattr(Line, "answer", answer)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("most", [None, 1], ids=["all tasks", "one task and no claim after it"])
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_step_that_is_sent_twice_is_made_once(
    redis: Redis,
    redis_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    most: int | None,
    moment: Moment,
) -> None:
    scenario = replace(SCENARIOS[name], limits={"max_jobs": most})
    stage = Stage(redis, redis_url, tmp_path, scenario, QUEUES)
    points, (right,) = stage.rehearse()
    calls = [one for one in points if one.what == "before step"]
    assert len(calls) >= (2 if most is None else 1)
    wrong = []
    for number in range(len(calls)):
        with monkeypatch.context() as patch:
            Losing(number, moment).arm(patch)
            switch, found = stage.perform(None)
        assert sum(one.what == "before step" for one in switch.points()) == len(calls) + (moment == "after")
        wrong += [f"step {number}: {one}" for one in differences(right, found, None)]
    assert not wrong, "\n".join(wrong)


def test_a_copy_of_a_step_that_arrives_late_claims_nothing(redis: Redis, dispatcher: Dispatcher) -> None:
    first, second = (
        dispatcher.dispatch(catalog.get("kills.well"), {"name": one, "book": ""}).task_id for one in "ab"
    )
    with RedisProxy(Path(redis.connection_pool.connection_kwargs["path"])) as proxy:
        client = Redis.from_url(proxy.url, socket_timeout=0.1)
        worker = LongshoreWorker(["default"], connection=client, name="late")
        worker.register_birth()
        steps = worker.steps(given_up=lambda: False, connected=lambda connection: None)
        steps.step(["rq:queue:second"], None, claim=True)  # connected, and the script is loaded
        there = {one["id"] for one in redis.client_list()}
        late = proxy.spoil(Harm.LATE, b"EVALSHA", seconds=0.5)
        claimed = steps.step(["rq:queue:default"], None, claim=True).claimed
        assert claimed is not None
        assert claimed.task_id == first
        wait_until(late.struck.is_set)
        wait_until(lambda: there - {one["id"] for one in redis.client_list()})  # it was read, or refused
        steps.close()
        client.close()
    assert Queue("default", connection=redis).job_ids == [second]
    assert redis.zcard("rq:wip:default") == 1
