"""`/api/jobs`: what can be run, and running it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from flask import Response, abort, jsonify, request
from flask_openapi3 import APIBlueprint, Tag
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from werkzeug.wrappers import Response as BaseResponse

from longshore import catalog, fallback, inline, settings
from longshore.catalog import Job
from longshore.dispatch import Dispatched, dispatcher
from web import answers, auth, bodies
from web.problems import invalid, problem

blueprint = APIBlueprint("jobs", __name__, url_prefix="/api/jobs", abp_tags=[Tag(name="jobs")])
KEY_LIMIT = 255
"""Longest Idempotency-Key, in characters."""
GUARDS: dict[str, Callable[[Mapping[str, Any]], auth.Access]] = {}
"""Who may run a job with given parameters, where that hangs on them; by the job's name."""


class JobPath(BaseModel):
    """A job's name in the address."""

    job: str = Field(description="the job's name, e.g. league.generate_schedule")


def _written_out(value: Any) -> Any:
    """Refuse bare numbers, which pydantic would take for seconds since 1970."""
    if isinstance(value, str) and "T" not in value and "-" not in value[1:]:
        raise ValueError("an instant with its zone is needed, e.g. 2030-01-01T09:00:00Z")
    return value


class RunQuery(BaseModel):
    """How a task is enqueued."""

    model_config = ConfigDict(extra="forbid")

    delay: str | None = Field(None, description="run it this much later, e.g. 90s, 5m, 1h30m")
    run_at: Annotated[AwareDatetime | None, BeforeValidator(_written_out)] = Field(
        None, description="run it at this instant, e.g. 2030-01-01T09:00:00Z"
    )


@blueprint.get("", summary="List the jobs")
@auth.public
def index() -> Response:
    """Every job with its queue, limits and schedules."""
    return jsonify(jobs=[answers.job(one) for one in catalog.catalog])


@blueprint.get("/<job>", summary="Show a job with its parameters' JSON schema")
@auth.public
def show(path: JobPath) -> Response:
    """The job and the schema that its parameters are checked against."""
    one = catalog.catalog.get(path.job)
    return jsonify({**answers.job(one), "schema": one.parameters.schema})


@blueprint.post("/<job>", summary="Run a job")
@auth.public  # the job's own declaration says who may; enqueue() asks it
def run(path: JobPath, query: RunQuery) -> BaseResponse:
    """Enqueue a task. The body holds the job's parameters; 202 means that it is in Redis."""
    return enqueue(catalog.catalog.get(path.job), bodies.json_object(), query)


@blueprint.post("/<job>/batch", summary="Run a job many times")
def run_batch(path: JobPath) -> BaseResponse:
    """Enqueue up to 1,000 tasks in one transaction: all of them, or none. Body: {"tasks": [{…}, …]}."""
    one = catalog.catalog.get(path.job)
    fallback.admit(one)
    many = dispatcher().dispatch_many(one, bodies.json_list("tasks"), idempotency_key=idempotency_key())
    ran = any(each.ran for each in many)
    answer = jsonify(status="done" if ran else "queued", tasks=[answers.queued(each) for each in many])
    answer.status_code = 200 if ran else 202
    return answer


def enqueue(
    one: Job, params: dict[str, Any], query: RunQuery, shape: Callable[[Dispatched], Any] = answers.queued
) -> BaseResponse:
    """Enqueue a task if the caller may, and answer 202; systems' own routes shape the answer their way.

    Without a worker or Redis its job's declaration says what then: a 200 is the answer of a task that has run
    here, a 503 says that nothing has been done.
    """
    later = query.delay is not None or query.run_at is not None
    guard = GUARDS.get(one.name)
    access = guard(params) if guard else one.access
    if refusal := auth.require("admin" if later else access):
        return refusal
    key = idempotency_key()
    if fallback.way(one, params, later=later, idempotency_key=key) == "inline":
        return jsonify(inline.run(one, params).answer())
    if refusal := _crowded(one):
        return refusal
    done = dispatcher().dispatch(one, params, delay=query.delay, run_at=query.run_at, idempotency_key=key)
    if done.ran:
        return jsonify({**(shape(done) if done.ran.task_id else {}), **done.ran.answer()})
    answer = jsonify(shape(done))
    answer.status_code = 202
    answer.headers["Location"] = answers.status_url(done.task_id)
    return answer


def idempotency_key() -> str | None:
    """The Idempotency-Key header, if there is one; aborts with 422 when it is too long."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not 0 < len(key) <= KEY_LIMIT:
        abort(
            invalid(
                [{"field": "Idempotency-Key", "message": f"1 to {KEY_LIMIT} characters", "type": "length"}]
            )
        )
    return key


def _crowded(one: Job) -> BaseResponse | None:
    """Strangers may not fill a queue: each may ask seldom enough, but there are many of them."""
    limit = settings.current().public_backlog
    if settings.current().always_inline or auth.is_admin() or dispatcher().queue(one.queue).count < limit:
        return None
    detail = f"Queue {one.queue} holds {limit} tasks already; try again when some are done."
    return problem(503, detail, title="The queue is full", headers={"Retry-After": "30"})
