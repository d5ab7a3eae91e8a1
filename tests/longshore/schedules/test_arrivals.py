"""When schedules put tasks into a queue, compared with a walk from slot to slot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longshore.conditions import Conditions
from longshore.recurrence import Recurrence
from longshore.schedules import arrivals, entries
from longshore.schedules.arrivals import Instants, Window
from longshore.schedules.book import Schedule
from longshore.schedules.spec import read
from longshore.triggers import read as trigger

NOON = datetime(2026, 5, 9, 12, tzinfo=UTC)
"""A Saturday."""
DAY = timedelta(days=1)
WINDOW = Window(NOON, NOON + DAY)


def schedule(when: Any, name: str = "one", **more: Any) -> Schedule:
    """A schedule with these members; `paused` and the like are its own, the rest stands in its JSON."""
    own = {key: more.pop(key) for key in ("paused", "paused_until") if key in more}
    return Schedule(name, read({"job": "demo.add", "trigger": when, **more}), "made", **own)


def walked(slots: Recurrence, since: datetime, until: datetime) -> list[int]:
    """The same, slot by slot."""
    return [int(slot.at.timestamp()) for slot in slots.newest(since, until, 100_000) if not slot.skip]


CONDITIONS: list[dict[str, Any]] = [
    {"when": "shop.is_open"},
    {"hours": {"from": "09:30", "to": "16:00", "zone": "America/New_York", "days": "mon-fri"}},
    {"hours": {"from": "22:30", "to": "02:30", "zone": "Europe/Berlin"}},
    {"hours": {"from": "01:30", "to": "02:45", "zone": "Europe/Berlin"}},
    {"market": "NYSE"},
    {"market": "JPX", "not_before": "2026-03-30T01:15:10Z"},
    {"market": "HKEX", "calendar": {"of": "US", "zone": "America/New_York"}},
    {"calendar": {"of": "DE", "rule": "only"}, "not_after": "2026-12-25T17:00:07Z"},
    {"calendar": {"of": "DE", "rule": "skip", "zone": "Europe/Berlin"}},
]
STARTS = [
    NOON,
    datetime(2026, 3, 28, 23, tzinfo=UTC),
    datetime(2026, 10, 24, 20, tzinfo=UTC),
    datetime(2026, 11, 27, 12, tzinfo=UTC),
    datetime(2026, 12, 24, 3, tzinfo=UTC),
]
"""A Saturday, before the clocks change, a half day in New York, Christmas."""


@pytest.mark.parametrize("start", STARTS, ids=str)
@pytest.mark.parametrize("conditions", CONDITIONS, ids=str)
def test_an_interval_runs_when_a_walk_from_slot_to_slot_says(conditions: Any, start: datetime) -> None:
    for every in (47, 420, 4_000):
        one = Recurrence(trigger(f"every {every} s"), Conditions.model_validate(conditions))
        for since in (start, start + timedelta(hours=7, seconds=13)):
            until = since + timedelta(hours=30)
            found = arrivals.on_grid(one, since, until)
            assert list(found) == walked(one, since, until)
            assert len(found) == len(list(found))


@settings(deadline=None)
@given(st.integers(1, 90_000), st.integers(-(10**6), 10**6), st.integers(0, 200_000))
def test_an_interval_is_counted_without_a_look_at_its_slots(every: int, anchor: int, length: int) -> None:
    start = NOON + timedelta(seconds=anchor)
    one = Recurrence(trigger({"kind": "interval", "every": every, "anchor": start.isoformat()}))
    found = arrivals.on_grid(one, NOON, NOON + timedelta(seconds=length))
    assert len(found) == (length - anchor) // every - (-anchor) // every
    assert all(at % every == int(start.timestamp()) % every for at in list(found)[:3])


def test_all_kinds_of_schedules_are_looked_at() -> None:
    kinds = [
        "every 7 min", "*/10 * * * *", "30 2 * * * Europe/Berlin", "sunset at 52.52, 13.41",
        "once at 2026-05-09T18:00:00Z", "once at 2026-05-09T11:00:00Z",
    ]  # fmt: skip
    found = arrivals.look([schedule(one) for one in kinds], WINDOW, 1_000)
    assert [one.count(WINDOW) for one in found] == [206, 144, 1, 1, 1, 0]
    assert all(one.known == WINDOW.end for one in found)


def test_a_shifted_interval_is_walked() -> None:
    (one,) = arrivals.look(
        [schedule("every 1 day", conditions={"calendar": {"of": "US", "rule": "shift"}})], WINDOW, 9
    )
    assert list(one) == []
    later = Window(NOON + DAY, NOON + 2 * DAY)
    (one,) = arrivals.look(
        [schedule("every 1 day", conditions={"calendar": {"of": "US", "rule": "shift"}})], later, 9
    )
    assert [datetime.fromtimestamp(at, UTC) for at in one] == [datetime(2026, 5, 11, tzinfo=UTC)]


def test_a_paused_schedule_does_not_run_until_it_goes_on() -> None:
    four = NOON + timedelta(hours=4)
    found = arrivals.look(
        [
            schedule("every 1 hour", paused=True),
            schedule("every 1 hour", paused=True, paused_until=four),
            schedule("0 * * * *", paused=True, paused_until=four),
            schedule("every 1 hour", paused=True, paused_until=NOON + 2 * DAY),
            schedule("every 1 hour", paused=True, paused_until=NOON - DAY),
        ],
        WINDOW,
        100,
    )
    assert [one.count(WINDOW) for one in found] == [0, 21, 21, 0, 24]
    assert next(iter(found[1])) == next(iter(found[2])) == int(four.timestamp())


def test_what_is_too_much_to_look_at_is_estimated() -> None:
    (one,) = arrivals.look([schedule("* * * * *")], WINDOW, 240)
    assert (len(one), one.known, one.count(WINDOW)) == (240, int(NOON.timestamp()) + 240 * 60, 1_440)


def test_looks_that_some_do_not_need_go_to_the_others() -> None:
    rare = [schedule(f"{minute} 3 * * *", f"rare{minute}") for minute in range(50)]
    found = arrivals.look([schedule("* * * * *"), *rare], WINDOW, 1_441 + 100)
    assert [one.count(WINDOW) for one in found] == [1_440] + [1] * 50
    assert found[0].known == WINDOW.end


def test_equal_recurrences_cost_one_walk() -> None:
    alike = [schedule("* * * * *", f"n{n}") for n in range(300)]
    assert {len(one) for one in arrivals.look(alike, WINDOW, 1_500)} == {1_440}


def test_arrivals_come_in_order_of_time_and_then_of_place() -> None:
    schedules = [schedule("every 2 h"), schedule("every 3 h")]
    found = arrivals.merged(schedules, arrivals.look(schedules, WINDOW, 0), WINDOW.end, 100)
    hours = [((at - WINDOW.begin) // 3_600, place) for at, place in found]
    assert hours[:6] == [(2, 0), (3, 1), (4, 0), (6, 0), (6, 1), (8, 0)]
    assert len(found) == 12 + 8
    early = arrivals.merged(schedules, arrivals.look(schedules, WINDOW, 0), WINDOW.begin + 6 * 3_600, 100)
    assert early == found[:5]
    assert arrivals.merged(schedules, arrivals.look(schedules, WINDOW, 0), WINDOW.end, 3) == found[:3]


def test_arrivals_are_put_off_by_the_jitter_that_the_clock_gives_them() -> None:
    one = schedule("every 1 min", jitter="5m")
    found = arrivals.merged([one], arrivals.look([one], WINDOW, 0), WINDOW.begin + 600, 100)
    slots = [NOON + timedelta(minutes=minute) for minute in range(1, 11)]
    assert found == sorted((entries.due_at(one, slot), 0) for slot in slots)


def test_an_estimate_of_nothing_is_nothing() -> None:
    assert Instants((), WINDOW.begin).count(WINDOW) == 0
