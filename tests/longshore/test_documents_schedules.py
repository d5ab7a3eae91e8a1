"""The schedules of the documents can be declared in their own words.

Their jobs come with the systems; here are small ones of the same names.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from longshore import crontab, every, job
from longshore.catalog import Catalog

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
FOOTBALL = {
    "sync_all_leagues": ("data_sync", "Daily 4:00 AM UTC", ["Mon 04:00", "Tue 04:00"]),
    "sync_historical_data": ("data_sync", "Monday 2:00 AM UTC", ["Mon 02:00", "Mon 02:00"]),
    "update_recent_results": ("data_sync", "Every 3 hours", ["Mon 03:00", "Mon 06:00"]),
    "retrain_model": ("ml", "Daily 5:00 AM UTC", ["Mon 05:00", "Tue 05:00"]),
    "generate_predictions": ("predictions", "Every 6 hours", ["Mon 06:00", "Mon 12:00"]),
    "validate_predictions": ("predictions", "Daily 6:00 AM UTC", ["Mon 06:00", "Tue 06:00"]),
    "calculate_model_metrics": ("analytics", "Daily 7:00 AM UTC", ["Mon 07:00", "Tue 07:00"]),
    "cleanup_old_data": ("default", "Sunday 3:00 AM UTC", ["Sun 03:00", "Sun 03:00"]),
}
"""Task, queue and schedule of the football document's table, word for word; the first two slots of a week."""


def declared(name: str, queue: str, *schedules: Any, **options: Any) -> Catalog:
    """A catalog with one small job."""
    one = Catalog()
    one.queues[queue] = "a queue of the document"

    def small() -> None:
        """Stand in for the document's task."""

    small.__name__, small.__module__ = name, "jobs.small"
    job(queue=queue, schedules=schedules, into=one, **options)(small)
    one.check()
    return one


def first_slots(catalog: Catalog, count: int = 2) -> list[str]:
    """When its only schedule is due first, from that Monday on."""
    (spec,) = catalog.schedules().values()
    found, at = [], MONDAY - timedelta(seconds=1)
    while len(found) < count:
        slot = spec.recurrence.after(at)
        assert slot is not None
        at = slot.at
        if at > MONDAY:  # midnight itself is a slot of every interval
            found.append(f"{at:%a %H:%M}")
    return found


@pytest.mark.parametrize(
    ("name", "queue", "words", "slots"), [(name, *row) for name, row in FOOTBALL.items()]
)
def test_the_eight_schedules_of_the_football_document(
    name: str, queue: str, words: str, slots: list[str]
) -> None:
    assert first_slots(declared(name, queue, words)) == slots


def test_celerys_own_form_of_the_football_document() -> None:
    assert first_slots(declared("sync_all_leagues", "data_sync", crontab(hour=4, minute=0))) == [
        "Mon 04:00",
        "Tue 04:00",
    ]


@pytest.mark.parametrize(
    ("words", "slots"),
    [("Daily at 2 AM UTC", ["Mon 02:00", "Tue 02:00"]), ("Every 6 hours", ["Mon 06:00", "Mon 12:00"])],
    ids=["production", "development"],
)
def test_both_schedules_of_the_crypto_document(words: str, slots: list[str]) -> None:
    assert first_slots(declared("fetch_and_update_projects", "data_fetch", words)) == slots


@pytest.mark.parametrize(
    "refresh", [lambda minutes: every(f"{minutes}m"), lambda minutes: f"Every {minutes} minutes"]
)
def test_the_refresh_interval_of_the_odds_document(refresh: Callable[[int], Any]) -> None:
    """REFRESH_INTERVAL_MINUTES=5 is a setting there."""
    assert first_slots(declared("refresh_odds_data", "default", refresh(5))) == ["Mon 00:05", "Mon 00:10"]
