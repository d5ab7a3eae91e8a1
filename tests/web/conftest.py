"""What tests of the web share: an admin who came in through the browser, and tasks in every state."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from tests.web.dashboard.planting import Plants


@pytest.fixture
def session(app: Flask, token: str) -> FlaskClient:
    """A client with an admin's session cookie and no token."""
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["token_id"] = token.split("_")[1]
    return client


@pytest.fixture
def plants(redis: Redis) -> Plants:
    """What puts tasks into Redis."""
    return Plants(redis)


@pytest.fixture
def planted(plants: Plants) -> dict[str, str]:
    """A task in each state; ids by what they are."""
    return plants.everything()
