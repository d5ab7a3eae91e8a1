"""One measurement in a process of its own, so that its peak memory is its own.

``python -m benchmarks.odds.run SYSTEM EVENTS BOOKS ROUNDS`` prints the JSON of a ``Measured``.
"""

from __future__ import annotations

import importlib.util
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from benchmarks.odds import plain
from benchmarks.odds.made_up import payload
from jobs.odds import devig, wire
from jobs.odds.analyse import analyse
from jobs.odds.lines import comparable
from jobs.odds.model import METHODS, Event, Policy

AT = datetime(2026, 4, 16, 19, 0, tzinfo=UTC)
POLICY = Policy(most_opportunities=100_000)


@dataclass
class Measured:
    """What a system took.

    Attributes:
        seconds: of each round, by step, by the clock on the wall.
        processor: the same, of processor time alone: what a machine without other work would take.
        peak_mb: peak memory of the process, with Python, NumPy and the answer itself as it comes from JSON.
        found: what came out, to compare: number of edges and the sum of their expected values.
        failed: markets that the system could not solve.
        missing: the package that is not installed; nothing was measured.
    """

    seconds: dict[str, list[float]] = field(default_factory=dict)
    processor: dict[str, list[float]] = field(default_factory=dict)
    peak_mb: float = 0.0
    found: tuple[int, float] = (0, 0.0)
    failed: int = 0
    missing: str = ""


def apart(system: str, events: int, books: int, rounds: int) -> Measured:
    """Measure in another process."""
    command = [sys.executable, "-m", "benchmarks.odds.run", system, str(events), str(books), str(rounds)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=1_200)
    return Measured(**json.loads(done.stdout))


def measure(system: str, events: int, books: int, rounds: int) -> Measured:
    """Measure here."""
    raw, measured = json.loads(json.dumps(payload(events, books, AT))), Measured()
    for _ in range(rounds):
        parsed = _timed(measured, "read", lambda: wire.parse(raw)).events
        try:
            SYSTEMS[system](measured, parsed)
        except ModuleNotFoundError as error:
            return Measured(missing=error.name or "")
    measured.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return measured


def _timed(measured: Measured, step: str, work: Callable[[], Any]) -> Any:
    begun, used = time.perf_counter(), time.process_time()
    done = work()
    measured.processor.setdefault(step, []).append(time.process_time() - used)
    measured.seconds.setdefault(step, []).append(time.perf_counter() - begun)
    return done


def _ours(measured: Measured, events: list[Event]) -> None:
    found = _timed(measured, "compute", lambda: analyse(events, POLICY, AT))
    _timed(measured, "ladders", lambda: list(found.lines.values()))  # made when asked for
    listed = found.opportunities
    measured.found = len(listed), sum(one.ev_percent for one in listed)


def _plain(measured: Measured, events: list[Event]) -> None:
    found = _timed(measured, "compute", lambda: plain.edges(events, POLICY))
    measured.found = len(found), sum(edge[-1] for edge in found)


def _markets(events: list[Event]) -> list[list[float]]:
    groups = (group for event in events for group in comparable(event).groups)
    return [[side.price for side in offer.sides if side] for group in groups for offer in group.offers]


def _devig_ours(measured: Measured, events: list[Event]) -> None:
    markets = _markets(events)
    prices = np.array([[*market, *[float("nan")] * (3 - len(market))] for market in markets])
    for method in METHODS:
        _timed(measured, method, lambda method=method: devig.fair(prices, method))


def _devig_plain(measured: Measured, events: list[Event]) -> None:
    markets = [tuple(market) for market in _markets(events)]
    for method in METHODS:
        _timed(measured, method, lambda method=method: [plain.DEVIG[method](market) for market in markets])


def _devig_penaltyblog(measured: Measured, events: list[Event]) -> None:
    if importlib.util.find_spec("penaltyblog") is None:
        raise ModuleNotFoundError(name="penaltyblog")
    from penaltyblog.implied import calculate_implied

    def fair(market: list[float], method: str) -> Any:
        try:
            return calculate_implied(market, method=method)
        except ValueError:
            measured.failed += 1
            return None

    for method in METHODS:
        _timed(measured, method, lambda method=method: [fair(market, method) for market in _markets(events)])


def _devig_shin(measured: Measured, events: list[Event]) -> None:
    if importlib.util.find_spec("shin") is None:
        raise ModuleNotFoundError(name="shin")
    from shin import calculate_implied_probabilities

    markets = _markets(events)
    _timed(measured, "shin", lambda: [calculate_implied_probabilities(market) for market in markets])


SYSTEMS: dict[str, Callable[[Measured, list[Event]], None]] = {
    "engine": _ours,
    "plain": _plain,
    "devig engine": _devig_ours,
    "devig plain": _devig_plain,
    "devig penaltyblog": _devig_penaltyblog,
    "devig shin": _devig_shin,
}


if __name__ == "__main__":
    name, *numbers = sys.argv[1:]
    print(json.dumps(asdict(measure(name, *map(int, numbers)))))
