"""The console in a real browser: a form leads to a task, which is followed live to its end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

import longshore
from longshore import catalog, keys
from longshore.dispatch import Dispatcher
from longshore.settings import Settings
from tests.web.browser.chromium import Chromium
from tests.web.console.test_tasks import HOSTILE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
ROOT = Path(longshore.__file__).parent.parent
WORKER = """
from longshore import catalog, connections, settings
from longshore.worker import LongshoreWorker
for package in ("jobs", "tests.support.jobs"):
    catalog.load(package)
client = connections.patient_client(settings.current().redis_url)
LongshoreWorker(["default", "second"], connection=client).work(logging_level="ERROR")
"""


@pytest.fixture
def worker(settings: Settings) -> Iterator[Callable[[], None]]:
    """A function that starts a worker in a process of its own, as no fork should happen beside threads."""
    started: list[subprocess.Popen[bytes]] = []
    environment = os.environ | {"REDIS_URL": settings.redis_url, "DATABASE_URL": settings.database_url}
    yield lambda: started.append(subprocess.Popen([sys.executable, "-c", WORKER], cwd=ROOT, env=environment))
    for one in started:
        one.terminate()
        try:
            one.wait(5)
        except (
            subprocess.TimeoutExpired
        ):  # a test failed and left a task running: the second time stops it too
            one.terminate()
            one.wait(20)


@pytest.fixture(autouse=True)
def harmless(browser: Chromium) -> Iterator[None]:
    """After each test: no script of a task has run, and the browser has complained of nothing."""
    yield
    assert browser.evaluate("typeof window.pwned") == "undefined"
    assert browser.complaints == []
    browser.open("about:blank")  # closes the event stream before its Redis goes away


def text(browser: Chromium, selector: str) -> str:
    return str(browser.evaluate(f"document.querySelector('{selector}').textContent"))


def type_in(browser: Chromium, selector: str, value: str) -> None:
    browser.click(selector)
    browser.call("Input.insertText", text=value)


def badge_says(status: str) -> str:
    return f"document.querySelector('#status')?.textContent === '{status}'"


def test_a_stranger_runs_a_public_job_and_sees_its_result(
    browser: Chromium, site: str, worker: Callable[[], None]
) -> None:
    browser.open(f"{site}/jobs/demo.add")
    type_in(browser, "#field-a", "41")
    assert text(browser, "#curl").endswith("""-d '{"a": 41}'""")
    browser.click("button.primary")
    browser.wait_for(badge_says("PENDING"))
    assert not browser.evaluate("document.querySelector('#log')")
    worker()
    browser.wait_for("document.querySelector('#outcome .number')?.textContent === '42'")
    browser.wait_for(badge_says("SUCCESS"))
    assert browser.evaluate("document.title") == "demo.add SUCCESS · Longshore"


def test_an_admin_follows_a_task_live_and_cancels_it(
    signed_in: Chromium, site: str, worker: Callable[[], None]
) -> None:
    signed_in.open(f"{site}/jobs/demo.sleepy")
    signed_in.click("button.primary")
    signed_in.wait_for("document.querySelector('#reasons')?.textContent.includes('No worker listens')")
    signed_in.evaluate("window.sameDocument = true")
    worker()
    signed_in.wait_for("document.querySelector('#message').textContent === 'waiting'")
    assert text(signed_in, "#percent") == "0 %"
    assert signed_in.evaluate("document.title") == "0 % demo.sleepy PROGRESS · Longshore"
    assert signed_in.evaluate("document.querySelector('#why').hidden")
    signed_in.click("[data-act=cancel]")
    signed_in.wait_for(badge_says("CANCELED"))
    signed_in.wait_for("document.querySelector('[data-act=retry]')")
    assert signed_in.evaluate("window.sameDocument")


def test_polling_takes_over_where_no_stream_can_be_had(
    browser: Chromium,
    site: str,
    worker: Callable[[], None],
    dispatcher: Dispatcher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("web.streams.Streams.enter", lambda self: False)
    task = dispatcher.dispatch(catalog.catalog.get("demo.add"), {"a": 1})
    browser.open(f"{site}/tasks/{task.task_id}")
    browser.wait_for(badge_says("PENDING"))
    worker()
    browser.wait_for("document.querySelector('#outcome .number')?.textContent === '2'")
    browser.forget()  # the refused stream is in its console


def test_faults_that_the_server_finds_stand_at_their_field(signed_in: Chromium, site: str) -> None:
    signed_in.open(f"{site}/jobs/demo.place")
    signed_in.click("button.primary")
    assert text(signed_in, "#fault-point") == "This is required."
    type_in(signed_in, "#field-point", '{"x": "no"')
    assert "not JSON yet" in text(signed_in, "#fault-point")
    type_in(signed_in, "#field-point", "}")
    assert text(signed_in, "#fault-point") == ""
    signed_in.evaluate(
        "document.querySelector('#field-day').value = '2030-01-15';"
        "document.querySelector('#field-day').dispatchEvent(new Event('input', {bubbles: true}))"
    )
    signed_in.click("button.primary")
    signed_in.wait_for("document.querySelector('#fault-point').textContent.startsWith('x: ')")
    assert signed_in.evaluate("document.activeElement.id") == "field-point"
    signed_in.forget()  # the browser notes each answer that is an error


def test_what_a_task_says_while_it_runs_stays_text(
    signed_in: Chromium, site: str, redis: Redis, dispatcher: Dispatcher
) -> None:
    task = dispatcher.dispatch(catalog.catalog.get("demo.steps"), {"total": 1})
    signed_in.open(f"{site}/tasks/{task.task_id}")
    redis.xadd(keys.log(task.task_id), {"at": "0", "level": HOSTILE, "text": HOSTILE})
    signed_in.wait_for("document.querySelector('#log li')")
    assert HOSTILE in text(signed_in, "#log li")
    assert signed_in.evaluate("document.images.length") == 0


def test_a_token_behind_the_hash_signs_in_and_leaves_the_address(
    browser: Chromium, site: str, token: str
) -> None:
    browser.open(f"{site}/login?next=/queues#{token}")
    browser.wait_for("location.pathname === '/queues'")
    assert token not in browser.evaluate("location.href")


def test_the_api_docs_are_drawn_under_the_policy(browser: Chromium, site: str) -> None:
    browser.open(f"{site}/docs")
    browser.wait_for("document.querySelectorAll('#docs .opblock').length > 10")
