"""rq-dashboard in a real browser: rows are shown, buttons work, and what tasks say never runs."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from redis import Redis
from rq.job import JobStatus

from longshore.task import Task
from tests.web.browser.chromium import BrowserError, Chromium
from tests.web.dashboard.planting import HOSTILE, QUEUE, STATES, Plants

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
NAMED = f"/rq/0/view/jobs/{quote(QUEUE, safe='')}"


def text(browser: Chromium, selector: str) -> str:
    return str(browser.evaluate(f"document.querySelector('{selector}').textContent"))


def assert_harmless(browser: Chromium) -> None:
    assert browser.evaluate("typeof window.pwned") == "undefined"
    assert browser.evaluate("document.querySelectorAll('img').length") == 0
    assert browser.evaluate("document.title") == "RQ dashboard"
    assert browser.complaints == []


def test_the_browser_would_notice(signed_in: Chromium, site: str) -> None:
    """The net has no hole: scripts that do run are seen, and so is what the policy stops."""
    signed_in.open(f"{site}/rq/")
    signed_in.evaluate("setTimeout(() => { throw new Error('thrown') })")
    signed_in.evaluate("document.body.innerHTML += '<img src=x onerror=\"window.pwned = 1\">'")
    signed_in.evaluate("new Promise(done => setTimeout(done, 300))")
    assert signed_in.evaluate("typeof window.pwned") == "undefined"
    assert any("Content Security Policy" in one for one in signed_in.complaints)
    assert any("thrown" in one for one in signed_in.complaints)
    with pytest.raises(BrowserError, match="unsafe-eval"):
        signed_in.evaluate("Function('return 1')()")


def test_queues_are_listed(signed_in: Chromium, site: str, planted: dict[str, str]) -> None:
    signed_in.open(f"{site}/rq/")
    signed_in.wait_for("document.querySelector('tr[data-role=queue]')")
    assert text(signed_in, "tr[data-role=queue] td").strip() == QUEUE
    numbers = signed_in.evaluate(
        "[...document.querySelectorAll('tr[data-role=queue] a')].map(a => a.textContent)"
    )
    assert numbers == ["1", "1", "1", "1", "3", "1", "1"]
    assert_harmless(signed_in)


def test_workers_are_listed(signed_in: Chromium, site: str, planted: dict[str, str]) -> None:
    signed_in.open(f"{site}/rq/0/view/workers")
    signed_in.wait_for("document.querySelectorAll('tr[data-role=worker]').length === 2")
    shown = text(signed_in, "table#workers tbody")
    assert "busy" + HOSTILE in shown
    assert "idle" + HOSTILE in shown
    assert QUEUE in shown
    assert_harmless(signed_in)


@pytest.mark.parametrize("state", STATES)
def test_tasks_of_each_state_are_listed(
    signed_in: Chromium, site: str, planted: dict[str, str], state: str
) -> None:
    wanted = {task_id for name, task_id in planted.items() if name.split()[0] == state}
    signed_in.open(f"{site}{NAMED}/{state}/8/asc/1")
    signed_in.wait_for("document.querySelector('tr[data-role=job]')")
    shown = signed_in.evaluate(
        "[...document.querySelectorAll('tr[data-role=job]')].map(r => r.dataset.jobId)"
    )
    assert set(shown) == wanted
    if state != "deferred":
        assert text(signed_in, "tr[data-role=job] .description") == HOSTILE
    if state == "failed":
        assert HOSTILE in text(signed_in, "tr[data-role=job] .exc_info")
    signed_in.wait_for("document.querySelectorAll('ul.pagination li').length === 5")
    assert_harmless(signed_in)


def test_each_task_is_shown(signed_in: Chromium, site: str, planted: dict[str, str]) -> None:
    for name, task_id in planted.items():
        signed_in.open(f"{site}/rq/0/view/job/{task_id}")
        signed_in.wait_for("document.querySelector('#job-data p')")
        shown = text(signed_in, "#job-data")
        assert QUEUE in shown, name
        if name == "deferred":
            assert planted["queued"] in shown
        else:
            assert HOSTILE in shown, name
        assert_harmless(signed_in)


def test_pages_of_tasks_can_be_turned(signed_in: Chromium, site: str, plants: Plants) -> None:
    for _ in range(11):
        plants.queued()
    signed_in.open(f"{site}{NAMED}/queued/8/asc/1")
    signed_in.wait_for("document.querySelectorAll('tr[data-role=job]').length === 8")
    signed_in.click("ul.pagination li:last-child a")
    signed_in.wait_for("document.querySelectorAll('tr[data-role=job]').length === 3")
    assert_harmless(signed_in)


def test_delete_in_the_list_works(
    signed_in: Chromium, site: str, planted: dict[str, str], redis: Redis
) -> None:
    signed_in.open(f"{site}{NAMED}/failed/8/asc/1")
    signed_in.click("[data-role=delete-job-btn]")
    confirm(signed_in)
    signed_in.wait_for("!document.querySelector('tr[data-role=job]')")
    assert not Task.exists(planted["failed"], redis)
    assert_harmless(signed_in)


def test_requeue_in_the_list_works(
    signed_in: Chromium, site: str, planted: dict[str, str], redis: Redis
) -> None:
    signed_in.open(f"{site}{NAMED}/failed/8/asc/1")
    signed_in.click("[data-role=requeue-job-btn]")
    signed_in.wait_for("!document.querySelector('tr[data-role=job]')")
    assert Task.fetch(planted["failed"], redis).get_status() is JobStatus.QUEUED
    assert_harmless(signed_in)


def test_buttons_on_the_page_of_a_task_work(
    signed_in: Chromium, site: str, planted: dict[str, str], redis: Redis
) -> None:
    signed_in.open(f"{site}/rq/0/view/job/{planted['failed']}")
    signed_in.wait_for("$('#requeue-job-btn').is(':visible')")
    signed_in.click("#requeue-job-btn")
    signed_in.wait_for("/Status:\\s*queued/.test(document.querySelector('#job-data').textContent)")
    assert Task.fetch(planted["failed"], redis).get_status() is JobStatus.QUEUED
    signed_in.click("#delete-job-btn")
    confirm(signed_in)
    signed_in.wait_for("location.pathname === '/rq/'")
    assert not Task.exists(planted["failed"], redis)
    assert_harmless(signed_in)


def test_empty_and_compact_and_requeue_all_work(
    signed_in: Chromium, site: str, planted: dict[str, str], plants: Plants, redis: Redis
) -> None:
    plants.queue.push_job_id("gone")
    signed_in.open(f"{site}{NAMED}/failed/8/asc/1")
    signed_in.click("#requeue-all-btn")
    confirm(signed_in)
    signed_in.wait_for("document.querySelector('#jobs').textContent.includes('No jobs.')")
    signed_in.open(f"{site}{NAMED}/queued/8/asc/1")
    signed_in.click("#compact-btn")
    confirm(signed_in)
    signed_in.wait_for("document.querySelectorAll('tr[data-role=job]').length === 2")
    assert set(plants.queue.get_job_ids()) == {planted["queued"], planted["failed"]}
    signed_in.click("#empty-btn")
    confirm(signed_in)
    signed_in.wait_for("document.querySelector('#jobs').textContent.includes('No jobs.')")
    assert plants.queue.get_job_ids() == []
    assert_harmless(signed_in)


def test_without_the_token_a_click_changes_nothing(
    signed_in: Chromium, site: str, planted: dict[str, str], redis: Redis
) -> None:
    signed_in.open(f"{site}/rq/0/view/job/{planted['failed']}")
    signed_in.wait_for("$('#requeue-job-btn').is(':visible')")
    signed_in.evaluate("delete $.ajaxSettings.headers['X-CSRFToken']")
    refused = signed_in.evaluate(
        f"new Promise(done => $.post(url_for('delete_job', '{planted['failed']}'))"
        ".fail(answer => done(answer.status)).done(() => done(200)))"
    )
    assert refused == 403
    assert Task.exists(planted["failed"], redis)


def confirm(browser: Chromium) -> None:
    """Answer the question with yes."""
    browser.click("#confirmation-modal-yes")
    browser.wait_for("!document.querySelector('.modal-backdrop')")
