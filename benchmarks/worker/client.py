"""`python -m benchmarks.worker.client KIND`: does what lines of JSON on stdin say, answers on stdout.

It fills the queue before the worker starts, lets it go, sees when the last task has ended, and reads
results. While a round runs it does nothing but ask every 20 ms whether the last result is stored.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from benchmarks.worker.clients import CLIENTS, Client

POLL_SECONDS = 0.02
HELD = "bench:held"
SAMPLE = 20
"""Results of a round that are read and compared, beside counting all."""


class Rounds:
    """The operations. Each returns what JSON can hold."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._warm: list[str] = []
        self._tasks: list[str] = []
        self._marks: tuple[str, str] = ("", "")

    def prepare(self, warm: int, count: int) -> int:
        """Hold back the tasks of a round, between two marks; queue the tasks that warm the worker up."""
        first = self._client.mark()
        self._tasks = self._client.fill(count)
        self._marks = (first, self._client.mark())
        self._client.redis.rename(self._client.queue_key, HELD)
        self._warm = self._client.fill(warm)
        return count

    def enqueue(self, count: int) -> int:
        """Only queue tasks."""
        return len(self._client.fill(count))

    def start(self) -> int:
        """Wait until a worker has run some tasks."""
        self._warm = self._client.fill(20)
        return self.warmed(60)

    def warmed(self, seconds: float) -> int:
        """Wait until the worker has run the tasks that warm it up."""
        return self._wait(self._warm[-1], seconds)

    def run(self, seconds: float) -> int:
        """Let go of the round's tasks and wait for the last. Returns how often this process has asked."""
        self._client.redis.rename(HELD, self._client.queue_key)
        return self._wait(self._marks[1], seconds)

    def verify(self) -> dict[str, Any]:
        """See that every result is stored, and that a sample of them is right. Returns what it found."""
        stored, expected = self._client.count_results(), len(self._warm) + len(self._tasks) + 2
        step = max(1, len(self._tasks) // SAMPLE)
        wrong = [n for n in range(0, len(self._tasks), step) if self._client.value(self._tasks[n]) != n]
        if stored != expected or wrong:
            raise RuntimeError(f"{stored} results of {expected} are stored; wrong ones: {wrong}")
        began, ended = (float(self._client.value(mark)) for mark in self._marks)
        return {"seconds": ended - began, "results": stored}

    def pace(self, rate: float, seconds: float, queues: list[str]) -> dict[str, list[float]]:
        """Enqueue at a fixed rate. Returns ms from call to start, of the call, and to `enqueued_at`."""
        sent: list[tuple[float, float, str]] = []
        start = time.monotonic() + 0.1
        for number in range(round(rate * seconds)):
            time.sleep(max(0.0, start + number / rate - time.monotonic()))
            before = time.time()
            task_id = self._client.mark(queues[number % len(queues)])
            sent.append((before, time.time(), task_id))
        self._wait(sent[-1][2], 20)
        started = [(float(self._client.value(task_id)) - before) * 1e3 for before, _, task_id in sent]
        stamps = [(self._client.enqueued_at(task_id), before) for before, _, task_id in sent]
        return {
            "start": started,
            "call": [(after - before) * 1e3 for before, after, _ in sent],
            "stamp": [(at - before) * 1e3 for at, before in stamps if at is not None],
        }

    def _wait(self, task_id: str, seconds: float) -> int:
        deadline = time.monotonic() + seconds
        polls = 0
        while not self._client.has_result(task_id):
            polls += 1
            if time.monotonic() > deadline:
                raise RuntimeError(f"task {task_id} has no result after {seconds:g} s")
            time.sleep(POLL_SECONDS)
        return polls + 1


def main() -> None:
    """Answer one line after the other until stdin ends."""
    rounds = Rounds(CLIENTS[sys.argv[1]]())
    for line in sys.stdin:
        asked = json.loads(line)
        answer: dict[str, Any]
        try:
            answer = {"value": getattr(rounds, asked["op"])(*asked["args"])}
        except Exception as error:
            answer = {"error": f"{asked['op']}: {type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
