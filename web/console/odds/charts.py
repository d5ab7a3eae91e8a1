"""The geometry of the charts: numbers become places in an SVG's own coordinates. Pure.

The templates draw what is computed here; a table beside each chart says the same in figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

TICKS = 5
"""About how many ticks an axis has."""
Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in an SVG's coordinates."""


@dataclass(frozen=True)
class Scale:
    """Values along an axis.

    Attributes:
        least: the value at `start`.
        most: the value at `end`.
        start: a place in the SVG's coordinates.
        end: another; smaller than `start` where values grow upwards.
    """

    least: float
    most: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of a value; one beyond an end is put at that end."""
        span = (self.most - self.least) or 1.0
        share = min(max((value - self.least) / span, 0.0), 1.0)
        return round(self.start + share * (self.end - self.start), 2)

    @property
    def ticks(self) -> list[float]:
        """Round values along it."""
        return ticks(self.least, self.most)


@dataclass(frozen=True)
class Interval:
    """A figure that is known within limits.

    Attributes:
        value: the figure; None where it cannot be said.
        low: the lower limit; None where there are none.
        high: the upper limit.
    """

    value: float | None
    low: float | None = None
    high: float | None = None

    @property
    def known(self) -> list[float]:
        """Those of its numbers that there are."""
        return [one for one in (self.value, self.low, self.high) if one is not None and math.isfinite(one)]


NOTHING = Interval(None)


@dataclass(frozen=True)
class Whisker:
    """An interval in an SVG: a dot, and a line from end to end.

    Attributes:
        x: the dot's place.
        x1: where the line begins; the dot's place if there are no limits.
        x2: where it ends.
        bounded: whether there are limits.
        sign: 1 or -1 if all of the interval lies on that side of the middle, else 0.
    """

    x: float
    x1: float
    x2: float
    bounded: bool
    sign: int


@dataclass(frozen=True)
class Curve:
    """A line through points over their intervals.

    Attributes:
        xs: the places of the points.
        ys: the same upwards.
        line: the line as a path.
        band: the area between the limits as a path; empty if there are none.
        y_ticks: value and place of each tick.
        zero: the place of the value 0.
        whole: places of the figure of all together, and of its limits upwards; those that are known.
        box: left, top, right and bottom of the plot.
    """

    xs: list[float]
    ys: list[float]
    line: str
    band: str
    y_ticks: list[tuple[float, float]]
    zero: float
    whole: list[float]
    box: Box


def ticks(least: float, most: float, count: int = TICKS) -> list[float]:
    """Round values from `least` to `most`: steps of 1, 2 or 5 times a power of ten."""
    if not most > least:
        return [least]
    raw = (most - least) / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * 0.999)
    first = math.ceil(least / step - 1e-9)
    last = math.floor(most / step + 1e-9)
    return [round(number * step, 10) + 0.0 for number in range(first, last + 1)]


def across(some: Iterable[Interval], middle: float, width: float, margin: float = 6.0) -> Scale:
    """A scale from left to right that holds the intervals and, in the middle of things, `middle`."""
    values = [number for one in some for number in one.known]
    reach = max((abs(number - middle) for number in values), default=0.0) or 1.0
    return Scale(middle - reach, middle + reach, margin, width - margin)


def whisker(one: Interval, scale: Scale, middle: float) -> Whisker | None:
    """An interval on a scale; None where there is no figure."""
    if one.value is None:
        return None
    if one.low is None or one.high is None:
        return Whisker(scale(one.value), scale(one.value), scale(one.value), False, 0)
    sign = 1 if one.low > middle else -1 if one.high < middle else 0
    return Whisker(scale(one.value), scale(one.low), scale(one.high), True, sign)


def curve(
    places: Sequence[float], some: Sequence[Interval], box: Box, whole: Interval = NOTHING
) -> Curve | None:
    """A line through figures.

    Args:
        places: where each lies on the horizontal axis, in order.
        some: the figures; those without a value are left out.
        box: left, top, right and bottom of the plot.
        whole: the figure of all together.

    Returns:
        None if fewer than two figures are known.
    """
    known = [(place, one) for place, one in zip(places, some, strict=True) if one.value is not None]
    if len(known) < 2:
        return None
    left, top, right, bottom = box
    numbers = [0.0, *whole.known, *(number for _, one in known for number in one.known)]
    up = Scale(*_padded(min(numbers), max(numbers)), bottom, top)
    along = Scale(known[0][0], known[-1][0], left, right)
    xs, ys = [along(place) for place, _ in known], [up(one.value or 0.0) for _, one in known]
    return Curve(
        xs, ys, _path(xs, ys), _band(xs, known, up), [(one, up(one)) for one in up.ticks], up(0.0),
        [up(number) for number in whole.known], box,
    )  # fmt: skip


def _padded(least: float, most: float) -> tuple[float, float]:
    """The ends of an axis, a little apart from what is drawn."""
    pad = (most - least) * 0.08 or 1.0
    return least - pad, most + pad


def _band(xs: Sequence[float], known: Sequence[tuple[float, Interval]], up: Scale) -> str:
    limits = [(x, one.low, one.high) for x, (_, one) in zip(xs, known, strict=True)]
    bounded = [(x, up(low), up(high)) for x, low, high in limits if low is not None and high is not None]
    if len(bounded) < 2:
        return ""
    there = [(x, high) for x, _, high in bounded]
    back = [(x, low) for x, low, _ in reversed(bounded)]
    corners = [*there, *back]
    return _path([x for x, _ in corners], [y for _, y in corners]) + "Z"


def _path(xs: Sequence[float], ys: Sequence[float]) -> str:
    return "M" + "L".join(f"{x:g},{y:g}" for x, y in zip(xs, ys, strict=True))
