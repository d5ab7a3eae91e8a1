"""The record as its page shows it: tables with intervals that are drawn, and CLV over time. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from jobs.odds.report import Estimate, Group, Point, Report
from web.console.odds import prices
from web.console.odds.charts import Curve, Interval, Scale, Whisker, across, curve, whisker

WIDTH = 150.0
"""Width of a drawn interval, in the SVG's units."""
MOST_ROWS = 20
"""Rows of one table."""
SIZES = {"wide": (1040, 250), "narrow": (350, 230)}
"""Widths and heights of the chart, on a screen and on a phone: letters are as large on both."""
DATE_WIDTH = 110
"""Width that a date takes under the chart."""
_BANDS = {"below 0": "below 0 %", "over 10": "10 % and more"}


@dataclass(frozen=True)
class Figure:
    """An estimate in words, with its interval drawn.

    Attributes:
        value: the figure; a dash if there is none.
        between: the interval in words; empty if there is none.
        short: what stands in place of an interval: how many events there are, of how many that it takes.
        mark: the interval in the SVG; None if there is no figure.
    """

    value: str
    between: str
    short: str
    mark: Whisker | None


@dataclass(frozen=True)
class Row:
    """One group of a table.

    Attributes:
        name: what its bets have in common, in words.
        group: the group.
        promised: the EV that was promised.
        clv: closing line value.
        beat: share that beat the closing price.
        hits: hit rate.
        expected: the hit rate that was expected, in words.
        expected_x: the same in the SVG; None if there is none.
        returned: profit for a stake of 100.
    """

    name: str
    group: Group
    promised: str
    clv: Figure
    beat: Figure
    hits: Figure
    expected: str
    expected_x: float | None
    returned: Figure


@dataclass(frozen=True)
class Table:
    """Groups beside each other.

    Attributes:
        title: by what they are grouped.
        narrows: what of the address says one of the groups; empty if nothing does.
        rows: a group each.
        zero: the place of a CLV of 0 in the SVGs.
        more: groups that are not shown.
    """

    title: str
    narrows: str
    rows: list[Row]
    zero: float
    more: int


@dataclass(frozen=True)
class Dated:
    """A point of the chart, in words too.

    Attributes:
        day: the day or the week's first day.
        clv: its mean CLV.
        bets: how many bets.
    """

    day: date
    clv: Figure
    bets: int


@dataclass(frozen=True)
class Drawing:
    """The chart in one size.

    Attributes:
        name: of the size.
        width: of the SVG.
        height: of the SVG.
        curve: its geometry.
        points: place, height and words of each point.
        dates: what is written under it: place and day.
    """

    name: str
    width: int
    height: int
    curve: Curve
    points: list[tuple[float, float, Dated]]
    dates: list[tuple[float, date]]


@dataclass(frozen=True)
class Chart:
    """CLV over time.

    Attributes:
        points: every point, oldest first.
        step: "day" or "week".
        drawings: it in each size; none if there are too few points to draw.
    """

    points: list[Dated]
    step: str
    drawings: list[Drawing]


def overall(report: Report) -> Row:
    """All bets in one row."""
    return _row(report.overall, "all", _scale([report.overall]), report.least_events)


def tables(report: Report, books: Mapping[str, str], sports: Mapping[str, str]) -> list[Table]:
    """Every grouping that has a group.

    Args:
        report: the report.
        books: the books' names by key, as far as they are known.
        sports: the sports' names by key, as far as they are known.
    """

    def named(known: Mapping[str, str]) -> Callable[[str], str]:
        return lambda key: known.get(key) or prices.title(key)

    groupings: list[tuple[str, str, Sequence[Group], Callable[[str], str]]] = [
        ("EV when it was listed", "", report.by_ev_band, _band),
        ("Book", "book", report.by_book, named(books)),
        ("Sport", "sport", report.by_sport, named(sports)),
        ("Market", "market", report.by_market, prices.market),
        ("Reference", "", report.by_reference, str.capitalize),
        ("Price", "", report.by_price, str.capitalize),
        ("Listed before the start", "", report.by_lead, str),
    ]
    return [_table(*one, report.least_events) for one in groupings if one[2]]


