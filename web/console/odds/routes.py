"""The routes of the pages about odds. Anybody may read them, as the API's; an admin may start a refresh."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from jobs.odds import board
from longshore import catalog, settings
from longshore.snapshots import UnreadableSnapshot
from web import auth
from web.api.jobs import RunQuery, enqueue
from web.console.odds import asked, choice, links, outcome, reports, views
from web.problems import refusal

blueprint = Blueprint("console_odds", __name__)
blueprint.register_error_handler(
    UnreadableSnapshot, lambda error: refusal(503, f"{error}. The next refresh replaces it.")
)
GONE = "The newest odds do not have this event: it is over, or the address is wrong."


@blueprint.get("/odds")
@auth.public
def index() -> str:
    """The opportunities, as the address narrows and sorts them."""
    chosen, odds = choice.read(request.args), board.load()
    if odds is None:
        return render_template("console/odds_none.html", tabs=links.tabs(chosen.prices))
    return render_template("console/odds.html", **views.index(odds, chosen, datetime.now(UTC)))


@blueprint.get("/odds/arbitrages")
@auth.public
def arbitrages() -> str:
    """Arbitrages and middles of all events."""
    style, odds = choice.style(request.args), board.load()
    if odds is None:
        return render_template("console/odds_none.html", tabs=links.tabs(style))
    sport = request.args.get("sport", "")[: choice.LONGEST]
    return render_template(
        "console/odds_pairs.html", **views.arbitrages(odds, style, sport, datetime.now(UTC))
    )


@blueprint.get("/odds/events/<event_id>")
@auth.public
def event(event_id: str) -> str | tuple[str, int]:
    """An event with all its prices."""
    odds, found = board.load(), board.ladders(event_id)
    if odds is None or found is None:
        return render_template("error.html", status=404, title="Not Found", detail=GONE), 404
    page = views.event(odds, found, choice.style(request.args), datetime.now(UTC))
    return render_template("console/odds_event.html", **page)


@blueprint.post("/odds/refresh")
def refresh() -> Response | str:
    """Start a refresh, and go to its task; what has run here, as there was no worker, is told at once."""
    answer = enqueue(catalog.catalog.get(outcome.JOB), {}, RunQuery(delay=None, run_at=None))
    said: dict[str, Any] = json.loads(answer.get_data())
    if answer.status_code >= 400:
        return refusal(answer.status_code, str(said.get("detail", "")), answer.headers)
    if task_id := said.get("task_id"):
        return redirect(url_for("console_tasks.show", task_id=task_id), 303)
    board.forget()
    return render_template("console/odds_ran.html", **outcome.ran_here(said))


@blueprint.get("/odds/record")
@auth.public
def record() -> str:
    """What became of the opportunities that were listed."""
    now, odds, narrowed = datetime.now(UTC), board.load(), asked.read(request.args)
    source = narrowed.source or (odds.source if odds else settings.current().upstreams)
    page = views.record(reports.get(narrowed, source, now), odds, narrowed, now)
    return render_template("console/odds_record.html", **page)
