"""Recurrences in words, and the JSON form of what they mean."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from longshore.triggers import Trigger, read


class Holder(BaseModel):
    trigger: Trigger


SAID = {
    # 004, its table of tasks
    "Daily 4:00 AM UTC": "cron 0 4 * * *",
    "Monday 2:00 AM UTC": "cron 0 2 * * 1",
    "Every 3 hours": "every 10800 s",
    "Daily 5:00 AM UTC": "cron 0 5 * * *",
    "Every 6 hours": "every 21600 s",
    "Daily 6:00 AM UTC": "cron 0 6 * * *",
    "Daily 7:00 AM UTC": "cron 0 7 * * *",
    "Sunday 3:00 AM UTC": "cron 0 3 * * 0",
    # 001 and 000
    "Daily at 2 AM UTC": "cron 0 2 * * *",
    "every 5 minutes": "every 300 s",
    # and others
    "weekdays 9:30 Europe/Berlin": "cron 30 9 * * 1-5 Europe/Berlin",
    "weekends at noon": "cron 0 12 * * 0,6",
    "every 90s": "every 90 s",
    "every hour": "every 3600 s",
    "hourly": "cron 0 * * * *",
    "daily": "cron 0 0 * * *",
    "every day at midnight america/new_york": "cron 0 0 * * * America/New_York",
    "Mondays at 12 AM": "cron 0 0 * * 1",
    "Tuesday 12:15 p.m.": "cron 15 12 * * 2",
    "mon, wed and fri at 9:00": "cron 0 9 * * 1,3,5",
    "fri-mon 10 pm": "cron 0 22 * * 5,6,0,1",
    "monthly at 4:30 PM": "cron 30 16 1 * *",
    "@weekly Asia/Tokyo": "cron 0 0 * * 0 Asia/Tokyo",
    "0 2 * * *": "cron 0 2 * * *",
    "*/15 9-17 * * mon-fri": "cron */15 9-17 * * mon-fri",
    "30 2 * * * europe/berlin": "cron 30 2 * * * Europe/Berlin",
    "sunset at 52.52, 13.41": "sunset at 52.52, 13.41",
    "30 minutes before sunrise at -33.9 151.2": "sunrise -30m at -33.9, 151.2",
    "1 hour after dusk at 52.52,13.41": "dusk +1h at 52.52, 13.41",
    "2027-01-01T09:00:00Z": "once at 2027-01-01T09:00:00Z",
    "once at 2027-01-01 09:00:00+02:00": "once at 2027-01-01T07:00:00Z",
    "every 7200 s from 2026-01-01T00:30:00Z": "every 7200 s from 2026-01-01T00:30:00Z",
}


@pytest.mark.parametrize(("phrase", "means"), SAID.items())
def test_a_phrase_is_understood_wherever_a_trigger_stands(phrase: str, means: str) -> None:
    trigger = read(phrase)
    assert trigger.describe() == means
    assert read(means) == trigger
    assert Holder.model_validate({"trigger": phrase}).trigger == trigger


@pytest.mark.parametrize("phrase", SAID)
def test_the_json_form_is_canonical_and_reads_back(phrase: str) -> None:
    trigger = read(phrase)
    form = trigger.model_dump(mode="json")
    assert read(json.loads(json.dumps(form))) == trigger
    assert read(form).model_dump(mode="json") == form
    assert hash(read(form)) == hash(trigger)


def test_the_json_forms_are_those_of_the_contract() -> None:
    assert read({"kind": "interval", "every": "2h"}).model_dump(mode="json") == {
        "kind": "interval",
        "every": 7200,
        "anchor": "1970-01-01T00:00:00Z",
    }
    assert read({"kind": "cron", "expression": "@daily", "zone": "utc"}).model_dump(mode="json") == {
        "kind": "cron",
        "expression": "0 0 * * *",
        "zone": "UTC",
    }
    assert read({"kind": "solar", "event": "Sunset", "lat": 1, "lon": 2, "offset": "-30m"}).model_dump(
        mode="json"
    ) == {
        "kind": "solar",
        "event": "sunset",
        "latitude": 1.0,
        "longitude": 2.0,
        "offset": -1800,
    }
    assert read({"kind": "once", "at": "2027-01-01T10:00:00+01:00"}).model_dump(mode="json") == {
        "kind": "once",
        "at": "2027-01-01T09:00:00Z",
    }


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("", "is no recurrence; write e.g. 'Every 3 hours'"),
        ("soon", "is no recurrence"),
        ("every blue moon", "is no recurrence"),
        ("x" * 10_000, "is no recurrence"),
        ("Daily 25:00", "says no time of day"),
        ("Daily 9", "says no time of day"),
        ("Daily 13 PM", "says no time of day"),
        ("Monday", "says no time of day"),
        ("daily 9:00 Europe/Berln", "did you mean 'Europe/Berlin'"),
        ("0 0 31 2 *", "the day of month does not exist"),
        ("0 0 2 * * *", "five fields"),
        ("* * * *", "five fields"),
        ("every 0s", "at least 1 second"),
        ("sunset at 95, 13", "less than or equal to 90"),
        ("once at 2027-01-01", "has no zone"),
        ({"kind": "lunar"}, "kind is one of interval, cron, solar, once"),
        ({}, "kind is one of interval, cron, solar, once"),
        (5, "a trigger is a phrase such as"),
        (None, "a trigger is a phrase such as"),
        ({"kind": "once", "at": "2027-01-01T00:00:00Z", "zone": "UTC"}, "Extra inputs"),
    ],
)
def test_what_is_not_understood_is_refused_with_what_is(wrong: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words) as caught:
        Holder.model_validate({"trigger": wrong})
    assert caught.value.errors()[0]["loc"][0] == "trigger"
