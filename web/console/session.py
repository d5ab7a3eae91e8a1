"""Signing in with a token, and out."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from web import auth
from web.console import frame

blueprint = Blueprint("console_session", __name__)
WRONG = "The token is wrong, expired or revoked."
STALE = "The page had been open for too long, or cookies are off. Please try again."


@blueprint.get("/login")
@auth.public
def login() -> str | Response:
    """The form. A token behind `#` in the address is filled in by the page and never reaches a log."""
    if frame.signed_in():
        return redirect(local(request.args.get("next", "")))
    return _form()


@blueprint.post("/login")
@auth.public
def sign_in() -> str | Response | tuple[str, int]:
    """Open a session, and go where the visitor wanted to."""
    try:
        auth.csrf.protect()  # a stranger has no session yet, so the door did not ask
    except CSRFError:
        return _form(STALE), 400
    if not auth.sign_in(request.form.get("token", "")):
        return _form(WRONG), 401
    return redirect(local(request.form.get("next", "")), 303)


@blueprint.post("/logout")
@auth.public  # who has no session any more should not be sent to sign in
def sign_out() -> Response:
    """End the session."""
    auth.sign_out()
    return redirect(url_for("console_jobs.index"), 303)


def local(address: str) -> str:
    """The address if it is a path of this server, else the front page.

    Browsers read `//host`, `/\\host` and paths with tabs or line breaks in them as other servers.
    """
    if address.startswith("/") and address[1:2] != "/" and "\\" not in address and address.isprintable():
        return address
    return url_for("console_jobs.index")


def _form(fault: str = "") -> str:
    wanted = local(request.values.get("next", ""))
    return render_template("console/login.html", fault=fault, next=wanted)
