from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from longshore import catalog
from longshore.dispatch import Dispatcher
from tests.web.browser.conftest import browser as browser
from tests.web.browser.conftest import shared_browser as shared_browser
from tests.web.browser.conftest import signed_in as signed_in
from tests.web.browser.conftest import site as site
from tests.web.console.pages import Element, read

HTML = {"Accept": "text/html"}
Page = Callable[..., Element]


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


def _reader(client: FlaskClient) -> Page:
    def get(path: str, status: int = 200) -> Element:
        answer = client.get(path, headers=HTML)
        assert answer.status_code == status, answer.text
        return read(answer.text)

    return get
