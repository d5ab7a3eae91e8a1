"""Events of the sun: known times, one slot a solar day, days without the event."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from longshore.triggers import Solar
from longshore.triggers.solar import EVENTS

START = datetime(2026, 1, 1, tzinfo=UTC)
PLACES = {
    "Berlin": (52.52, 13.41),
    "Tromso": (69.65, 18.96),
    "north pole": (90.0, 0.0),
    "south pole": (-90.0, 0.0),
    "east of the date line": (-17.8, -179.99),
    "west of the date line": (66.0, 180.0),
    "Nullarbor": (-31.0, 130.0),
}


def year(trigger: Solar) -> list[Any]:
    return trigger.newest(START, START + timedelta(days=366), 400)


@pytest.mark.parametrize(
    ("event", "place", "day", "published"),
    [  # as the almanacs print them, to the minute
        ("sunrise", (52.52, 13.405), "2024-06-21", "02:43"),
        ("sunset", (52.52, 13.405), "2024-06-21", "19:33"),
        ("sunrise", (51.507, -0.128), "2024-06-21", "03:43"),
        ("sunset", (51.507, -0.128), "2024-06-21", "20:21"),
        ("sunrise", (40.713, -74.006), "2024-12-21", "12:17"),
        ("sunset", (40.713, -74.006), "2024-12-21", "21:32"),
        ("sunrise", (-33.868, 151.209), "2024-12-21", "18:41"),
        ("sunset", (-33.868, 151.209), "2024-12-22", "09:05"),
        ("noon", (51.477, 0.0), "2024-02-11", "12:14"),
        ("solar_noon", (51.477, 0.0), "2024-11-03", "11:44"),
    ],
)
def test_times_are_the_published_ones(
    event: str, place: tuple[float, float], day: str, published: str
) -> None:
    expected = datetime.fromisoformat(f"{day}T{published}:00Z")
    slot = Solar(event=event, latitude=place[0], longitude=place[1]).after(expected - timedelta(hours=3))
    assert slot is not None
    assert abs(slot.at - expected) <= timedelta(minutes=2)
    assert not slot.skip


@pytest.mark.parametrize("offset", [0, -43_200, 43_200])
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("event", EVENTS)
def test_every_solar_day_has_one_slot(event: str, place: tuple[float, float], offset: int) -> None:
    trigger = Solar(event=event, latitude=place[0], longitude=place[1], offset=offset)
    slots = year(trigger)
    assert 365 <= len(slots) <= 367
    assert all(timedelta() < later.at - one.at < timedelta(days=2) for one, later in pairwise(slots))
    assert all(not slot.at.microsecond for slot in slots)
    assert [trigger.after(slot.at) for slot in slots[:-1:20]] == slots[1::20]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(EVENTS),
    st.floats(-90, 90),
    st.floats(-180, 180),
    st.integers(-43_200, 43_200),
    st.timedeltas(timedelta(days=-9_000), timedelta(days=27_000)).map(lambda one: START + one),
)
def test_forward_and_back_agree_anywhere(
    event: str, lat: float, lon: float, offset: int, moment: datetime
) -> None:
    trigger = Solar(event=event, latitude=lat, longitude=lon, offset=offset)
    slot = trigger.after(moment)
    assert slot is not None
    assert trigger.newest(moment, slot.at, 9) == [slot]
    last = trigger.newest(moment - timedelta(days=3), moment, 1)[0]
    assert trigger.after(last.at) == slot
    assert moment - timedelta(days=2) < last.at <= moment < slot.at < moment + timedelta(days=2)


def test_a_day_without_the_event_is_skipped_and_says_so() -> None:
    slot = Solar(event="sunset", latitude=69.65, longitude=18.96).after(datetime(2026, 6, 21, tzinfo=UTC))
    assert slot is not None
    assert slot.skip == "the sun does not set at 69.65, 18.96 on 2026-06-21"
    assert slot.at.date().isoformat() == "2026-06-21"
    night = Solar(event="dusk_astronomical", latitude=52.52, longitude=13.41).after(
        datetime(2026, 6, 21, tzinfo=UTC)
    )
    assert night is not None
    assert night.skip == "there is no astronomical dusk at 52.52, 13.41 on 2026-06-21"


def test_the_sun_sets_on_as_many_days_in_tromso_as_it_rises_and_not_in_midsummer() -> None:
    sets = [not slot.skip for slot in year(Solar(event="sunset", latitude=69.65, longitude=18.96))]
    rises = [not slot.skip for slot in year(Solar(event="sunrise", latitude=69.65, longitude=18.96))]
    assert abs(sum(sets) - sum(rises)) <= 2
    assert 240 < sum(sets) < 260


def test_an_offset_moves_the_slot_by_that_much() -> None:
    plain = Solar(event="sunset", lat=52.52, lon=13.41).after(START)
    early = Solar(event="sunset", lat=52.52, lon=13.41, offset="-30m").after(START)
    assert plain is not None
    assert early is not None
    assert plain.at - early.at == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("event", "sunst"),
        ("event", 5),
        ("latitude", 90.1),
        ("latitude", "north"),
        ("longitude", -180.5),
        ("longitude", float("nan")),
        ("offset", "13h"),
        ("offset", "-12h1s"),
        ("offset", "soon"),
        ("offset", 0.5),
        ("offset", "--5m"),
        ("offset", True),
        ("offset", None),
    ],
)
def test_a_wrong_field_is_named(field: str, value: Any) -> None:
    form = {"event": "sunset", "latitude": 1, "longitude": 2} | {field: value}
    with pytest.raises(ValidationError) as caught:
        Solar.model_validate(form)
    assert [one["loc"] for one in caught.value.errors()] == [(field,)]
