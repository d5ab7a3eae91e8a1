"""A browser, and the web application on a port of this machine.

Without Chromium these tests are skipped on a laptop, and fail in CI.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.serving import make_server

from tests.web.browser import chromium
from tests.web.browser.chromium import Chromium

PHONE = {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True}


@pytest.fixture(scope="session")
def shared_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """One Chromium for all tests of this pytest worker."""
    program = chromium.find()
    if program is None:
        missing = "there is no Chromium; on Debian: apt-get install chromium"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    with Chromium(program, tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture
def browser(shared_browser: Chromium) -> Chromium:
    """A browser with no cookies and no complaints."""
    shared_browser.call("Network.clearBrowserCookies")
    shared_browser.open("about:blank")
    shared_browser.forget()
    return shared_browser


@pytest.fixture
def phone(browser: Chromium) -> Iterator[Chromium]:
    """The browser, as narrow as a phone."""
    browser.call("Emulation.setDeviceMetricsOverride", **PHONE)
    yield browser
    browser.call("Emulation.clearDeviceMetricsOverride")


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The address of the running application, without a slash at its end."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def signed_in(app: Flask, browser: Chromium, site: str, token: str) -> Chromium:
    """The browser with an admin's session cookie."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["token_id"] = token.split("_")[1]
    cookie = client.get_cookie("longshore")
    assert cookie is not None
    browser.call("Network.setCookie", name=cookie.key, value=cookie.value, url=site, httpOnly=True)
    return browser
