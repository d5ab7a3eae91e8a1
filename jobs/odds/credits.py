"""The credits plan: how often a refresh may come so that the month's credits last until they are renewed.

Pure arithmetic. What the upstream says of a key's credits is read in feed.py.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from longshore.instants import next_month

RESERVE = 0.05
"""Share of what is left that is kept for refreshes that people ask for."""


@dataclass(frozen=True)
class Plan:
    """When the next refresh by schedule is due.

    Attributes:
        cost: credits of one refresh.
        remaining: credits that were left; None if the upstream did not say.
        renewed_at: when credits are renewed.
        interval_minutes: least minutes between two refreshes; 0 if credits are no hindrance.
        due_at: no refresh by schedule before this.
        words: the same for people.
    """

    cost: int
    remaining: int | None
    renewed_at: datetime
    interval_minutes: float
    due_at: datetime
    words: str


def cost(sports: int, regions: int, markets: int) -> int:
    """Credits of a refresh: a call for each sport costs regions times markets."""
    return sports * regions * markets


def plan(now: datetime, each: int, remaining: int | None, wanted_minutes: float) -> Plan:
    """Spread what is left evenly until the renewal.

    Args:
        now: the time of the refresh that has just been made.
        each: credits of one refresh.
        remaining: credits that are left; None if unknown.
        wanted_minutes: the interval without regard to credits, which the words compare with.
    """
    renewed = next_month(now)
    if remaining is None or each == 0:
        return Plan(
            each, remaining, renewed, 0.0, now, "The upstream does not say how many credits are left."
        )
    affordable = math.floor(remaining * (1 - RESERVE) / each)
    if affordable == 0:
        words = (
            f"{remaining:,} credits are left and a refresh costs {each}: none is due before they are renewed "
            f"on {renewed:%-d %B}."
        )
        return Plan(each, remaining, renewed, _minutes(renewed - now), renewed, words)
    interval = _minutes(renewed - now) / affordable
    if interval <= wanted_minutes:
        words = (
            f"{remaining:,} credits are enough for a refresh every {_length(wanted_minutes)}, at {each} each."
        )
        return Plan(each, remaining, renewed, 0.0, now, words)
    words = (
        f"{remaining:,} credits have to last until {renewed:%-d %B}, at {each} a refresh: the schedule is "
        f"stretched to one every {_length(interval)}."
    )
    return Plan(each, remaining, renewed, interval, now + timedelta(minutes=interval), words)


def _minutes(length: timedelta) -> float:
    return length.total_seconds() / 60


def _length(minutes: float) -> str:
    if minutes < 120:
        return f"{math.ceil(minutes)} minutes"
    return f"{minutes / 60:.1f} hours"
