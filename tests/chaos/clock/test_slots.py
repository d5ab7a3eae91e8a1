"""Clocks under a rain of SIGKILLs and SIGSTOPs: no slot is missed, none doubled; ledger and tasks agree.

CHAOS_SECONDS and CHAOS_SEED change the size; `python -m tests.chaos.clock` prints the figures.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.clock.experiment import Plan, run

BRIEF, LONG = 30.0, 120.0
SECONDS = [BRIEF, pytest.param(LONG, marks=pytest.mark.soak)]


def check(plan: Plan, folder: Path) -> None:
    """Carry it out; nothing may be wrong, and there must have been something to go wrong."""
    report = run(plan, folder)
    print(report)
    assert report.faults == []
    assert len(report.harms) >= plan.seconds / plan.every / 2
    assert len(report.evidence.expected) > plan.seconds * plan.schedules / 2


@pytest.mark.slow
@pytest.mark.parametrize("seconds", SECONDS)
def test_each_slot_fires_once_under_a_rain_of_kills_and_stops(tmp_path: Path, seconds: float) -> None:
    check(Plan.from_environment(seconds=seconds), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", SECONDS)
def test_each_slot_fires_once_though_redis_is_emptied(tmp_path: Path, seconds: float) -> None:
    """The clock that leads lives on at that time; the others are killed and stopped all the same."""
    check(Plan.from_environment(seconds=seconds, seed=2, flushes=int(seconds / BRIEF)), tmp_path)
