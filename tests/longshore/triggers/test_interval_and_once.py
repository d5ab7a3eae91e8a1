"""The grid of an interval, and the one instant of once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from longshore.triggers import Interval, Once, Slot

NOON = datetime(2026, 5, 9, 12, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(days=-27_300), timedelta(days=50_000)).map(lambda one: NOON + one)


@given(st.integers(1, 40_000_000), MOMENTS.map(lambda one: one.replace(microsecond=0)), MOMENTS)
def test_slots_are_the_anchor_plus_whole_steps(every: int, anchor: datetime, moment: datetime) -> None:
    slot = Interval(every=every, anchor=anchor).after(moment)
    assert slot is not None
    assert moment < slot.at <= moment + timedelta(seconds=every)
    assert (slot.at - anchor) % timedelta(seconds=every) == timedelta()
    assert slot.at.tzinfo is UTC


@given(st.integers(1, 5_000), MOMENTS, st.integers(0, 20_000), st.integers(0, 12))
def test_newest_are_the_last_that_after_gives(every: int, since: datetime, length: int, limit: int) -> None:
    trigger, until = Interval(every=every), since + timedelta(seconds=length)
    walked: list[Slot] = []
    slot = trigger.after(since) if length <= 400 * every else None
    while slot is not None and slot.at <= until:
        walked.append(slot)
        slot = trigger.after(slot.at)
    if length <= 400 * every:
        assert trigger.newest(since, until, limit) == (walked[-limit:] if limit else [])


def test_two_hours_are_the_even_hours_of_utc() -> None:
    assert [slot.at.hour for slot in Interval(every="2h").newest(NOON - timedelta(hours=5), NOON, 9)] == [
        8,
        10,
        12,
    ]


def test_the_end_of_the_calendar_is_the_end_of_an_interval() -> None:
    assert Interval(every="2h").after(datetime.max.replace(tzinfo=UTC)) is None


def test_fields_of_units_add_up_and_unknown_ones_are_named() -> None:
    assert Interval.from_fields({"hours": 2, "minutes": 30}).every == 9_000
    for wrong in ({"fortnights": 1}, {}, {"hours": "2"}, {"hours": 0}, {"days": 1e300}, {"seconds": 0.5}):
        with pytest.raises(ValueError, match=r"e\.g\."):
            Interval.from_fields(wrong)


@pytest.mark.parametrize(
    "every", [0, 0.5, "1.5s", -1, "-5m", "soon", True, None, [], float("nan"), float("inf"), 10**400]
)
def test_an_interval_is_whole_seconds_and_its_fault_names_the_field(every: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        Interval(every=every)
    assert [one["loc"] for one in caught.value.errors()] == [("every",)]


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("2027-01-01T09:00:00", "has no zone"),
        (NOON.replace(tzinfo=None), "has no zone"),
        ("2027-01-01", "has no zone"),
        ("tomorrow", "is no instant"),
        (1_700_000_000, "is no instant"),
        ("2027-01-01T09:00:00.5Z", "whole second"),
        ("1999-12-31T00:00:00Z", "2000 to 2125"),
        ("2126-01-01T00:00:00Z", "2000 to 2125"),
        ("0001-01-01T00:00:00+14:00", "out of range"),
    ],
)
def test_once_refuses_what_is_no_instant_and_says_what_is_right(at: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words) as caught:
        Once(at=at)
    assert "2027-01-01T09:00:00Z" in str(caught.value)


def test_once_is_due_once_and_knows_when_it_is_past() -> None:
    once = Once(at="2026-05-09T14:00:00+02:00")
    before = NOON - timedelta(seconds=1)
    assert once.after(before) == Slot(NOON)
    assert once.after(NOON) is None
    assert once.newest(before, NOON, 5) == [Slot(NOON)]
    assert once.newest(NOON, NOON + timedelta(days=1), 5) == once.newest(before, NOON, 0) == []
    assert (once.is_past(before), once.is_past(NOON)) == (False, True)
