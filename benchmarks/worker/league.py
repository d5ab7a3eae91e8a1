"""A real task: the league schedule in the worker beside a plain call of the function in a fresh process.

Both first solve a small league, which loads OR-tools, and are then timed with the sample league, several
times. The plain process is this module run with `plain`; `enqueue` writes the same tasks to Redis.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.worker.process import cpu_seconds, environment, wait_until, workers
from benchmarks.worker.report import ratio_of, say, spread, table
from benchmarks.worker.server import Server
from benchmarks.worker.systems import LEAGUE, ROOT

SEED = 1
TIME_LIMIT = 120.0  # seconds; far more than is needed, so that nothing is cut off
TIMES = 3
WAIT_SECONDS = 300.0


@dataclass(frozen=True)
class Solved:
    """The median of the seconds, the mean of the CPU seconds, and the games of one schedule."""

    seconds: float
    cpu: float
    games: int


def measure(server: Server, rounds: int) -> dict[str, list[Solved]]:
    """Solve in turn in a worker and in a plain process. Raises RuntimeError if the sizes differ."""
    found: dict[str, list[Solved]] = {"plain call": [], "in the worker": []}
    with TemporaryDirectory(prefix="bench-") as folder:
        environ = {"DATABASE_URL": f"sqlite:///{Path(folder) / 'bench.db'}"}
        _run(["-m", "longshore.migrations"], server, environ)
        for turn in range(rounds):
            for name in list(found) if turn % 2 == 0 else reversed(list(found)):
                call = _plain if name == "plain call" else _in_worker
                found[name].append(call(server, environ))
                say(f"league, round {turn + 1} of {rounds}: {name} {found[name][-1].seconds:.2f} s")
    games = {one.games for many in found.values() for one in many}
    if len(games) != 1:
        raise RuntimeError(f"the schedules have different numbers of games: {sorted(games)}")
    return found


def render(found: dict[str, list[Solved]]) -> str:
    """Two rows; the ratio is to the plain call of the same round."""
    plain = found["plain call"]
    rows = []
    for name, many in found.items():
        seconds, cpu = [one.seconds for one in many], [one.cpu for one in many]
        by_wall = ratio_of(seconds, [one.seconds for one in plain])
        by_cpu = ratio_of(cpu, [one.cpu for one in plain])
        rows.append(
            (
                name,
                f"{median(seconds):.2f}",
                spread(seconds, 2),
                f"{by_wall:.3f}",
                f"{median(cpu):.2f}",
                f"{by_cpu:.3f}",
            )
        )
    return table(("league", "seconds", "least to most", "ratio", "CPU s", "ratio"), rows)


def _plain(server: Server, environ: dict[str, str]) -> Solved:
    return Solved(**json.loads(_run(["-m", "benchmarks.worker.league", "plain"], server, environ)))


def _in_worker(server: Server, environ: dict[str, str]) -> Solved:
    server.clear()
    small, *full = _run(["-m", "benchmarks.worker.league", "enqueue"], server, environ).split()
    with workers(LEAGUE, server.url, environ=environ) as (pid,):
        _wait(server, small)
        before = cpu_seconds(pid)
        server.redis.rpush("rq:queue:schedules", *full)
        _wait(server, full[-1])
        spent = cpu_seconds(pid) - before
    games = int(_run(["-m", "benchmarks.worker.league", "games", full[-1]], server, environ))
    return Solved(median(_lasted(server, one) for one in full), spent / TIMES, games)


def _wait(server: Server, task_id: str) -> None:
    def ended() -> bool:
        return server.redis.hget(f"rq:job:{task_id}", "status") in (b"finished", b"failed")

    wait_until(ended, WAIT_SECONDS, f"task {task_id}")


def _lasted(server: Server, task_id: str) -> float:
    began, ended = server.redis.hmget(f"rq:job:{task_id}", "started_at", "ended_at")
    return (_instant(ended) - _instant(began)).total_seconds()


def _instant(raw: Any) -> datetime:
    return datetime.fromisoformat(bytes(raw).decode())


def _run(arguments: list[str], server: Server, environ: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment(LEAGUE, server.url) | environ,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def _call_plainly() -> None:
    """Solve without Redis or RQ; prints a `Solved`."""
    from longshore import catalog

    job = catalog.load().get("league.generate_schedule")
    small, full = (job.parameters.bind(given) for given in _parameters())
    job.func(**small)
    spent, seconds = time.process_time(), list[float]()
    for _ in range(TIMES):
        began = time.perf_counter()
        made = job.func(**full)
        seconds.append(time.perf_counter() - began)
    cpu = (time.process_time() - spent) / TIMES
    print(json.dumps({"seconds": median(seconds), "cpu": cpu, "games": made.total_games}))


def _enqueue() -> None:
    """Queue the small league; write the full ones, but leave them out of the queue. Prints their ids."""
    from longshore import catalog
    from longshore.dispatch import dispatcher

    job, made = catalog.load().get("league.generate_schedule"), dispatcher()
    small, full = _parameters()
    first = made.dispatch(job, small).task_id
    others = [made.dispatch(job, full).task_id for _ in range(TIMES)]
    for other in others:
        made.connection.lrem(f"rq:queue:{job.queue}", 0, other)
    print(first, *others)


def _print_games(task_id: str) -> None:
    from longshore.dispatch import dispatcher
    from longshore.task import Task

    print(Task.fetch(task_id, connection=dispatcher().connection).return_value()["total_games"])  # type: ignore[index]


def _parameters() -> tuple[dict[str, Any], dict[str, Any]]:
    from jobs.league.sample import EXAMPLE

    same = {"seed": SEED, "time_limit": TIME_LIMIT}
    return {**same, "league": EXAMPLE}, dict(same)


if __name__ == "__main__":
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    if sys.argv[1] == "games":
        _print_games(sys.argv[2])
    else:
        {"plain": _call_plainly, "enqueue": _enqueue}[sys.argv[1]]()
