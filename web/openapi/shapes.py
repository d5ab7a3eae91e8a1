"""The shapes of answers, for the description only: `web.answers` and `web.problems` make the answers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from longshore.tasks import Status

REF = "#/components/schemas/"
"""Where a document keeps its schemas."""


class Shape(BaseModel):
    """What is common to all: they may gain members."""

    model_config = ConfigDict(extra="allow")


class Fault(Shape):
    """One thing that is wrong with the input."""

    field: str = Field(description="where, e.g. league.teams.3.name")
    message: str = Field(description="what is wrong, and what would be right")
    type: str = Field(description="the kind of fault, in pydantic's words")
    example: Any = Field(None, description="a right value, where there is a short one")


class Problem(Shape):
    """An error, as RFC 9457 has it."""

    type: str = Field(description="about:blank: the status says what kind it is")
    title: str
    status: int
    detail: str = Field(description="what is wrong and what would be right")
    errors: list[Fault] = Field([], description="of a 422: every field at fault")
    etag: str | None = Field(None, description="of a 412: the ETag that would match")
    without: str | None = Field(None, description="of a 503: a header without which it would have run here")


class Queued(Shape):
    """A task that is in Redis."""

    task_id: str
    status: Literal["queued"]
    job: str
    created: bool = Field(description="false: the Idempotency-Key or a unique job led to an earlier task")
    status_url: str


class Failure(Shape):
    """Why a task failed."""

    type: str
    message: str


class Cut(Shape):
    """A parameter that was cut for a run in the web process."""

    asked: Any
    used: Any


class Ran(Shape):
    """A task that has run in a child of the web process, as its job allows it. `result`, or `error`."""

    mode: Literal["sync"]
    job: str
    status: Literal["SUCCESS", "FAILURE"]
    result: Any = None
    error: Failure | None = None
    limited: dict[str, Cut] = Field({}, description="the parameters that were cut, by name")


class Batch(Shape):
    """The tasks of a batch, all of them in Redis."""

    status: Literal["queued"]
    tasks: list[Queued]


class Started(Shape):
    """A league schedule that is to be generated or repaired."""

    task_id: str
    status: Literal["PENDING"]
    message: str
    status_url: str
    schedule_id: str | None = Field(None, description="of one that is stored, and that the task will answer")
    schedule_url: str | None = None
    notes: list[dict[str, str]] | None = Field(None, description="what could not be taken of files")


class Again(Shape):
    """A task that is back in its queue."""

    task_id: str
    status: Literal["queued"]
    status_url: str


class Finishing(Shape):
    """A task that ends soon with what it has."""

    task_id: str
    status: Literal["finishing"]
    status_url: str


class Progress(Shape):
    """How far a task is."""

    current: float
    total: float | None = None
    percent: float | None = None
    eta_seconds: float | None = None
    figures: dict[str, float | str | None] | None = None


class Task(Shape):
    """A task. `params`, `worker` and `trace` are for admins; lists leave `result` out."""

    task_id: str
    job: str
    queue: str
    status: Status
    ready: bool
    successful: bool | None
    message: str | None
    progress: Progress | None
    result: Any = None
    error: Failure | None
    attempt: int
    schedule: str | None
    enqueued_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    params: dict[str, Any] | None = None
    worker: str | None = None
    trace: str | None = None
    status_url: str


class Tasks(Shape):
    """A page of tasks."""

    tasks: list[Task]
    total: int = Field(description="all that match queue and status")
    next_cursor: str | None


_SHAPES = (Problem, Queued, Ran, Batch, Started, Again, Finishing, Task, Tasks)


def schemas() -> dict[str, Any]:
    """Every shape's JSON schema, by name."""
    return described(_SHAPES)


def described(shapes: Iterable[type[Shape]]) -> dict[str, Any]:
    """JSON schemas of these shapes and of those inside them, by name."""
    found: dict[str, Any] = {}
    for shape in shapes:
        schema = shape.model_json_schema(ref_template=f"{REF}{{model}}")
        found |= schema.pop("$defs", {})
        found[shape.__name__] = schema
    return found


def ref(shape: type[Shape]) -> dict[str, str]:
    """A reference to a shape's schema."""
    return {"$ref": f"{REF}{shape.__name__}"}
