"""`python -m benchmarks.worker`: our worker beside its peers, in alternating rounds on one Redis."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import importlib.util
import json
import os
import platform
import signal
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.worker import latency, league, limit, memory, script, systems, tables, throughput
from benchmarks.worker.server import Server, running

PARTS = ("throughput", "two", "limit", "script", "latency", "memory", "league")
PACKAGES = ("rq", "redis", "celery", "kombu", "dramatiq", "huey")
CORES = os.cpu_count() or 1
Part = Callable[[Server, argparse.Namespace], tuple[str, Any]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print. Ends every process that it started, also when interrupted or terminated."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the workers end here, too
    options = _parse(arguments)
    figures: dict[str, Any] = {}
    with running(tcp=not options.socket) as server:
        print(_head(server), flush=True)
        for part in PARTS:
            if part in options.only:
                text, figures[part] = MEASURES[part](server, options)
                print(f"\n{text}", flush=True)
    print(f"\nLoad average at the end: {_load()}.")
    if options.json:
        options.json.write_text(json.dumps(figures, default=_plain, indent=1))


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.worker", description=__doc__)
    parser.add_argument("--only", type=_parts, default=PARTS, help=f"some of {','.join(PARTS)}")
    parser.add_argument("--systems", type=_names, help="only those whose name has one of these words in it")
    parser.add_argument("--rounds", type=_count, default=5, help="over all systems (default 5)")
    parser.add_argument("--league-rounds", type=_count, default=3, help="of the league (default 3)")
    parser.add_argument("--scale", type=float, default=1.0, help="times as many tasks a round (default 1)")
    parser.add_argument("--latency-seconds", type=float, default=30, help="for each system (default 30)")
    parser.add_argument("--socket", action="store_true", help="reach Redis over a unix socket, not TCP")
    parser.add_argument("--json", type=Path, help="write all figures to this file, too")
    return parser.parse_args(arguments)


def _parts(text: str) -> tuple[str, ...]:
    given = tuple(text.split(","))
    if unknown := [part for part in given if part not in PARTS]:
        raise argparse.ArgumentTypeError(f"there is no {', '.join(unknown)}; there are {', '.join(PARTS)}")
    return given


def _names(text: str) -> tuple[str, ...]:
    names = tuple(text.lower().split(","))
    if not _matching(names):
        known = ", ".join(one.name for one in systems.all_of_them())
        raise argparse.ArgumentTypeError(f"no system has {' or '.join(names)} in its name; there are {known}")
    return names


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"1 or more, not {text}")
    return int(text)


def _matching(words: Sequence[str] | None) -> list[systems.System]:
    every = systems.all_of_them()
    return [one for one in every if not words or any(word in one.name.lower() for word in words)]


def _throughput(server: Server, options: argparse.Namespace) -> tuple[str, Any]:
    found = throughput.alternate(_matching(options.systems), server, options.rounds, options.scale)
    return f"{tables.throughput(found)}\n\n{tables.cost(found)}", found


def _two(server: Server, options: argparse.Namespace) -> tuple[str, Any]:
    found = throughput.one_and_two(server, options.rounds, options.scale)
    return tables.two(found, CORES), found


def _limit(server: Server, options: argparse.Namespace) -> tuple[str, Any]:
    found = limit.measure(server, options.rounds, options.scale)
    return limit.render(found), found


def _script(server: Server, options: argparse.Namespace) -> tuple[str, Any]:
    found = script.measure(server, options.scale)
    return tables.script(found), found


def _latency(server: Server, options: argparse.Namespace) -> tuple[str, Any]:
    more = [systems.THREE_QUEUES] if systems.OURS in _matching(options.systems) else []
    found = latency.measure(_matching(options.systems) + more, server, options.latency_seconds)
    return tables.latency(found), found


def _memory(server: Server, options: argparse.Namespace) -> tuple[str, Any]:
    found = memory.measure(_matching(options.systems), server)
    return tables.memory(found), found


def _league(server: Server, options: argparse.Namespace) -> tuple[str, Any]:
    found = league.measure(server, options.league_rounds)
    return league.render(found), found


MEASURES: dict[str, Part] = {
    "throughput": _throughput,
    "two": _two,
    "limit": _limit,
    "script": _script,
    "latency": _latency,
    "memory": _memory,
    "league": _league,
}


def _head(server: Server) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    hiredis = f"hiredis {version('hiredis')}" if importlib.util.find_spec("hiredis") else "no hiredis"
    when, python = f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC", f"Python {platform.python_version()}"
    machine = f"{CORES} cores, load average {_load()}"
    return f"{when}, {python}, {server.version()} {_way(server)}, {packages}, {hiredis}; {machine}."


def _way(server: Server) -> str:
    return "on a unix socket" if server.url.startswith("unix://") else "over loopback"


def _load() -> str:
    return " ".join(f"{one:.1f}" for one in os.getloadavg())


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    raise TypeError(f"not JSON: {value!r}")


if __name__ == "__main__":
    main()
