"""When schedules are due, and which cannot be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from longshore import cron, every
from longshore.errors import ScheduleError

NOON = datetime(2026, 5, 9, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("trigger", "due"),
    [
        (every("90m"), datetime(2026, 5, 9, 13, 30, tzinfo=UTC)),
        (cron("0 2 * * *"), datetime(2026, 5, 10, 2, tzinfo=UTC)),
        (cron("0 2 * * mon"), datetime(2026, 5, 11, 2, tzinfo=UTC)),
        (cron("0 12 * * *"), datetime(2026, 5, 10, 12, tzinfo=UTC)),
    ],
)
def test_the_next_run_is_after_the_moment(trigger: Any, due: datetime) -> None:
    assert trigger.next_run(NOON) == due


@pytest.mark.parametrize("interval", [0, 0.5, 1.5, -1, "soon"])
def test_an_interval_is_whole_seconds(interval: Any) -> None:
    with pytest.raises(ScheduleError):
        every(interval)


@pytest.mark.parametrize("expression", ["", "* * *", "61 * * * *", "every day", "0 0 31 2 *"])
def test_a_cron_line_that_cannot_come_due_is_refused(expression: str) -> None:
    with pytest.raises(ScheduleError):
        cron(expression)


def test_a_definition_changes_with_what_it_means_and_with_nothing_else() -> None:
    assert every("5m", n=1).definition("a.b") == every(300, n=1).definition("a.b")
    others = [every("5m", n=2).definition("a.b"), every("5m", n=1).definition("a.c")]
    assert every("5m", n=1).definition("a.b") not in [*others, every("6m", n=1).definition("a.b")]