def chart(report: Report) -> Chart:
    """CLV over time."""
    series = [one for one in report.series if one.clv_percent.value is not None]
    points = [_dated(one, report.least_events) for one in series]
    drawings = (_drawing(name, series, points, report.overall) for name in SIZES)
    return Chart(points, report.step, [one for one in drawings if one is not None])


def _drawing(name: str, series: Sequence[Point], points: list[Dated], every: Group) -> Drawing | None:
    width, height = SIZES[name]
    box = (44.0, 12.0, width - 14.0, height - 34.0)
    places = [float(one.begins.toordinal()) for one in series]
    intervals = [_interval(one.clv_percent) for one in series]
    drawn = curve(places, intervals, box, _interval(every.clv_percent))
    if drawn is None:
        return None
    placed = list(zip(drawn.xs, drawn.ys, points, strict=True))
    dates = _few([(x, one.day) for x, _, one in placed], int((box[2] - box[0]) / DATE_WIDTH))
    return Drawing(name, width, height, drawn, placed, dates)


def _dated(one: Point, least: int) -> Dated:
    return Dated(one.begins, _figure(one.clv_percent, least, _points), one.opportunities)


def _few(dates: list[tuple[float, date]], most: int) -> list[tuple[float, date]]:
    """Some of them, the first and the last among these."""
    count = max(min(len(dates), most), 2)
    places = {round(number * (len(dates) - 1) / (count - 1)) for number in range(count)}
    return [dates[one] for one in sorted(places)]


def _table(
    title: str, narrows: str, groups: Sequence[Group], name: Callable[[str], str], least: int
) -> Table:
    shown = groups[:MOST_ROWS]
    scale = _scale(shown)
    rows = [_row(one, name(one.key), scale, least) for one in shown]
    return Table(title, narrows, rows, scale(0.0), len(groups) - len(shown))


def _scale(groups: Sequence[Group]) -> Scale:
    """One scale for some groups. Figures without limits may lie anywhere, and do not stretch it."""
    intervals = [_interval(one.clv_percent) for one in groups]
    return across([one for one in intervals if one.low is not None] or intervals, 0.0, WIDTH)


def _row(one: Group, name: str, scale: Scale, least: int) -> Row:
    share = Scale(0.0, 1.0, 6.0, WIDTH - 6.0)
    expected = one.expected_hit_rate
    return Row(
        name=name,
        group=one,
        promised=prices.percent(one.mean_ev_percent),
        clv=_figure(one.clv_percent, least, _points, scale, 0.0),
        beat=_figure(one.beat_closing, least, _share),
        hits=_figure(one.hit_rate, least, _share, share, expected if expected is not None else 0.5),
        expected="–" if expected is None else _share(expected),
        expected_x=None if expected is None else share(expected),
        returned=_figure(one.return_per_unit, least, lambda value: prices.percent(value * 100)),
    )


def _figure(
    one: Estimate,
    least: int,
    words: Callable[[float], str],
    scale: Scale | None = None,
    middle: float = 0.0,
) -> Figure:
    if one.value is None:
        return Figure("–", "", "none yet", None)
    mark = whisker(_interval(one), scale, middle) if scale else None
    if one.low is None or one.high is None:
        return Figure(words(one.value), "", f"not enough yet ({one.events} of {least})", mark)
    between = f"{words(one.low).removesuffix(' %')} to {words(one.high)}"
    return Figure(words(one.value), between, "", mark)


def _interval(one: Estimate) -> Interval:
    return Interval(one.value, one.low, one.high)


def _points(value: float) -> str:
    return prices.percent(value, 2)


def _share(value: float) -> str:
    return f"{value * 100:.1f} %"


def _band(key: str) -> str:
    """`1-2` as `1 to 2 %`."""
    return _BANDS.get(key) or f"{key.replace('-', ' to ')} %"
