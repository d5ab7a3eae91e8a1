"""A job's page when there is no worker."""

from __future__ import annotations

import json
from typing import Any

import pytest
from redis import Redis

from tests.support.listener import listening
from tests.web.browser.chromium import Chromium
from tests.web.console.conftest import Page


@pytest.mark.parametrize(
    ("job", "said"),
    [("read", "it runs here, for 10s at most"), ("strict", "it is refused"), ("patient", "it waits")],
)
def test_a_jobs_page_says_what_becomes_of_it_without_a_worker(page: Page, job: str, said: str) -> None:
    facts = page(f"/jobs/fallbacks.{job}").one("dl", class_="facts").text
    assert f"Without a worker {said}" in facts


def answer_of(browser: Chromium) -> Any:
    """What the form shows of a run in the web process."""
    browser.wait_for("!document.querySelector('#answer').hidden")
    return json.loads(str(browser.evaluate("document.querySelector('#answer pre').textContent")))


@pytest.mark.slow
def test_the_form_shows_the_answer_of_a_job_that_has_run_here(browser: Chromium, site: str) -> None:
    """It sends a key first, which nobody can keep, and then goes without."""
    browser.open(f"{site}/jobs/fallbacks.fails")
    browser.click("button.primary")
    assert answer_of(browser)["error"] == {"type": "ValueError", "message": "no prices"}
    browser.forget()  # the refused request is in its console


@pytest.mark.slow
def test_the_form_says_why_a_job_is_refused(browser: Chromium, site: str) -> None:
    browser.open(f"{site}/jobs/fallbacks.strict")
    browser.click("button.primary")
    browser.wait_for("document.querySelector('#problem').textContent.startsWith('No worker listens')")
    assert "Try again in 5 s." in str(browser.evaluate("document.querySelector('#problem').textContent"))
    browser.forget()


@pytest.mark.slow
def test_the_form_keeps_its_key_where_a_worker_is_there(browser: Chromium, site: str, redis: Redis) -> None:
    with listening(redis):
        browser.open(f"{site}/jobs/fallbacks.fails")
        browser.click("button.primary")
        browser.wait_for("location.pathname.startsWith('/tasks/')")
    assert len(redis.keys("longshore:idempotency:*")) == 1


@pytest.mark.slow
def test_a_key_that_may_have_been_used_is_not_dropped(browser: Chromium, site: str, redis: Redis) -> None:
    """Else the task of a lost answer would run a second time."""
    browser.open(f"{site}/jobs/fallbacks.fails")
    browser.evaluate(
        "window.really = window.fetch;"
        "window.fetch = () => { window.fetch = window.really; return Promise.reject(new TypeError('lost')) };"
    )
    browser.click("button.primary")
    browser.wait_for(
        "document.querySelector('#problem').textContent.startsWith('The server cannot be reached')"
    )
    browser.click("button.primary")
    browser.wait_for("document.querySelector('#problem').textContent.includes('Idempotency-Key')")
    assert browser.evaluate("document.querySelector('#answer').hidden")
    browser.forget()
