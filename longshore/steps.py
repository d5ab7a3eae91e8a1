"""The horse's one call to Redis: record the end of a task and claim the next, exactly once.

This module owns the script step.lua, its connection, what to do when Redis does not answer, and the wait
for work. It knows nothing of jobs. A step carries an execution id that we make ourselves, so when an answer
is lost the same step is sent again and nothing happens twice.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from hiredis import pack_command
from redis import Redis
from redis.exceptions import NoScriptError, ResponseError
from rq.job import Job
from rq.suspension import WORKERS_SUSPENDED

from longshore import keys
from longshore.connections import AWAY, is_away
from longshore.instants import stamp
from longshore.line import Line
from longshore.scripts import source

logger = logging.getLogger(__name__)
_SOURCE = source("step.lua")
_SHA = hashlib.sha1(_SOURCE.encode(), usedforsecurity=False).hexdigest()
_BEAT = 1.0
"""Seconds between two beats for the worker while tasks follow on each other."""
_PAUSES = (0.05, 0.1, 0.2, 0.5, 1.0)
"""Seconds between two tries while Redis is away; the last one repeats."""


@dataclass(slots=True)
class Claimed:
    """A task that was claimed.

    Attributes:
        task_id: its id.
        execution_id: RQ's id of this run of it.
        queue: index of its queue in the order of the claim.
        hash: its hash in Redis, field by field.
        at: when it was claimed, seconds since the epoch.
        is_plain: whether it needs nothing of RQ's own code when it ends well; None if nobody has looked.
    """

    task_id: str
    execution_id: str
    queue: int
    hash: dict[bytes, bytes]
    at: float
    is_plain: bool | None = None


@dataclass(slots=True)
class Ended:
    """A task that ended well, as step.lua records it.

    Attributes:
        claimed: what was claimed.
        job: the job object that ran.
        result: what it returned.
        queue: the name of its queue.
        started: when its function began, seconds since the epoch.
        ended: when it was over.
        result_ttl: seconds that it is kept, -1 for ever.
        value: its return value as RQ stores it; empty for None.
        name: what its job is called.
        wait: seconds from its enqueueing to its start.
        peak_mb: most memory used.
    """

    claimed: Claimed
    job: Job
    result: Any
    queue: str
    started: float
    ended: float
    result_ttl: int
    value: bytes
    name: str
    wait: float
    peak_mb: float


@dataclass(slots=True)
class Step:
    """What a step has brought.

    Attributes:
        ended: "done", "slow" (RQ's own code has to record it), "lost" (somebody else has the task), or "".
        state: "task", "suspended", "" (nothing waits) or "again".
        claimed: the next task.
    """

    ended: str
    state: str
    claimed: Claimed | None


@dataclass(slots=True)
class _Sent:
    """A step that waits for its answer; if it does not come, it is sent again as it is."""

    queues: tuple[str, ...]
    ended: Ended | None
    wanted: str
    beat: bool
    ahead: bool
    begins: str
    again: bool = False
    now: float = 0.0
    error: Exception | None = None


class Steps:
    """The steps of one horse.

    Args:
        client: the worker's client; one connection of its pool is taken and kept.
        name: the worker's name.
        worker_key: its hash.
        executions_key: its set of executions.
        worker_ttl: seconds that the worker's hash lives after a beat.
        interval: seconds between two heartbeats of a running task.
        grace: seconds that a task outlives a missed heartbeat.
        from_rq: seconds more that RQ's own clean-up has to leave it alone.
        job_prefix: what stands before a task's id in its key.
        queue_prefix: what stands before a queue's name in its key.
        whole_hash: whether a claim brings all fields of the task's hash, or only what it takes to run it.
        given_up: asked while Redis is away: whether to stop trying.
        connected: told Redis's id of the connection when it is opened.
    """

    def __init__(
        self,
        client: Redis,
        name: str,
        worker_key: str,
        executions_key: str,
        *,
        worker_ttl: int,
        interval: int,
        grace: int,
        from_rq: int,
        job_prefix: str = "rq:job:",
        queue_prefix: str = "rq:queue:",
        whole_hash: bool = True,
        given_up: Callable[[], bool] = lambda: False,
        connected: Callable[[int], None] = lambda connection: None,
    ) -> None:
        self._line = Line(client, connected)
        self._own = (worker_key, executions_key, WORKERS_SUSPENDED, keys.events())
        self._since = {b"status": b"started", b"worker_name": name.encode()}
        self._own_fields = (name, worker_ttl)
        self._constants = (interval, grace, from_rq, job_prefix, queue_prefix, int(whole_hash))
        self._given_up = given_up
        self._beat_at = 0.0
        self._next_id = ""
        self._sent: _Sent | None = None

    def step(
        self,
        queues: Sequence[str],
        ended: Ended | None,
        *,
        claim: bool,
        beat: bool = False,
        meanwhile: Callable[[], None] | None = None,
    ) -> Step:
        """Record what has ended, if anything, and claim the next task from the first queue that has one.

        Args:
            queues: keys of the queues, first is first.
            ended: the task that is over.
            claim: whether to claim another.
            beat: write the worker's heartbeat and state; done every second anyway.
            meanwhile: called while Redis works.

        Raises:
            GivenUp: Redis is away and `given_up` says so.
        """
        self.send(queues, ended, claim=claim, beat=beat)
        if meanwhile is not None:
            meanwhile()
        return self.receive()

    def send(
        self,
        queues: Sequence[str],
        ended: Ended | None,
        *,
        claim: bool,
        beat: bool = False,
        ahead: bool = False,
        begins: str = "",
    ) -> str:
        """Begin a step; `receive` ends it. If Redis is away, it is sent again then.

        Args:
            queues, ended, claim, beat: as for `step`.
            ahead: what is claimed is not begun yet.
            begins: id of a task that was claimed ahead and that begins now.

        Returns:
            The execution id of the claim, empty without one.
        """
        now = time.time()
        wanted = (self._next_id or token_hex(16)) if claim else ""
        beat = beat or now - self._beat_at >= _BEAT
        self._sent = sent = _Sent(tuple(queues), ended, wanted, beat, ahead, begins)
        try:
            self._put(sent, now)
        except (*AWAY, ResponseError) as error:
            sent.error, sent.again = error, True
        self._next_id = token_hex(16)
        return wanted

    def receive(self) -> Step:
        """The answer to what was sent.

        Raises:
            GivenUp: Redis is away and `given_up` says so.
        """
        sent = self._sent
        assert sent is not None
        tries = 0
        while True:
            try:
                if sent.error is not None:
                    self._put_again(sent)
                raw = self._line.answer()
                break
            except (*AWAY, ResponseError) as error:
                sent.error = error
                if not isinstance(error, NoScriptError):
                    if not is_away(error):
                        raise
                    self._away(error, tries)
                    sent.again, tries = True, tries + 1
        self._sent = None
        if sent.beat:
            self._beat_at = sent.now
        return self._read(raw, sent)

    def _put_again(self, sent: _Sent) -> None:
        if isinstance(sent.error, NoScriptError):
            self._line.ask("SCRIPT", "LOAD", _SOURCE)
        self._put(sent, time.time())
        sent.error = None

    def _put(self, sent: _Sent, now: float) -> None:
        sent.now = now
        self._line.put(pack_command((
            "EVALSHA", _SHA, 4 + len(sent.queues), *self._own, *sent.queues,
            int(now), stamp(now), repr(now), *self._own_fields, int(sent.beat), *self._constants,
            sent.wanted, int(sent.again), int(sent.ahead), sent.begins, *_end(sent.ended),
        )))  # fmt: skip

    def _read(self, raw: list[Any], sent: _Sent) -> Step:
        ended, state = raw[0].decode(), raw[1].decode()
        if state != "task":
            return Step(ended, state, None)
        flat = iter(raw[4])
        fields = dict(zip(flat, flat, strict=True))
        fields |= self._since  # what the claim has written since
        fields[b"started_at"] = fields[b"last_heartbeat"] = stamp(sent.now).encode()
        claimed = Claimed(raw[3].decode(), sent.wanted, int(raw[2]), fields, sent.now)
        return Step(ended, state, claimed)

    # Redis away, and waiting

    def wait(self, queues: Sequence[str], control: int, timeout: float) -> None:
        """Return when a queue may have a task, when `control` is readable, or after `timeout` seconds."""
        try:
            self._line.wait(queues, control, timeout)
        except (*AWAY, ResponseError) as error:
            if not is_away(error):
                raise
            self._away(error, 1)

    def _away(self, error: Exception, tries: int) -> None:
        self._line.drop()
        if tries == 0:
            logger.warning("Redis is away, waiting for it: %s", error)
        if self._given_up():
            raise GivenUp(str(error))
        time.sleep(_PAUSES[min(tries, len(_PAUSES) - 1)])

    def close(self) -> None:
        """Give the connection back to its pool."""
        self._line.close()


class GivenUp(Exception):
    """Redis is away, and the worker has no time to wait for it."""


def _end(ended: Ended | None) -> Sequence[Any]:
    if ended is None:
        return ("",)
    claimed = ended.claimed
    return (
        claimed.execution_id, claimed.task_id, ended.queue, stamp(ended.started), stamp(ended.ended),
        repr(claimed.at), repr(ended.ended), f"{ended.ended - ended.started:.6f}", ended.result_ttl,
        ended.value, keys.EVENTS, ended.name, f"{ended.wait:.6f}", f"{ended.peak_mb:.1f}",
    )  # fmt: skip
