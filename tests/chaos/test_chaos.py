"""Thousands of tasks under a rain of SIGKILLs: none is lost, none is stuck, none runs twice without a reason.

CHAOS_TASKS, CHAOS_SECONDS and CHAOS_SEED change the size; `python -m tests.chaos` prints the figures.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.experiment import Plan, run
from tests.chaos.processes import FLAGS, ROOT


@pytest.mark.slow
@pytest.mark.parametrize("restart", ["none", "term", "kill"])
def test_no_task_is_lost_or_stuck_under_a_rain_of_kills(tmp_path: Path, restart: str) -> None:
    plan = Plan.from_environment(restart=restart)
    report = run(plan, tmp_path)
    print(report)
    assert report.faults == []
    assert report.drained is not None
    assert report.kills.total() >= plan.seconds / 2


def test_the_workers_are_started_as_the_product_starts_them() -> None:
    script = (ROOT / "worker.sh").read_text()
    pairs = [f"{FLAGS[n]} {FLAGS[n + 1]}" for n in range(0, len(FLAGS), 2)]
    assert [pair for pair in pairs if pair not in script] == []
