from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from redis import Redis

from longshore import catalog, keys
from longshore.dispatch import Dispatcher
from longshore.schedules import edits, ledger
from longshore.schedules.book import Schedule
from tests.web.browser.conftest import browser as browser
from tests.web.browser.conftest import phone as phone
from tests.web.browser.conftest import shared_browser as shared_browser
from tests.web.browser.conftest import signed_in as signed_in
from tests.web.browser.conftest import site as site
from tests.web.console.pages import Element, read

HTML = {"Accept": "text/html"}
SLOT = datetime(2030, 1, 1, 12, tzinfo=UTC)
"""The first slot that `record_slots` records; the others follow by the minute."""
Page = Callable[..., Element]
MakeSchedule = Callable[..., Schedule]
RecordSlots = Callable[..., list[datetime]]


@pytest.fixture
def page(client: FlaskClient) -> Page:
    """A function that reads a page as a stranger's browser would."""
    return _reader(client)


@pytest.fixture
def admin_page(admin: FlaskClient) -> Page:
    """A function that reads a page as an admin."""
    return _reader(admin)


@pytest.fixture
def enqueue(dispatcher: Dispatcher) -> Callable[..., str]:
    """A function that enqueues a task of a job and returns its id."""

    def run(job: str, **params: object) -> str:
        return dispatcher.dispatch(catalog.catalog.get(job), params).task_id

    return run


@pytest.fixture
def make_schedule(database: str) -> MakeSchedule:
    """A function that makes a schedule of demo.add in SQL, as ada."""

    def make(name: str = "nightly", **parts: Any) -> Schedule:
        document = {"job": "demo.add", "params": {"a": 1}, "trigger": "Every 3 hours", **parts}
        return edits.create(catalog.catalog, {"name": name, **document}, "ada")

    return make


@pytest.fixture
def record_slots(redis: Redis) -> RecordSlots:
    """A function that puts slots into a schedule's ledger, the newest last, and returns their times."""

    def record(name: str, *records: tuple[ledger.Outcome, float, str]) -> list[datetime]:
        slots = [SLOT + timedelta(minutes=count) for count in range(len(records))]
        for slot, (outcome, late, why) in zip(slots, records, strict=True):
            redis.lpush(keys.slots(name), ledger.record(slot, outcome, late, why))
        return slots

    return record


def _reader(client: FlaskClient) -> Page:
    def get(path: str, status: int = 200) -> Element:
        answer = client.get(path, headers=HTML)
        assert answer.status_code == status, answer.text
        return read(answer.text)

    return get
