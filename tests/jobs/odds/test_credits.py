"""Credits last until they are renewed, whatever the interval that was asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from jobs.odds import credits
from longshore.instants import next_month

MID_APRIL = datetime(2026, 4, 16, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "first"),
    [
        (MID_APRIL, datetime(2026, 5, 1, tzinfo=UTC)),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        (datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)),
        (datetime(2026, 5, 1, 1, 0, tzinfo=ZoneInfo("Asia/Karachi")), datetime(2026, 5, 1, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_credits_are_renewed_on_the_first_in_utc(now: datetime, first: datetime) -> None:
    assert next_month(now) == first


def test_a_refresh_costs_a_credit_for_each_sport_region_and_market() -> None:
    assert credits.cost(4, 2, 3) == 24


def test_enough_credits_are_no_hindrance() -> None:
    plan = credits.plan(MID_APRIL, 24, 1_000_000, 5)
    assert plan.due_at == MID_APRIL
    assert plan.interval_minutes == 0
    assert "enough" in plan.words


def test_few_credits_stretch_the_interval() -> None:
    plan = credits.plan(MID_APRIL, 24, 480, 5)
    assert plan.interval_minutes == pytest.approx(15 * 24 * 60 / 19)  # 456 of them, 24 each
    assert plan.due_at == MID_APRIL + timedelta(minutes=plan.interval_minutes)
    assert "480 credits" in plan.words
    assert "18.9 hours" in plan.words


@pytest.mark.parametrize("left", [0, 10, 25])
def test_credits_that_do_not_reach_wait_for_the_first(left: int) -> None:
    plan = credits.plan(MID_APRIL, 24, left, 5)
    assert plan.due_at == datetime(2026, 5, 1, tzinfo=UTC)
    assert "none is due before" in plan.words


def test_what_is_not_known_holds_nothing_back() -> None:
    assert credits.plan(MID_APRIL, 24, None, 5).due_at == MID_APRIL


@pytest.mark.parametrize("left", [500, 2_000, 20_000])
@pytest.mark.parametrize("wanted", [1, 5, 60])
def test_a_month_by_the_plan_never_runs_dry(left: int, wanted: int) -> None:
    now, due, spent = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC), 0
    while now < datetime(2026, 5, 1, tzinfo=UTC):
        if now >= due:
            spent += 24
            due = credits.plan(now, 24, left - spent, wanted).due_at
        now += timedelta(minutes=wanted)
    assert spent <= left
    assert spent >= min(left * 0.9 - 48, 24 * 30 * 24 * 60 / wanted)
