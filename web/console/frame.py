"""What the frame of every page knows: who is asking, the time, and how values are written.

The error page and the API docs stand in the same frame, so nothing here may need Redis or SQL to answer.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, request
from sqlalchemy.exc import SQLAlchemyError

import longshore
from web import auth
from web.console import words


def register(app: Flask) -> None:
    """Add the frame's values and filters to the templates of `app`."""
    app.context_processor(_values)
    app.jinja_env.filters.update(
        moment=words.moment,
        ago=words.ago,
        duration=words.duration,
        number=words.number,
        label=words.label,
        pretty=words.pretty,
        percent=words.percent,
        trigger=words.trigger,
        brief=words.brief,
    )
    app.after_request(_keep_private)


def signed_in() -> bool:
    """Whether an admin is asking; False when the database cannot say."""
    try:
        return auth.is_admin()
    except SQLAlchemyError:
        return False


def _values() -> dict[str, Any]:
    return {"signed_in": signed_in(), "now": datetime.now(UTC), "version": longshore.__version__}


def _keep_private(answer: Response) -> Response:
    """A page depends on who asks: no cache may keep it for the next one."""
    if request.endpoint and answer.mimetype == "text/html":
        answer.headers.setdefault("Cache-Control", "private, no-cache")
        answer.vary.add("Cookie")
    return answer
