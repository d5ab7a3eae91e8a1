"""Tables in Markdown of what was measured. It measures nothing."""

from __future__ import annotations

from statistics import median

from benchmarks.clock.arrivals import Arrivals
from benchmarks.clock.burst import Burst
from benchmarks.clock.burst import Found as Bursts
from benchmarks.clock.idle import Found as Idles
from benchmarks.clock.idle import Idle
from benchmarks.clock.lateness import Found as Latenesses
from benchmarks.clock.lateness import Lateness
from benchmarks.clock.systems import LONGSHORE
from benchmarks.worker.report import percentile, spread, table


def lateness(found: Latenesses) -> str:
    """Milliseconds; the ratio is of p99 to ours."""
    intervals = sorted({interval for one in found.values() for interval in one})
    rows = []
    for interval in intervals:
        ours = found.get(LONGSHORE.name, {}).get(interval)
        rows += [_late(f"{interval} s, {name}", one[interval], ours) for name, one in found.items()]
    heading = (
        "schedules at rest",
        "p50 ms",
        "p99 ms",
        "most ms",
        "p99 is × ours",
        "drift ms/min",
        "pushes of slots",
    )
    return table(heading, rows)


def _late(name: str, one: Lateness, ours: Lateness | None) -> tuple[str, ...]:
    drift = f"{median(one.drift):.1f}" if one.drift else "-"
    return (name, *_percentiles(one.late, ours.late if ours else []), drift, f"{one.pushes} of {one.slots}")


def _percentiles(late: list[float], ours: list[float]) -> tuple[str, str, str, str]:
    if not late:
        return "-", "-", "-", "-"
    p99 = percentile(late, 99)
    ratio = f"{p99 / percentile(ours, 99):.1f}" if ours else "-"
    return f"{percentile(late, 50):.1f}", f"{p99:.1f}", f"{max(late):.1f}", ratio


def arrivals(found: dict[str, Arrivals]) -> str:
    """Milliseconds; the ratio is of p99 to ours."""
    ours = found.get(LONGSHORE.name)
    rows = [
        (name, *_percentiles(one.late, ours.late if ours else []), str(len(one.late)), str(one.lost))
        for name, one in found.items()
    ]
    heading = (
        "entries of stock clients",
        "p50 ms",
        "p99 ms",
        "most ms",
        "p99 is × ours",
        "pushed",
        "never pushed",
    )
    return table(heading, rows)


def burst(found: Bursts, count: int) -> str:
    """Seconds; the ratio is to ours with the same kind."""
    rows = []
    for kind, systems in found.items():
        ours = systems.get(LONGSHORE.name)
        rows += [(f"{kind}: {name}", *_burst(one, ours)) for name, one in systems.items()]
    last = ("last pushed after s", "least to most", "is × ours", "first pushed after s", "never pushed")
    return table((f"{count:,} due at once", *last), rows)


def _burst(one: Burst, ours: Burst | None) -> tuple[str, ...]:
    first = f"{median(one.first):.2f}" if one.first else "-"
    if not one.last:
        return "-", "-", "-", first, str(one.lost)
    last = median(one.last)
    ratio = f"{last / median(ours.last):.1f}" if ours and ours.last else "-"
    return f"{last:.2f}", spread(one.last, 2), ratio, first, str(one.lost)


def idle(found: Idles) -> str:
    """Percent of a core, megabytes, commands a second."""
    rows = [
        (f"{count:,} entries: {name}", *_idle(one, systems.get(LONGSHORE.name)))
        for count, systems in found.items()
        for name, one in systems.items()
    ]
    return table(("idle", "CPU %", "RSS MB", "PSS MB", "PSS is × ours", "commands/s"), rows)


def _idle(one: Idle, ours: Idle | None) -> tuple[str, ...]:
    ratio = f"{one.pss / ours.pss:.2f}" if ours else "-"
    return f"{one.cpu:.2f}", f"{one.rss:.0f}", f"{one.pss:.0f}", ratio, f"{one.commands:.1f}"
