"""`python -m benchmarks.clock`: our clock beside its peers, in alternating rounds on one Redis."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks.clock import arrivals, burst, idle, lateness, systems, tables
from benchmarks.worker.server import Server, running
from benchmarks.worker.systems import System

PARTS = ("lateness", "arrivals", "burst", "idle")
PACKAGES = ("rq", "rq-scheduler", "redis", "hiredis")
PEER_PACKAGES = ("celery", "celery-redbeat", "redis")
VERSION_SECONDS = 60.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print. Ends every process that it started, also when interrupted or terminated."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the clocks end here, too
    options = _parse(arguments)
    with running(tcp=True) as server:
        print(_head(server, options), flush=True)
        for part in PARTS:
            if part in options.only:
                print(f"\n{MEASURES[part](server, options)}", flush=True)
    print(f"\nLoad average at the end: {_load()}.")


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.clock", description=__doc__)
    parser.add_argument("--only", type=_parts, default=PARTS, help=f"some of {','.join(PARTS)}")
    parser.add_argument("--systems", default="", help="only those whose name has one of these words in it")
    parser.add_argument("--rounds", type=int, default=3, help="over all systems, but idle once (default 3)")
    parser.add_argument("--seconds", type=int, default=60, help="of a round, but of a burst (default 60)")
    parser.add_argument("--burst", type=int, default=10_000, help="entries due at once (default 10,000)")
    parser.add_argument("--entries", type=int, default=100_000, help="of an idle clock (default 100,000)")
    parser.add_argument("--quick", action="store_true", help="one round of 10 s, a tenth of the entries")
    parser.add_argument("--peers", type=Path, default=systems.PEERS, help="the environment that Celery is in")
    options = parser.parse_args(arguments)
    if options.quick:
        options.rounds, options.seconds = 1, min(options.seconds, 10)
        options.burst, options.entries = options.burst // 10, options.entries // 10
    if what := systems.missing(options.peers):
        parser.error(what)
    return options


def _parts(text: str) -> tuple[str, ...]:
    given = tuple(text.split(","))
    if unknown := [part for part in given if part not in PARTS]:
        raise argparse.ArgumentTypeError(f"there is no {', '.join(unknown)}; there are {', '.join(PARTS)}")
    return given


def _asked(options: argparse.Namespace, *some: System) -> list[System]:
    words = options.systems.lower().split(",")
    return [one for one in some if any(word in one.name.lower() for word in words)]


def _lateness(server: Server, options: argparse.Namespace) -> str:
    celery = systems.celery(options.peers)
    some = _asked(options, systems.LONGSHORE, systems.STOCK_1, systems.STOCK_01, *celery)
    return tables.lateness(lateness.measure(some, server, options.rounds, options.seconds))


def _arrivals(server: Server, options: argparse.Namespace) -> str:
    some = _asked(options, systems.LONGSHORE, systems.STOCK_1, systems.STOCK_01)
    return tables.arrivals(arrivals.measure(some, server, options.rounds, options.seconds))


def _burst(server: Server, options: argparse.Namespace) -> str:
    celery = systems.celery(options.peers)
    every = burst.matrix(systems.LONGSHORE, systems.STOCK_1, systems.STOCK_JSON, celery)
    some = [(kind, one) for kind, one in every if _asked(options, one)]
    return tables.burst(burst.measure(some, server, options.rounds, options.burst), options.burst)


def _idle(server: Server, options: argparse.Namespace) -> str:
    ours, celery = (systems.LONGSHORE, systems.LONGSHORE_REAL), systems.celery(options.peers)
    some = _asked(options, *ours, systems.STOCK_60, systems.STOCK_1, systems.STOCK_01, *celery)
    return tables.idle(idle.measure(some, server, options.seconds, (0, options.entries)))


MEASURES: dict[str, Callable[[Server, argparse.Namespace], str]] = {
    "lateness": _lateness,
    "arrivals": _arrivals,
    "burst": _burst,
    "idle": _idle,
}


def _head(server: Server, options: argparse.Namespace) -> str:
    ours = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    when, python = f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC", f"Python {platform.python_version()}"
    machine = f"{os.cpu_count()} cores, load average {_load()}"
    rounds = f"{options.rounds} rounds of {options.seconds} s"
    packages = f"{server.version()} over loopback, {ours}; peers {_peers(options.peers)}"
    return f"{when}, {python}, {packages}; {machine}; {rounds}."


def _peers(folder: Path) -> str:
    """Versions in the peers' environment."""
    code = (
        "import sys, importlib.metadata as m; print(*(f'{n} {m.version(n)}' for n in sys.argv[1:]), sep=', ')"
    )
    command = [str(folder / "bin" / "python"), "-c", code, *PEER_PACKAGES]
    return subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=VERSION_SECONDS
    ).stdout.strip()


def _load() -> str:
    return " ".join(f"{one:.1f}" for one in os.getloadavg())


if __name__ == "__main__":
    main()
