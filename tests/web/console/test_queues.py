from __future__ import annotations

from collections.abc import Callable

from redis import Redis

from longshore import catalog, listing
from longshore.clock import Clock
from tests.web.console.conftest import Page
from web.console import house


def test_queues_show_what_waits(admin_page: Page, enqueue: Callable[..., str]) -> None:
    enqueue("demo.add", a=1)
    shown = admin_page("/queues")
    row = next(one for one in shown.all("tr") if one.text.startswith("default"))
    assert row.one("td", data_label="workers").text == "none"
    assert row.one("td", data_label="queued").text == "1"
    assert row.one("td", data_label="oldest wait").text != "–"


def test_no_workers_and_no_clock_are_said_plainly(admin_page: Page) -> None:
    text = admin_page("/queues").text
    assert "No worker is registered: nothing runs." in text
    assert "No clock is alive" in text


def test_a_living_clock_is_shown(admin_page: Page, redis: Redis) -> None:
    clock = Clock(connection=redis, catalog=catalog.catalog)
    clock.tick()
    shown = admin_page("/queues")
    clock.leave()
    assert "last beat" in shown.text
    assert "schedules" in [one.text for one in shown.one("main").all("a", href="/schedules")]


def test_every_state_of_a_task_is_under_one_word() -> None:
    assert sorted(state for states in house.TALLIES.values() for state in states) == sorted(listing.STATES)


def test_counts_of_states_add_up() -> None:
    summed = house.add_up([("started", 1), ("queued", 2), ("deferred", 3), ("failed", 4)])
    assert summed == {"running": 1, "waiting": 5, "failed": 4, "finished": 0, "canceled": 0}
