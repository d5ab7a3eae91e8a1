"""Tables of throughput, cost, two workers, latency, memory and the script. It measures nothing."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

from benchmarks.worker.latency import Latency
from benchmarks.worker.memory import Memory
from benchmarks.worker.report import percentile, ratio_of, spread, table
from benchmarks.worker.script import Script
from benchmarks.worker.systems import BASELINE
from benchmarks.worker.throughput import Round


def throughput(found: dict[str, list[Round]]) -> str:
    """A row for each system; the last column is how many times as fast as it ours is."""
    ours = [one.rate for one in found[BASELINE]] if BASELINE in found else None
    rows = []
    for name, rounds in found.items():
        rates = [one.rate for one in rounds]
        times = f"{ratio_of(ours, rates):.2f}" if ours else "-"
        rows.append((name, f"{median(rates):.0f}", spread(rates), times, str(rounds[0].tasks)))
    heading = ("one process", "tasks/s", "least to most", "Longshore is × as fast", "tasks a round")
    return table(heading, rows)


def cost(found: dict[str, list[Round]]) -> str:
    """What one task costs Redis, the wire and the processor."""
    figures: tuple[Callable[[Round], float], ...] = (
        lambda one: one.counted.reads / one.everything,
        lambda one: one.counted.commands / one.everything,
        lambda one: one.counted.bytes_in / one.everything,
        lambda one: one.counted.bytes_out / one.everything,
        lambda one: one.worker_cpu / one.everything * 1_000,
        lambda one: one.redis_cpu / one.everything * 1_000,
    )
    rows = []
    for name, rounds in found.items():
        trips, commands, sent, got, worker, redis = (median(map(figure, rounds)) for figure in figures)
        cpu = (f"{worker:.2f}", f"{redis:.2f}")
        rows.append((name, f"{trips:.1f}", f"{commands:.1f}", f"{sent:.0f}", f"{got:.0f}", *cpu))
    counts = ("reads of a socket", "commands", "bytes to Redis", "bytes from Redis")
    return table(("for each task", *counts, "worker's CPU ms", "Redis's CPU ms"), rows)


def two(found: dict[int, list[Round]], cores: int) -> str:
    """One worker and two, and what was busy meanwhile."""
    one = [round_.rate for round_ in found[1]]
    rows = []
    for number, rounds in found.items():
        rates = [round_.rate for round_ in rounds]
        busy = [_busy(round_, number, cores) for round_ in rounds]
        shares = (f"{median(column):.0f} %" for column in zip(*busy, strict=True))
        rows.append(
            (str(number), f"{median(rates):.0f}", spread(rates), f"{ratio_of(rates, one):.2f}", *shares)
        )
    cpu = ("each worker's CPU", "Redis's CPU", f"others' CPU, of {cores} cores", "idle")
    return table(("workers", "tasks/s", "least to most", "ratio", *cpu), rows)


def _busy(one: Round, number: int, cores: int) -> tuple[float, float, float, float]:
    """Percent of a core: one worker's tree, Redis, and all else; and what was left of all cores."""
    worker, redis, machine = (
        100 * cpu / one.wall for cpu in (one.worker_cpu, one.redis_cpu, one.machine_cpu)
    )
    return worker / number, redis, max(0.0, machine - worker - redis), max(0.0, 100 * cores - machine)


def latency(found: dict[str, Latency]) -> str:
    """Milliseconds; the ratios are to ours."""
    ours = found.get(BASELINE)
    rows = []
    for name, one in found.items():
        p50, p99 = percentile(one.start, 50), percentile(one.start, 99)
        ratios = ("-", "-")
        if ours:
            ratios = (f"{p50 / percentile(ours.start, 50):.2f}", f"{p99 / percentile(ours.start, 99):.2f}")
        after = [start - call for start, call in zip(one.start, one.call, strict=True)]
        more = (max(one.start), percentile(one.call, 50), percentile(after, 50), percentile(after, 99))
        waits = [start - stamp for start, stamp in zip(one.start, one.stamp, strict=False)]
        waited = [f"{percentile(waits, percent):.2f}" if waits else "-" for percent in (50, 99)]
        shown = (f"{p50:.2f}", ratios[0], f"{p99:.2f}", ratios[1], *(f"{figure:.2f}" for figure in more))
        rows.append((name, *shown, *waited, str(len(one.start))))
    heading = ("enqueue to start", "p50 ms", "ratio", "p99 ms", "ratio", "most ms", "the call, p50")
    return table((*heading, "after the call, p50", "p99", "from enqueued_at, p50", "p99", "tasks"), rows)


def memory(found: dict[str, Memory]) -> str:
    """Megabytes; the ratio is of PSS to ours."""
    ours = found.get(BASELINE)
    rows = [
        (
            name,
            f"{one.pss:.0f}",
            f"{one.pss / ours.pss:.2f}" if ours else "-",
            f"{one.rss:.0f}",
            f"{one.processes:g}",
        )
        for name, one in found.items()
    ]
    return table(("idle worker", "PSS MB", "ratio", "RSS MB", "processes"), rows)


def script(found: Script) -> str:
    """What the script's calls took in Redis."""
    calls = {name: count for name, count in found.commands.items() if name in ("evalsha", "eval", "fcall")}
    if not found.times:
        return f"No script was called for {found.tasks} tasks."
    times = sorted(found.times)
    p50, p99 = (percentile(times, percent) for percent in (50, 99))
    mean, over = sum(times) / len(times), sum(one > 1_000 for one in times)
    heading = ("script calls", "tasks", "p50 µs", "mean µs", "p99 µs", "p99.9 µs", "most µs", "over 1 ms")
    row = (f"{sum(calls.values())}", f"{found.tasks}", f"{p50}", f"{mean:.0f}", f"{p99}")
    return table(heading, [(*row, f"{percentile(times, 99.9)}", f"{times[-1]}", f"{over}")])
