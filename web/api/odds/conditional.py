"""A short way in front of Flask: who has the newest page already is told so, and nothing else is done.

That answer holds nothing and costs less than counting it would, so it does not count against the rate limit.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask

from web.api.odds.serving import Serving, validity

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PREFIX = "/api/odds"
VARY = {"Vary": "Cookie"}
"""As the page itself has it: whether an admin asks, a cookie may say."""


class Conditional:
    """Answers conditional requests for pages that are in memory; all others go on.

    Args:
        app: where they go.
        serving: what the process keeps.
    """

    def __init__(self, app: WSGIApplication, serving: Serving) -> None:
        self._app, self._serving = app, serving

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        sent = environ.get("HTTP_IF_NONE_MATCH")
        if sent and environ["PATH_INFO"].startswith(PREFIX) and environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            found = self._serving.known(environ["PATH_INFO"], environ.get("QUERY_STRING", ""))
            if found and found[1].answers(sent):
                headers = validity(found[0], found[1].etag) | VARY
                start_response("304 Not Modified", list(headers.items()))
                return []
        return self._app(environ, start_response)


def register(app: Flask) -> None:
    """Keep pages in `app`, and put the short way in front of it."""
    app.extensions["odds"] = Serving()
    app.wsgi_app = Conditional(app.wsgi_app, app.extensions["odds"])  # type: ignore[method-assign]
