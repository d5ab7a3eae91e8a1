"""The jobs of odds as they are declared."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from longshore.catalog import catalog
from longshore.errors import InvalidParameters
from longshore.limited import Inline

ROOT = Path(__file__).resolve().parents[3]


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_importing_the_package_loads_neither_numpy_nor_sql() -> None:
    heavy = "{'numpy', 'sqlalchemy', 'ortools', 'redis', 'rq', 'flask'}"
    done = run(f"import sys, jobs.odds; print(sorted({heavy} & set(sys.modules)))")
    assert done.stdout.strip() == "[]", done.stderr


def test_the_refresh_recurs_as_the_setting_says() -> None:
    found = "catalog.load().schedules()['odds.refresh_odds_data'].trigger.every"
    done = run(f"from longshore import catalog; print({found})", REFRESH_INTERVAL_MINUTES="7")
    assert done.stdout.strip() == "420"


def test_a_wrong_setting_is_told_in_one_line_by_the_process_and_not_by_an_import() -> None:
    done = run("import app; app.create_app()", ODDS_METHOD="guess")
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("longshore: ODDS_METHOD='guess' is not valid: it takes 'multiplicative'")


def test_without_workers_a_refresh_is_short_and_a_health_check_is_no_answer() -> None:
    refresh = catalog.get("odds.refresh_odds_data")
    assert refresh.fallback == Inline("20s", {"most_sports": 2})
    assert refresh.unique
    assert catalog.get("odds.health_check").fallback == "refuse"
    assert not catalog.get("odds.settle_closing_lines").overlap


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"sports": []}, "sports"),
        ({"sports": ["NBA"]}, "sports.0"),
        ({"regions": ["mars"]}, "regions.0"),
        ({"markets": ["h2h_lay"]}, "markets.0"),
        ({"min_ev": "much"}, "min_ev"),
        ({"most_sports": 0}, "most_sports"),
        ({"league": 1}, "league"),
    ],
)
def test_wrong_parameters_are_named(params: dict[str, object], named: str) -> None:
    with pytest.raises(InvalidParameters) as raised:
        catalog.get("odds.refresh_odds_data").parameters.check(params)
    assert [one["field"] for one in raised.value.errors] == [named]
