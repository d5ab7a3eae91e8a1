"""Who may do what: every route is public or for admins, and admin unless it says otherwise.

An admin shows a bearer token, or has a console session that was opened with one; a session also
has to bring the CSRF token with whatever changes something.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, Literal, TypeVar
from urllib.parse import quote

from flask import Flask, Response, current_app, g, redirect, request, session
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.wrappers import Response as BaseResponse

from longshore.settings import Settings
from web import tokens
from web.problems import problem, refusal

Access = Literal["public", "admin"]
F = TypeVar("F", bound=Callable[..., Any])
SAFE = ("GET", "HEAD", "OPTIONS")
_SESSION = "token_id"
csrf = CSRFProtect()


def public(view: F) -> F:
    """Mark a view as open to anybody; such routes are rate limited."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def access_of(endpoint: str | None) -> Access:
    """Who may use an endpoint. What says nothing is for admins; static files are public."""
    if endpoint is None or endpoint == "static" or endpoint.endswith(".static"):
        return "public"
    view = current_app.view_functions.get(endpoint)
    return getattr(view, "access", "admin")


def register(app: Flask, settings: Settings) -> None:
    """Put the door in front of every route of `app`."""
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # asked for below, for sessions only
        WTF_CSRF_TIME_LIMIT=None,
        SESSION_COOKIE_NAME="longshore",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.production,
    )
    csrf.init_app(app)
    app.before_request(_door)
    app.register_error_handler(CSRFError, _bad_csrf)


def identity() -> tokens.Identity | None:
    """Who is asking, if it is an admin; looked up once a request."""
    if "identity" not in g:
        g.identity = _identify()
    found: tokens.Identity | None = g.identity
    return found


def is_admin() -> bool:
    """Whether an admin is asking."""
    who = identity()
    return who is not None and who.scope == "admin"


def require(access: Access) -> BaseResponse | None:
    """None if the one who asks may, else the answer that says what is missing."""
    if access == "public" or is_admin():
        return None
    if _wants_page():
        return redirect(f"/login?next={quote(request.full_path.rstrip('?'))}")
    return problem(401, _missing(), headers={"WWW-Authenticate": 'Bearer realm="longshore"'})


def sign_in(token: str) -> bool:
    """Open a console session for a valid admin token."""
    who = tokens.check(token.strip())
    if who is None:
        return False
    session.clear()
    session[_SESSION] = who.token_id
    session["nonce"] = secrets.token_hex(8)
    g.identity = who
    return True


def sign_out() -> None:
    """End the console session."""
    session.clear()
    g.pop("identity", None)


def _door() -> BaseResponse | None:
    if request.endpoint is None:
        return None  # no such route; nothing to guard
    refusal = require(access_of(request.endpoint))
    if refusal is None and request.method not in SAFE and _by_session():
        csrf.protect()
    return refusal


def _identify() -> tokens.Identity | None:
    if "Authorization" in request.headers:  # then the cookie does not count, and needs no CSRF token
        kind, _, token = request.headers["Authorization"].partition(" ")
        return tokens.check(token.strip()) if kind.lower() == "bearer" else None
    token_id = session.get(_SESSION)
    return tokens.check_id(token_id) if token_id else None


def _by_session() -> bool:
    """Whether the request relies on the cookie, which a browser sends along unasked."""
    return "Authorization" not in request.headers and _SESSION in session


def _missing() -> str:
    if "Authorization" in request.headers:
        return "The token is wrong, expired or revoked. flask token create --scope admin makes a new one."
    return (
        "This needs an admin: send 'Authorization: Bearer TOKEN'. "
        "flask token create --scope admin makes a token; start.sh prints one."
    )


def _wants_page() -> bool:
    accepts_html = request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html"
    return accepts_html and request.method == "GET" and not request.path.startswith("/api")


def _bad_csrf(error: CSRFError) -> Response:
    said = f"{error.description} A console session sends the page's token as X-CSRFToken; reload the page."
    return refusal(403, said)
