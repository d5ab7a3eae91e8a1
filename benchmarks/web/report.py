"""Turns the figures into two tables in Markdown: load and behaviour. It measures nothing."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.web.load import Load
from benchmarks.web.probes import INFLIGHT_SECONDS, SLOW_CLIENTS, STREAMS_AT_ONCE, STREAMS_AT_STOP, Behaviour

LOAD_HEADINGS = (
    *("server", "constant req/s", "p99 ms", "ratio", "enqueue req/s", "p99 ms", "ratio"),
    *("errors", "RSS MB", "stop, idle"),
)
BEHAVIOUR_HEADINGS = (
    *("server", "first event", f"answer beside {STREAMS_AT_ONCE} streams"),
    *(f"beside {SLOW_CLIENTS} half-sent requests", "stream released after client left"),
    *(f"stop, {STREAMS_AT_STOP} endless streams", "stop, streams end themselves"),
    *(f"{INFLIGHT_SECONDS} s request in flight", "X_Forwarded_Proto forges"),
)


@dataclass
class Figures:
    """The load figures of one server, a list entry for each round."""

    constant: list[Load] = field(default_factory=list)
    enqueue: list[Load] = field(default_factory=list)
    rss_mb: list[float] = field(default_factory=list)
    stop_idle: list[float] = field(default_factory=list)


def load_table(figures: dict[str, Figures], baseline: str) -> str:
    """A row for each server: medians over the rounds, and ratios to `baseline`."""
    base = figures.get(baseline) or next(iter(figures.values()))
    return _table(LOAD_HEADINGS, [(name, *_loads(one, base)) for name, one in figures.items()])


def behaviour_table(seen: dict[str, Behaviour]) -> str:
    """A row for each server."""
    return _table(BEHAVIOUR_HEADINGS, [(name, *_behaviour(one)) for name, one in seen.items()])


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = (headings, ["---"] * len(headings), *rows)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _loads(one: Figures, base: Figures) -> tuple[str, ...]:
    errors = sum(load.errors for load in one.constant + one.enqueue)
    memory, stop = f"{median(one.rss_mb):.0f}", _seconds(median(one.stop_idle))
    return (
        *_rates(one.constant, base.constant),
        *_rates(one.enqueue, base.enqueue),
        str(errors),
        memory,
        stop,
    )


def _rates(loads: list[Load], base: list[Load]) -> tuple[str, str, str]:
    """Medians of rate and p99, and the median of the ratios to the baseline in the same round."""
    ratios = [mine.per_second / theirs.per_second for mine, theirs in zip(loads, base, strict=True)]
    rate, p99 = median(load.per_second for load in loads), median(load.p99_ms for load in loads)
    return f"{rate:.0f}", f"{p99:.1f}", f"{median(ratios):.2f}"


def _behaviour(seen: Behaviour) -> tuple[str, ...]:
    times = (seen.first_event, seen.beside_streams, seen.beside_slow_clients, seen.release)
    stops = (seen.stop_streams, seen.stop_drained)
    forges = {None: "-", True: "yes", False: "no"}[seen.forgeable]
    return (*map(_seconds, times + stops), "answered" if seen.inflight_finished else "cut off", forges)


def _seconds(value: float | None) -> str:
    if value is None:
        return "-"
    if math.isinf(value):
        return "never"
    return f"{value * 1000:.0f} ms" if value < 0.1 else f"{value:.2f} s"
