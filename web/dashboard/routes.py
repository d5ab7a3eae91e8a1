"""rq-dashboard's routes on our terms: POST for what changes something, 404 for what is not there,
one shared Redis client, and a Content-Security-Policy with a nonce.

What the routes answer is rq-dashboard's, but for `requeue_all`.
"""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, g, jsonify, request
from flask.blueprints import BlueprintSetupState
from redis import Redis
from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.job import JOB_ID_PATTERN
from rq.registry import FailedJobRegistry
from rq_dashboard import web as upstream
from werkzeug.exceptions import NotFound

from longshore import connections, control, tasks
from longshore.dispatch import dispatcher
from longshore.errors import LongshoreError, UnknownTask, WrongState
from longshore.task import Task
from web import headers
from web.dashboard.escaping import SafeLoader

_VALID = {
    "instance_number": re.compile("0"),
    "registry_name": re.compile("queued|scheduled|deferred|started|finished|failed|canceled"),
    "order": re.compile("asc|dsc"),
    "per_page": re.compile("[1-9][0-9]{0,2}"),
    "page": re.compile("[1-9][0-9]{0,6}"),
    "job_id": JOB_ID_PATTERN,
}
"""What each part of an address may be. rq-dashboard takes anything, and fails on it later."""


class _SetupState(BlueprintSetupState):
    """Adds rq-dashboard's rules, amended."""

    def add_url_rule(
        self, rule: str, endpoint: str | None = None, view_func: Any = None, **options: Any
    ) -> None:
        if "POST" in options.get("methods", ()):
            options["methods"] = ["POST"]  # a GET of /requeue/<queue> requeued all of it
        if view_func is upstream.requeue_all:
            view_func = requeue_all  # of the same name, and so the same endpoint
        super().add_url_rule(rule, endpoint, view_func, **options)


class _Dashboard(Blueprint):
    """A blueprint with rq-dashboard's rules. Its own is left alone: it opens connections."""

    def make_setup_state(
        self, app: Any, options: dict[str, Any], first_registration: bool = False
    ) -> BlueprintSetupState:
        return _SetupState(self, app, options, first_registration)


def blueprint() -> Blueprint:
    """rq-dashboard's blueprint, made anew without what it does before a request."""
    theirs = upstream.blueprint
    made = _Dashboard(theirs.name, theirs.import_name, static_folder="static")
    made.jinja_loader = SafeLoader(str(Path(theirs.root_path, theirs.template_folder)))
    made.deferred_functions.extend(theirs.deferred_functions)
    made.context_processor(upstream.inject_interval)
    made.context_processor(lambda: {"csp_nonce": _nonce})
    made.before_request(_prepare)
    made.after_request(_add_policy)
    made.register_error_handler(NoSuchJobError, _not_found)
    return made


def requeue(job_id: str, connection: Redis, serializer: object = None) -> None:
    """Run a failed task again: ours with all its tries, another client's as RQ does it.

    Raises:
        UnknownTask: there is none of that id.
        WrongState: it has not failed.
    """
    found = tasks.fetch(connection, job_id)
    if _is_ours(found):
        control.retry(dispatcher(), job_id)
        return
    try:
        found.requeue()
    except InvalidJobOperation:
        raise WrongState(f"Task {job_id} has not failed; only failed tasks run again.") from None


def requeue_all(queue_name: str) -> Response:
    """Requeue the queue's failed tasks; one that is gone, or not failed any more, stops no other."""
    connection = connections.shared()
    count = 0
    for job_id in FailedJobRegistry(queue_name, connection=connection).get_job_ids(cleanup=False):
        try:
            requeue(job_id, connection)
            count += 1
        except (UnknownTask, WrongState):
            continue
    return jsonify(status="OK", count=count)


def _is_ours(found: Task) -> bool:
    try:
        return bool(found.declared)
    except LongshoreError:
        return False


def _prepare() -> None:
    """Refuse addresses of nothing, and give the views their client: the one of the process."""
    given = request.view_args or {}
    for name, valid in _VALID.items():
        if name in given and not valid.fullmatch(str(given[name])):
            abort(404)
    client = connections.shared()
    if "job_id" in given and not Task.exists(given["job_id"], client):
        abort(404)
    current_app.redis_conn = client  # type: ignore[attr-defined]  # always the same one, so threads agree


def _not_found(_error: NoSuchJobError) -> Any:
    """A task that went away while its page was made, or whose hash is none."""
    return current_app.handle_user_exception(NotFound())


def _nonce() -> str:
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _add_policy(answer: Response) -> Response:
    if "csp_nonce" in g:
        allowed = f"script-src 'self' 'nonce-{g.csp_nonce}'"
        answer.headers["Content-Security-Policy"] = headers.CSP.replace("script-src 'self'", allowed)
    return answer
