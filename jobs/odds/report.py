"""The words of the record's report. No calculation here; all of it is JSON when dumped."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Estimate(_Frozen):
    """A mean or a share with its interval.

    Attributes:
        value: None if there is nothing to estimate it from.
        low: lower limit; None if there are too few events for an interval.
        high: upper limit.
        bets: bets it is made from; a half win or half loss counts as half of one in a hit rate.
        events: their events: what is independent, and what the interval is made from.
    """

    value: float | None
    low: float | None
    high: float | None
    bets: float
    events: int


class Group(_Frozen):
    """What is recorded of some opportunities.

    Attributes:
        key: what they have in common.
        opportunities: how many there are.
        events: on how many events.
        open: those whose events have not started, or are not settled yet.
        closed: those that have a closing line.
        vanished: those that have none, as their line was gone.
        unseen: those that have none, as nothing was read in time.
        results: by result: win, half_win, push, half_loss, loss, void and unknown.
        mean_ev_percent: mean EV when first listed, of those that have a closing line: what was promised.
        clv_percent: mean closing line value: what the market said of it at the start.
        beat_closing: share whose price was better than the closing fair price.
        hit_rate: share of wins among wins and losses; what was pushed counts as neither.
        expected_hit_rate: mean fair probability of the same bets when first listed.
        hit_surplus: hit rate less what was expected: below 0 if the fair probabilities were too high.
        return_per_unit: mean profit for a stake of 1.
    """

    key: str
    opportunities: int
    events: int
    open: int
    closed: int
    vanished: int
    unseen: int
    results: dict[str, int]
    mean_ev_percent: float | None
    clv_percent: Estimate
    beat_closing: Estimate
    hit_rate: Estimate
    expected_hit_rate: float | None
    hit_surplus: Estimate
    return_per_unit: Estimate


class Point(_Frozen):
    """A point of the chart of CLV.

    Attributes:
        begins: the day, or the Monday of the week, on which the events started, UTC.
        opportunities: those with a closing line.
        clv_percent: their mean closing line value.
    """

    begins: date
    opportunities: int
    clv_percent: Estimate


class Report(_Frozen):
    """How good the listed opportunities have been.

    Attributes:
        at: when this was made.
        source: "live", or "sandbox" for made-up data. Never both.
        sport: what it is limited to; None if it is not.
        market: the same.
        book: the same.
        since: the same: events that start from then on.
        confidence: of all intervals.
        least_events: events below which there is no interval.
        remarks: what a reader should know of the figures, in words.
        overall: all of it.
        by_ev_band: by EV when first listed, in percent; lower ends belong to a band.
        by_book: most opportunities first.
        by_sport: the same.
        by_market: the same.
        by_reference: by what the fair price came from.
        by_price: long shots and others.
        by_lead: by the time from the first listing to the start.
        step: what a point of the series stands for.
        series: mean CLV over time, oldest first.
    """

    at: datetime
    source: str
    sport: str | None
    market: str | None
    book: str | None
    since: datetime | None
    confidence: float
    least_events: int
    remarks: list[str]
    overall: Group
    by_ev_band: list[Group]
    by_book: list[Group]
    by_sport: list[Group]
    by_market: list[Group]
    by_reference: list[Group]
    by_price: list[Group]
    by_lead: list[Group]
    step: Literal["day", "week"]
    series: list[Point]
