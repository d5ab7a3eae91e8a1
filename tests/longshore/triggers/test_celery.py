"""Crontab fields as Celery names and spells them."""

from __future__ import annotations

from typing import Any

import pytest

from longshore.triggers import Cron


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, "* * * * *"),
        ({"hour": 4, "minute": 0}, "0 4 * * *"),
        ({"minute": "*/15"}, "*/15 * * * *"),
        ({"minute": 0, "hour": "0,12"}, "0 0,12 * * *"),
        ({"minute": 0, "hour": {3, 1}}, "0 1,3 * * *"),
        ({"minute": 0, "hour": [8, "10-12"]}, "0 8,10-12 * * *"),
        ({"minute": "30", "hour": "7", "day_of_week": "monday"}, "30 7 * * 1"),
        ({"minute": 0, "hour": 0, "day_of_week": "mon-fri"}, "0 0 * * 1-5"),
        ({"minute": 0, "hour": 0, "day_of_week": "Fri-Mon"}, "0 0 * * 5,6,0,1"),
        ({"minute": 0, "hour": "22-4/2"}, "0 22,0,2,4 * * *"),
        ({"minute": 0, "hour": 0, "day": 1, "month": "jan, Jul"}, "0 0 1 1,7 *"),
        ({"minute": 0, "hour": 0, "day_of_month": "1,15", "month_of_year": "*/3"}, "0 0 1,15 */3 *"),
        ({"minute": 0, "hour": 0, "day": "*/2", "day_of_week": "mon"}, "0 0 */2 * 1"),
    ],
)
def test_fields_become_the_line_that_celery_means(fields: dict[str, Any], line: str) -> None:
    assert Cron.from_fields(fields) == Cron(expression=line)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"hours": 2}, "did you mean 'hour'"),
        ({"xyz": 1}, "the fields are minute, hour"),
        ({"day": 1, "day_of_month": 2}, "given twice"),
        ({"day": 1, "day_of_week": "mon"}, "cannot both be given"),
        ({"minute": True}, "minute is a number or text"),
        ({"minute": None}, "minute is a number or text"),
        ({"minute": []}, "minute is empty"),
        ({"minute": "1,,2"}, "empty part"),
        ({"minute": 75}, "bad minute"),
        ({"day_of_week": "noday"}, "bad day-of-week"),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Cron.from_fields(fields)


def test_fields_take_a_zone() -> None:
    assert Cron.from_fields({"hour": 2, "minute": 30}, "Europe/Berlin").zone.key == "Europe/Berlin"
