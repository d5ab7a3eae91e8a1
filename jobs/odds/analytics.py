"""What the record proves: closing line value, hit rates and returns of the opportunities that were listed.

Owns the groups and which bets each figure is made from. Intervals are in intervals.py, reading is in
recorded.py. Every opportunity counts once, at the price at which it was first listed, whether or not
anybody took it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Literal

import numpy as np

from jobs.odds.intervals import CONFIDENCE, LEAST_EVENTS, Clusters, Estimates, Floats, Ints
from jobs.odds.recorded import Bets, Named, load
from jobs.odds.report import Estimate, Group, Point, Report
from jobs.odds.writing import checked

EV_BANDS = (0.0, 1.0, 2.0, 5.0, 10.0)
"""Where bands of EV begin, in percent."""
LEADS = (1.0, 6.0, 24.0, 72.0)
"""Where bands of the time to the start end, in hours."""
CLOSINGS = ("open", "closed", "vanished", "unseen")
"""What can be said of a closing line, see closing.py."""
MOST_DAYS = 60
"""Days that the series has by day; of more it is by week."""
Step = Literal["day", "week"]
_EV_NAMES = ["below 0", "0-1", "1-2", "2-5", "5-10", "over 10"]
_LEAD_NAMES = ["under 1 h", "1-6 h", "6-24 h", "1-3 days", "over 3 days"]


def report(
    now: datetime,
    *,
    source: str,
    sport: str | None = None,
    market: str | None = None,
    book: str | None = None,
    since: datetime | None = None,
) -> Report:
    """Report on what is recorded.

    Args:
        now: the time that the report bears.
        source: "live" or "sandbox": what is real and what is made up is never reported together.
        sport: only this sport, by the upstream's key.
        market: only this market.
        book: only this book, by the upstream's key.
        since: only events that start at this time or later.

    Raises:
        ValueError: the source is neither.
    """
    bets = load(checked(source), sport=sport, market=market, book=book, since=since)
    figures = _Figures(bets)
    overall = figures.groups(Named(np.zeros(len(bets), dtype=np.int64), ["all"]))[0]
    step, series = _series(bets, figures)
    return Report(
        at=now, source=source, sport=sport, market=market, book=book, since=since,
        confidence=CONFIDENCE, least_events=LEAST_EVENTS, remarks=_remarks(overall), overall=overall,
        by_ev_band=_some(figures.groups(_bands(bets.ev_percent, EV_BANDS, _EV_NAMES))),
        by_book=_largest(figures.groups(bets.book)),
        by_sport=_largest(figures.groups(bets.sport)),
        by_market=_largest(figures.groups(bets.market)),
        by_reference=_largest(figures.groups(bets.reference)),
        by_price=_some(figures.groups(_bands(bets.long_shot, (0.5,), ["others", "long shots"]))),
        by_lead=_some(figures.groups(_bands(bets.lead_hours, LEADS, _LEAD_NAMES))),
        step=step, series=series,
    )  # fmt: skip


class _Figures:
    """The figures of bets, by whatever they are grouped."""

    def __init__(self, bets: Bets) -> None:
        self._bets = bets
        self.closed = bets.closing.where("closed")
        self._won = bets.result.where("win") + bets.result.where("half_win")
        # Of a half win or loss one half of the stake was decided, the other was given back.
        self._decided = bets.result.where("win", "loss") + 0.5 * bets.result.where("half_win", "half_loss")
        self._staked = bets.result.where("win", "half_win", "push", "half_loss", "loss")

    def clusters(self, by: Named) -> Clusters:
        """The bets by group and event."""
        return Clusters(by.code, self._bets.event, len(by.names))

    def clv(self, clusters: Clusters) -> Estimates:
        """Mean CLV of what has a closing line."""
        return clusters.means(self._bets.clv_percent, self.closed)

    def groups(self, by: Named) -> list[Group]:
        """A group for each word, in the order of the words."""
        bets, clusters = self._bets, self.clusters(by)
        promised = clusters.means(bets.ev_percent, self.closed).value
        expected = clusters.means(bets.probability, self._decided).value
        closings, results = _crossed(by, bets.closing), _crossed(by, bets.result)
        estimates = self._estimates(clusters)
        return [
            Group(
                key=by.names[one],
                opportunities=sum(closings[one].values()),
                events=int(clusters.events[one]),
                **{name: closings[one].get(name, 0) for name in CLOSINGS},
                results={name: number for name, number in results[one].items() if name},
                mean_ev_percent=_number(promised[one]),
                expected_hit_rate=_number(expected[one]),
                **{name: _estimate(found, one) for name, found in estimates.items()},
            )
            for one in range(len(by.names))
        ]

    def _estimates(self, clusters: Clusters) -> dict[str, Estimates]:
        """The estimates of a group, by their names there."""
        bets = self._bets
        return {
            "clv_percent": self.clv(clusters),
            "beat_closing": clusters.shares((bets.clv_percent > 0).astype(np.float64), self.closed),
            "hit_rate": clusters.shares(self._won, self._decided),
            "hit_surplus": clusters.means(self._won - bets.probability, self._decided),
            "return_per_unit": clusters.means(bets.profit, self._staked),
        }


def _crossed(by: Named, words: Named) -> list[dict[str, int]]:
    """How often each word stands in each group, words that do not left out."""
    width = len(words.names)
    counts = np.bincount(by.code * width + words.code, minlength=len(by.names) * width)
    table = counts.reshape(len(by.names), width)
    return [{words.names[one]: int(row[one]) for one in np.flatnonzero(row)} for row in table]


def _bands(values: Floats, ends: Sequence[float], names: list[str]) -> Named:
    return Named(np.digitize(values, ends).astype(np.int64), names)


def _some(groups: Iterable[Group]) -> list[Group]:
    return [one for one in groups if one.opportunities]


def _largest(groups: Iterable[Group]) -> list[Group]:
    return sorted(_some(groups), key=lambda one: (-one.opportunities, one.key))


def _series(bets: Bets, figures: _Figures) -> tuple[Step, list[Point]]:
    """Mean CLV by the day or the week in which events started."""
    closed = figures.closed > 0
    days = [bets.days[one] for one in np.unique(bets.event[closed])]
    step: Step = "day" if not days or (days[-1] - days[0]).days < MOST_DAYS else "week"
    begins = [day if step == "day" else day - timedelta(days=day.weekday()) for day in bets.days]
    of_event, names = _numbered(begins)
    found = figures.clv(figures.clusters(Named(of_event[bets.event], names)))
    return step, [
        Point(
            begins=date.fromisoformat(names[one]),
            opportunities=int(found.weight[one]),
            clv_percent=_estimate(found, one),
        )
        for one in np.flatnonzero(found.weight).tolist()
    ]


def _numbered(begins: Sequence[date]) -> tuple[Ints, list[str]]:
    """Numbers days that stand in order."""
    names = [one.isoformat() for one in dict.fromkeys(begins)]
    place = {name: number for number, name in enumerate(names)}
    return np.array([place[one.isoformat()] for one in begins], dtype=np.int64), names


def _estimate(found: Estimates, place: int) -> Estimate:
    return Estimate(
        value=_number(found.value[place]),
        low=_number(found.low[place]),
        high=_number(found.high[place]),
        bets=float(found.weight[place]),
        events=int(found.events[place]),
    )


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _remarks(overall: Group) -> list[str]:
    """What a reader should know before the figures are believed."""
    remarks = []
    for what, one in (("a closing line", overall.clv_percent), ("a result", overall.hit_rate)):
        if one.events < LEAST_EVENTS:
            remarks.append(f"Events with {what}: {one.events}. An interval takes {LEAST_EVENTS} or more.")
    if missing := overall.vanished + overall.unseen:
        started = missing + overall.closed
        remarks.append(
            f"{missing:,} of {started:,} opportunities ({missing / started:.0%}) have no closing line and "
            f"are left out of CLV: {overall.vanished:,} as the line had vanished, {overall.unseen:,} as "
            "nothing was read in time."
        )
    if unknown := overall.results.get("unknown", 0):
        remarks.append(f"The final score does not tell how {unknown:,} bets have ended.")
    return remarks
