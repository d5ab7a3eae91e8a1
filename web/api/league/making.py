"""Making a schedule, and how far its task is."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from flask import Response, abort, jsonify, url_for
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError
from werkzeug.wrappers import Response as BaseResponse

from jobs.league import library, store
from jobs.league.errors import UnknownLeague
from jobs.league.sample import sample_league
from longshore import catalog
from longshore.dispatch import Dispatched
from longshore.errors import UnknownTask
from longshore.tasks import Status, TaskView
from web import answers, auth, bodies, visible
from web.api.jobs import RunQuery, enqueue
from web.api.league import uploads
from web.api.league.blueprint import JOB, JOBS, blueprint
from web.problems import invalid

SETTINGS = ("league", "force_regenerate", "seed", "time_limit", "name")
"""Fields of a form that are not of the season."""
GONE = (
    "The schedule has been dropped since: newer ones have taken its place. Make it again to have its games."
)


class StatusPath(BaseModel):
    """A task's id in the address."""

    task_id: str = Field(description="the task's id, as POST /api/schedule/async answered it")


@blueprint.post("/async", summary="Generate a league schedule")
@auth.public  # the job's own declaration says who may
def start() -> BaseResponse:
    """JSON, all of it optional: `force_regenerate`, `league`, `seed`, `time_limit`; or a form with files.

    With no league, a sample of 200 teams and 629 games is scheduled; a text is the name of a league of the
    library, for admins. Without `force_regenerate`, a league that was scheduled before gets that schedule
    again; where it is, is answered at once.
    """
    params, notes = _asked()
    params = {"force_regenerate": False, **params}
    if isinstance(name := params.get("league"), str) and auth.is_admin():
        _known(name)
    return enqueue(
        catalog.catalog.get(JOB),
        params,
        RunQuery(),
        started("Schedule generation started", lambda: _stored(params), notes),
    )


@blueprint.get("/status/<task_id>", summary="How far a league schedule is")
@auth.public
def status(path: StatusPath) -> Response:
    """The task, of generating or of repairing; once it is a SUCCESS, `result` holds the games."""
    view = visible.task(path.task_id)
    if view.job not in JOBS:
        raise UnknownTask(path.task_id)
    shown = answers.task(view, admin=auth.is_admin())
    if view.status is Status.SUCCESS and isinstance(view.result, dict):
        shown["result"] = _with_games(view)
    return jsonify(shown)


def started(
    message: str, stored: Callable[[], str | None] = lambda: None, notes: list[dict[str, str]] | None = None
) -> Callable[[Dispatched], dict[str, Any]]:
    """The shape of the answer to an enqueue, in the document's words.

    Args:
        message: what has begun.
        stored: the id of a schedule that there is already, and that the task is going to answer.
        notes: what could not be taken of files.
    """

    def shape(done: Dispatched) -> dict[str, Any]:
        schedule_id = stored()
        return {
            "task_id": done.task_id,
            "status": Status.PENDING.value,
            "message": message,
            "status_url": f"/api/schedule/status/{done.task_id}",
            **(
                {"schedule_id": schedule_id, "schedule_url": schedule_url(schedule_id)} if schedule_id else {}
            ),
            **({"notes": notes} if notes is not None else {}),
        }

    return shape


def schedule_url(schedule_id: str) -> str:
    """Where a schedule is."""
    return url_for("league.show", schedule_id=schedule_id)


def _asked() -> tuple[dict[str, Any], list[dict[str, str]] | None]:
    """The job's parameters, and notes if they were made of files."""
    given = uploads.posted()
    if given is None:
        return bodies.json_object(), None
    params = {key: given.fields[key] for key in SETTINGS[:-1] if key in given.fields}
    if not given.files and not given.fields.keys() - set(SETTINGS[:-1]):
        return params, None
    if "league" in params:
        message = "either the name of a stored league or files with a league, not both"
        abort(invalid([{"field": "league", "message": message, "type": "conflict"}]))
    reading = uploads.league(given, SETTINGS, given.fields.get("name"))
    params["league"] = reading.league.model_dump(mode="json", exclude_unset=True)
    return params, uploads.notes(reading)


def _known(name: str) -> None:
    """Abort with a 422 that names near names, unless there is such a league."""
    try:
        library.get(name)
    except UnknownLeague as error:
        abort(invalid([{"field": "league", "message": str(error), "type": "unknown_league"}]))


def _stored(params: dict[str, Any]) -> str | None:
    """The id of the schedule that the task is going to answer, if there is one already.

    Raises nothing when the database is away: the task is in Redis, and the answer must say so.
    """
    bound = catalog.catalog.get(JOB).parameters.bind(params)
    if bound["force_regenerate"]:
        return None
    try:
        match bound["league"]:
            case None:
                return store.newest_id(_sample_key())
            case str(name):
                found = library.newest(library.get(name))
                return found.id if found else None
            case league:
                return store.newest_id(store.league_key(league))
    except (DBAPIError, UnknownLeague):
        return None


@functools.cache
def _sample_key() -> str:
    return store.league_key(sample_league())


def _with_games(view: TaskView) -> dict[str, Any]:
    """The task's own result is small; its games are in SQL."""
    schedule_id = view.result["schedule_id"]
    stored = store.get(schedule_id)
    if stored is None:
        return {**view.result, "games": None, "message": GONE}
    games = [one.model_dump(mode="json") for one in stored.games]
    return {**view.result, "games": games, "schedule_url": schedule_url(schedule_id)}
