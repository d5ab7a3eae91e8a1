"""The most that one call of the worker's script for each task can do: a bare loop over one connection.

`longshore/step.lua` ends one task and claims the next. Here it gets arguments that were packed beforehand,
and its answers are read and thrown away: no Python work is around it, no function runs. The same without
its event shows what the event costs, and PING what the way to Redis and back costs.
"""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from redis.connection import AbstractConnection
from rq.utils import as_text

from benchmarks.worker import throughput
from benchmarks.worker.process import client
from benchmarks.worker.report import ratio_of, say, spread, table
from benchmarks.worker.server import Server
from benchmarks.worker.systems import OURS, ROOT
from longshore import keys

STEP = ROOT / "longshore" / "step.lua"
WORKER, NAME = "rq:worker:bench", "bench"
QUEUE = "rq:queue:default"
BARE, PING = "bare loop", "bare loop of PING"
CHUNK = 100
"""Steps with the event and steps without it take turns after so many: what else runs disturbs both alike."""


@dataclass
class Limit:
    """Tasks a second of our worker and of the loops, and the times as slow that the event makes a step."""

    rates: dict[str, list[float]]
    event: list[float]


def measure(server: Server, rounds: int, scale: float) -> Limit:
    """Our worker and the loops, in turn. Raises RuntimeError if a task was not ended."""
    script = STEP.read_text()
    count = round(OURS.count * scale)
    loops: dict[str, Callable[[], float]] = {
        OURS.name: lambda: throughput.measure(OURS, server, scale).rate,
        BARE: lambda: _bare(server, script, count),
        PING: lambda: _ping(server, count),
    }
    found = Limit({name: [] for name in loops}, [])
    for turn in range(rounds):
        for name in list(loops) if turn % 2 == 0 else reversed(list(loops)):
            found.rates[name].append(loops[name]())
            say(f"limit, round {turn + 1} of {rounds}: {name} {found.rates[name][-1]:.0f}/s")
        found.event.append(_event_cost(server, script, count))
    return found


def without_event(script: str) -> str:
    """The script without the call that writes the event. Raises RuntimeError if there is no such call."""
    kept, calls = re.subn(r"  call\('XADD', KEYS\[4\][^\n]*\n[^\n]*\)\n", "", script)
    if calls != 1:
        raise RuntimeError(f"{STEP.name}: the event is written by {calls} calls, not by one")
    return kept


def _bare(server: Server, script: str, count: int) -> float:
    ids = _enqueue(server, count)
    sha = server.redis.script_load(script)
    with _connection(server) as connection:
        seconds = _loop(connection, [connection.pack_command(*one) for one in _steps([sha], ids)])
    _check(server, count, count)
    return count / seconds


def _event_cost(server: Server, script: str, count: int) -> float:
    """Times as long that a step takes with its event: median by median of chunks that alternate."""
    ids = _enqueue(server, count)
    shas = [server.redis.script_load(one) for one in (script, without_event(script))]
    seconds: tuple[list[float], list[float]] = ([], [])
    with _connection(server) as connection:
        steps = [connection.pack_command(*one) for one in _steps(shas, ids)]
        for number, start in enumerate(range(0, len(steps), CHUNK)):
            seconds[number % 2].append(_loop(connection, steps[start : start + CHUNK]))
    _check(server, count, None)
    return median(seconds[0][:-1]) / median(seconds[1][:-1])


def _enqueue(server: Server, count: int) -> list[str]:
    server.clear()
    with client(OURS, server.url) as asked:
        asked.call("enqueue", count)
    return [as_text(task) for task in server.redis.lrange(QUEUE, 0, -1)]


def _check(server: Server, count: int, events: int | None) -> None:
    done, told = server.redis.zcard("rq:finished:default"), server.redis.xlen(keys.events())
    if done != count or told < min(events or 1, keys.EVENTS):
        raise RuntimeError(f"the bare loop ended {done} of {count} tasks and left {told} events")


def _ping(server: Server, count: int) -> float:
    with _connection(server) as connection:
        return count / _loop(connection, [connection.pack_command("PING") for _ in range(count)])


def _loop(connection: AbstractConnection, commands: list[list[bytes]]) -> float:
    """Send each when the answer to the one before is there. Returns the seconds."""
    send, read = connection.send_packed_command, connection.read_response
    began = time.perf_counter()
    for command in commands:
        send(command)
        read()
    return time.perf_counter() - began


def _steps(shas: list[str], ids: list[str]) -> Iterator[list[object]]:
    """The arguments of every step, as the head of the script lists them."""
    now = time.time()
    iso = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(now))
    head = [5, WORKER, f"{WORKER}:executions", "rq:suspended", keys.events(), QUEUE]
    same = [int(now), iso, now, NAME, 90]
    for number in range(len(ids) + 1):
        beat = int(number % 10_000 == 0)
        claim = _execution(number) if number < len(ids) else ""
        ends = _end(_execution(number - 1), ids[number - 1], number - 1, now, iso) if number else [""]
        sha = shas[number // CHUNK % len(shas)]
        yield [
            "EVALSHA",
            sha,
            *head,
            *same,
            beat,
            10,
            20,
            600,
            "rq:job:",
            "rq:queue:",
            0,
            claim,
            0,
            0,
            "",
            *ends,
        ]


def _end(execution: str, task: str, number: int, now: float, iso: str) -> list[object]:
    value = base64.b64encode(json.dumps(number).encode()).decode()
    facts = [execution, task, "default", iso, iso, now, now, 0.0001, 86_400, value, keys.EVENTS]
    return [*facts, "bench.noop", 0.01, 41]


def _execution(number: int) -> str:
    return f"{number:032x}"


@contextmanager
def _connection(server: Server) -> Iterator[AbstractConnection]:
    pool = server.redis.connection_pool
    connection = pool.get_connection()
    try:
        yield connection
    finally:
        pool.release(connection)


def render(found: Limit) -> str:
    """A row for each loop; the last column says how near our worker comes to it."""
    ours = found.rates[OURS.name]
    rows = [
        (name, f"{median(rates):.0f}", spread(rates), f"{ratio_of(ours, rates):.2f}")
        for name, rates in found.rates.items()
    ]
    costs = [100 * (1 - 1 / slower) for slower in found.event]
    heading = ("one connection", "a second", "least to most", "Longshore's share of it")
    event = f"Its event costs the bare loop {median(costs):.1f} % of its speed ({spread(costs, 1)})."
    return f"{table(heading, rows)}\n\n{event}"
