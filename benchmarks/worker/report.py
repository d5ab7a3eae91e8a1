"""Turns the figures into tables in Markdown. It measures nothing."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from statistics import median


def say(line: str) -> None:
    """What goes on, for the person who waits; the tables are on stdout alone."""
    print(line, file=sys.stderr, flush=True)


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = (headings, ["---"] * len(headings), *rows)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def percentile(values: Sequence[float], percent: float) -> float:
    """The least value that so many percent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def spread(values: Sequence[float], digits: int = 0) -> str:
    """Least to most."""
    return f"{min(values):.{digits}f} to {max(values):.{digits}f}"


def ratio_of(mine: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the ratios in the same round."""
    return median(one / other for one, other in zip(mine, theirs, strict=True))
