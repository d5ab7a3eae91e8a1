"""`python -m benchmarks.odds.serving`: what a page of /api/odds costs beside a constant of the same size.

It needs `wrk` and `redis-server`. One web process runs as the Procfile has it, with a board of made-up
opportunities in a Redis of its own; the routes are loaded in turns.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.odds.served import PATH as CONSTANT
from benchmarks.web.load import Load, parse
from benchmarks.web.process import ROOT, Process, free_port, group_members, redis_server, run

PAGE = "/api/odds?limit=100"
CONNECTIONS = 16
LISTED = 2_000
"""Opportunities on the board."""
WARM_UP_SECONDS = 2.0
RATIO, P99_MS, CONDITIONAL = 1.3, 25.0, 0.5
"""The targets: how dear a page may be beside the constant, its p99, and what a 304 may cost of a page."""


@dataclass
class Figures:
    """What was seen of one route, an entry for each round."""

    loads: list[Load] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Route:
    """Something to load."""

    name: str
    path: str
    headers: tuple[str, ...] = ()


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    options = _parse(arguments)
    with _served() as (process, port):
        page = f"http://127.0.0.1:{port}{PAGE}"
        with urllib.request.urlopen(page) as answer:
            size, etag = len(answer.read()), answer.headers["ETag"]
        routes = [
            Route("constant", CONSTANT),
            Route("page", PAGE),
            Route("page, 304", PAGE, (f"If-None-Match: {etag}",)),
        ]
        figures = {route.name: Figures() for route in routes}
        for route in routes:
            _load(route, port, WARM_UP_SECONDS)
        for number in range(options.rounds):
            for route in routes[number % 3 :] + routes[: number % 3]:
                print(f"round {number + 1} of {options.rounds}: {route.name}", file=sys.stderr, flush=True)
                _measure(route, figures[route.name], process, port, options.seconds)
    print(_report(figures, size))


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.odds.serving", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="over all routes (default 5)")
    parser.add_argument("--seconds", type=float, default=4, help="length of each load (default 4)")
    return parser.parse_args(arguments)


@contextmanager
def _served() -> Iterator[tuple[Process, int]]:
    """A web process as shipped, with a board. Yields it and its port."""
    with redis_server() as redis_url, TemporaryDirectory() as folder:
        environ = {
            "REDIS_URL": redis_url, "DATABASE_URL": f"sqlite:///{folder}/bench.db", "VAR_DIR": folder,
            "PUBLIC_RATE_LIMIT": "1000000000/minute", "PYTHONPATH": str(ROOT), "HOST": "127.0.0.1",
        }  # fmt: skip
        size = _published(environ)
        port = free_port()
        with run(_command(port), port, **environ, CONSTANT_BYTES=str(size)) as process:
            yield process, port


def _published(environ: dict[str, str]) -> int:
    """Make the database and publish the board; how many bytes the page has."""
    argv = [sys.executable, "-m", "benchmarks.odds.publish", str(LISTED), PAGE]
    done = subprocess.run(
        argv, env=os.environ | environ, check=True, capture_output=True, text=True, cwd=ROOT
    )
    return int(done.stdout.split()[-1])


def _command(port: int) -> list[str]:
    """The Procfile's line for the web process, with the app that has the constant, too."""
    line = re.search(r"^web: (.*)$", (ROOT / "Procfile").read_text(), re.MULTILINE)
    assert line is not None
    said = line[1].replace("${HOST:-0.0.0.0}", "127.0.0.1").replace("${PORT:-8000}", str(port))
    said = said.replace("${WEB_THREADS:-32}", "32").replace(
        "app:create_app", "benchmarks.odds.served:create_app"
    )
    program, *rest = shlex.split(said)
    return [str(Path(sys.executable).parent / program), *rest]


def _measure(route: Route, figures: Figures, process: Process, port: int, seconds: float) -> None:
    before = _cpu_seconds(process.pid)
    seen = _load(route, port, seconds)
    spent = _cpu_seconds(process.pid) - before
    figures.loads.append(seen)
    figures.cpu_us.append(1e6 * spent / max(seen.per_second * seconds, 1))


def _load(route: Route, port: int, seconds: float) -> Load:
    headers = [part for header in route.headers for part in ("-H", header)]
    argv = ["wrk", "--latency", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:g}s", *headers]
    argv.append(f"http://127.0.0.1:{port}{route.path}")
    return parse(subprocess.run(argv, check=True, capture_output=True, text=True).stdout)


def _cpu_seconds(leader: int) -> float:
    """CPU that the group of a process has used."""
    ticks = 0
    for pid in group_members(leader):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _report(figures: dict[str, Figures], size: int) -> str:
    constant, page, conditional = figures.values()
    ratio = _ratio(constant, page)
    share = _ratio(page, conditional)
    rows = [_row(name, one, constant) for name, one in figures.items()]
    p99 = median(one.p99_ms for one in page.loads)
    heading = "| route | req/s | p99 ms | CPU µs a request | is × the constant | errors |"
    load = os.getloadavg()[0]
    return "\n".join(
        [
            f"A page of 100 rows, {size:,} bytes; {CONNECTIONS} connections; load average {load:.1f}.",
            "", heading, "|---|---|---|---|---|---|", *rows, "",
            _verdict(f"page {ratio:.2f} × constant", ratio <= RATIO, f"at most {RATIO}"),
            _verdict(f"p99 {p99:.1f} ms", p99 <= P99_MS, f"at most {P99_MS:g}"),
            _verdict(f"304 costs {share:.2f} of a 200", share < CONDITIONAL, f"less than {CONDITIONAL}"),
        ]
    )  # fmt: skip


def _ratio(one: Figures, other: Figures) -> float:
    """How many requests of one are served in the time of one of the other: the median over the rounds."""
    pairs = zip(one.loads, other.loads, strict=True)
    return median(mine.per_second / theirs.per_second for mine, theirs in pairs)


def _row(name: str, one: Figures, constant: Figures) -> str:
    rate, p99 = median(load.per_second for load in one.loads), median(load.p99_ms for load in one.loads)
    errors = sum(load.errors for load in one.loads) if "304" not in name else 0
    cells = (
        name,
        f"{rate:.0f}",
        f"{p99:.1f}",
        f"{median(one.cpu_us):.0f}",
        f"{_ratio(constant, one):.2f}",
        str(errors),
    )
    return f"| {' | '.join(cells)} |"


def _verdict(said: str, holds: bool, target: str) -> str:
    return f"- {said} ({target}): {'holds' if holds else 'DOES NOT HOLD'}"


if __name__ == "__main__":
    main()
