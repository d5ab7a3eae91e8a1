"""What stands in `schedules=[…]` of a job."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from longshore.errors import ScheduleError
from longshore.triggers import Cron, Interval, Once, Solar, at, cron, crontab, declared, every, solar

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_each_kind_is_declared_with_its_name_and_parameters() -> None:
    assert every("5m", n=3).trigger == Interval(every=300)
    assert every("5m", n=3).params == {"n": 3}
    assert (
        every(timedelta(hours=1), anchor="2026-01-01T00:30:00Z")
        .trigger.describe()
        .endswith("from 2026-01-01T00:30:00Z")
    )
    assert cron("0 2 * * *", zone="Europe/Berlin", name="nightly").name == "nightly"
    assert crontab(minute=0, hour="*/3").trigger == Cron(expression="0 */3 * * *")
    assert solar("sunset", 52.52, 13.41, offset="-30m").trigger == Solar(
        event="sunset", lat=52.52, lon=13.41, offset=-1800
    )
    assert at(datetime(2027, 1, 1, 9, tzinfo=UTC)).trigger == Once(at="2027-01-01T09:00:00Z")


def test_a_phrase_and_a_bare_trigger_stand_for_themselves() -> None:
    assert declared("Every 3 hours") == every("3h")
    assert declared(Interval(every=5)) == every(5)
    assert declared(every(5, n=1)) == every(5, n=1)


def is_open() -> bool:
    return True


is_open.__module__ = "jobs.shop.hours"


def test_options_make_a_copy_in_the_json_form_of_a_schedule() -> None:
    plain = cron("0 2 * * *", n=4)
    chosen = plain.options(overlap="skip", jitter="30s").options(
        when=is_open, calendar={"of": "US", "rule": "skip"}
    )
    assert plain.chosen == {}
    assert chosen.document("odds.refresh") == {
        "name": "odds.refresh",
        "job": "odds.refresh",
        "params": {"n": 4},
        "trigger": {"kind": "cron", "expression": "0 2 * * *", "zone": "UTC"},
        "overlap": "skip",
        "jitter": "30s",
        "conditions": {"when": "shop.is_open", "calendar": {"of": "US", "rule": "skip"}},
    }
    more = chosen.options(market="NYSE")
    assert "market" not in chosen.chosen["conditions"]
    assert more.chosen["conditions"]["market"] == "NYSE"


@pytest.mark.parametrize(
    ("declare", "words"),
    [
        (lambda: every(0), r"every\(0\): every: an interval is at least 1 second"),
        (lambda: every("soon"), "is no duration"),
        (lambda: every("5m", anchor=START.replace(tzinfo=None)), "anchor: .* has no zone"),
        (lambda: cron("0 0 31 2 *"), "the day of month does not exist"),
        (lambda: cron("0 2 * * *", zone="Mars/Base"), "zone: unknown zone 'Mars/Base'"),
        (lambda: crontab(hour=25), "crontab: expression: .* bad hour"),
        (lambda: crontab(hour=[]), "hour is empty"),
        (lambda: solar("eclipse", 1, 2), "event: unknown event"),
        (lambda: at("2027-01-01T09:00:00"), "has no zone"),
        (lambda: declared("now and then"), "is no recurrence"),
        (lambda: every(5).options(overlp="skip"), "unknown option 'overlp'; did you mean 'overlap'"),
        (lambda: every(5).options(xyz=1), "the options are overlap, misfire"),
        (lambda: every(5).options(when=lambda: True), "no plain function"),
        (lambda: every(5).options(when=int), "no plain function"),
    ],
)
def test_a_wrong_declaration_is_one_plain_line(declare: Any, words: str) -> None:
    with pytest.raises(ScheduleError, match=words) as caught:
        declare()
    assert "\n" not in str(caught.value)
