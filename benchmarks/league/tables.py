"""Tables in Markdown of what was measured. It measures nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median

from benchmarks.league.run import Outcome, Quality
from benchmarks.worker.report import ratio_of, spread, table

OURS = "ours"
TITLES = {OURS: "Longshore", "monolith": "one model", "greedy": "greedy with repair"}
GOALS = ("home_venue", "balance", "early_late", "preferred_times", "spread", "travel", "rematch")

Case = tuple[int, float]  # teams, slots a game
Measured = dict[Case, dict[str, list[Outcome]]]  # for each case and system an outcome for each seed


def speed(measured: Measured) -> str:
    """Time to the first valid schedule, memory and the bound: medians over the seeds."""
    heading = (
        "teams, slots a game",
        "first valid s",
        "least to most",
        "is × ours",
        "peak MB",
        "at home at the end",
        "bound",
        "broken rules",
        "without a schedule",
    )
    return table(heading, [_speed(*each) for each in _rows(measured)])


def _speed(name: str, some: list[Outcome], ours: list[Outcome]) -> tuple[str, ...]:
    first = [one.first for one in some if one.first is not None]
    beside = [one.first for one in ours if one.first is not None]
    whole = len(first) == len(beside) == len(some)
    ends = [one.end for one in some if one.end]
    bounds = [one.bound for one in some if one.bound is not None]
    return (
        name,
        f"{median(first):.1f}" if first else "-",
        spread(first, 1) if first else "-",
        f"{ratio_of(first, beside):.2f}" if whole else "-",
        f"{max(one.peak_mb for one in some):.0f}",
        _percent([one.home for one in ends]),
        _percent(bounds),
        str(sum(one.broken for one in ends)),
        f"{len(some) - len(first)} of {len(some)}",
    )


def quality(measured: Measured, marks: Sequence[float]) -> str:
    """Share at home and weighted cost of what was found by each mark: medians over the seeds."""
    heading = [f"{what} at {mark:g} s" for what in ("home %", "cost") for mark in marks]
    last = f"{marks[-1]:g}"
    rows = []
    for name, some, ours in _rows(measured):
        homes = [_median(_at(some, mark), lambda one: 100 * one.home, 1) for mark in marks]
        costs = [_median(_at(some, mark), lambda one: one.cost, 0) for mark in marks]
        rows.append((name, *homes, *costs, _ratio(some, ours, last)))
    return table(("teams, slots a game", *heading, "cost is × ours"), rows)


def _ratio(some: list[Outcome], ours: list[Outcome], mark: str) -> str:
    """Of costs at a mark, where both have a schedule for each seed."""
    pairs = [(one.marks.get(mark), other.marks.get(mark)) for one, other in zip(some, ours, strict=False)]
    both = [(one.cost, other.cost) for one, other in pairs if one and other and other.cost]
    return f"{median(one / other for one, other in both):.2f}" if both and len(both) == len(some) else "-"


def goals(measured: Measured) -> str:
    """Costs of the goals one by one, unweighted, of the last schedule: medians over the seeds."""
    rows = []
    for name, some, _ in _rows(measured):
        ends = [one.end for one in some]
        costs = [_median(ends, lambda one, goal=goal: one.goals[goal], 0) for goal in GOALS]  # type: ignore[misc]
        rows.append((name, *costs))
    return table(("teams, slots a game", *(goal.replace("_", " ") for goal in GOALS)), rows)


def errors(measured: Measured) -> str:
    """What went wrong, a line for each run; nothing if all went well."""
    return "\n".join(
        f"- {name}: {one.error}" for name, some, _ in _rows(measured) for one in some if one.error
    )


def _rows(measured: Measured) -> list[tuple[str, list[Outcome], list[Outcome]]]:
    """A name, its outcomes and ours beside them, for each case and system."""
    return [
        (f"{teams:,} at {slots:g}: {TITLES[system]}", some, systems.get(OURS, []))
        for (teams, slots), systems in measured.items()
        for system, some in systems.items()
    ]


def _at(some: list[Outcome], mark: float) -> list[Quality | None]:
    return [one.marks.get(f"{mark:g}") for one in some]


def _median(some: Sequence[Quality | None], what: Callable[[Quality], float], digits: int) -> str:
    """Over all of them, or none if one is missing: those that found nothing must not look better."""
    values = [what(one) for one in some if one is not None]
    return f"{median(values):,.{digits}f}" if values and len(values) == len(some) else "-"


def _percent(values: Sequence[float]) -> str:
    return f"{100 * median(values):.1f} %" if values else "-"
