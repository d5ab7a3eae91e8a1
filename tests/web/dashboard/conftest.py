"""What the pages send with what they change."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient


@pytest.fixture
def csrf(session: FlaskClient) -> dict[str, str]:
    """The header that the pages' scripts send with a POST."""
    page = session.get("/rq/").text
    found = re.search(r'"X-CSRFToken": "([^"]+)"', page)
    assert found
    return {"X-CSRFToken": found[1]}
