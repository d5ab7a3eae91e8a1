"""Whether a schedule fits this code: its job is in the catalog and takes the parameters, and it is due at
some time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from longshore.catalog import Catalog, Job
from longshore.conditions import when
from longshore.errors import InvalidParameters, InvalidSchedule, ScheduleError, UnknownJob
from longshore.schedules.spec import EXAMPLES, ScheduleSpec, invalid


def check(catalog: Catalog, spec: ScheduleSpec, now: datetime) -> ScheduleSpec:
    """The schedule with its job's own name and its parameters as they will be stored.

    Args:
        catalog: the jobs that there are.
        spec: the schedule.
        now: it must be due at some time after this.

    Raises:
        InvalidSchedule: the job is unknown, does not take the parameters, or nothing would ever run.
    """
    bound = bind(catalog, spec)
    _check_future(bound, now)
    return bound


def bind(catalog: Catalog, spec: ScheduleSpec) -> ScheduleSpec:
    """The schedule as this catalog understands it: what it names is there, and takes its parameters.

    Raises:
        InvalidSchedule: the job or the function of `when` is not there, or the parameters do not fit.
    """
    job = find_job(catalog, spec.job)
    params = _bound(job, spec.params)
    if fault := spec.recurrence.fault():
        raise invalid(*fault, "skip")
    _check_when(spec)
    return spec.model_copy(update={"job": job.name, "params": params})


def find_job(catalog: Catalog, name: str) -> Job:
    """The job of that name, of that import path, or of the path that a document gives it.

    The documents name tasks of another house, such as `src.tasks.scheduled_tasks.fetch_and_update_projects`:
    that is our job of the function's name, if there is only one.

    Raises:
        InvalidSchedule: there is none, or several.
    """
    try:
        return catalog.resolve(name)
    except UnknownJob:
        alike = [one for one in catalog if one.name.rpartition(".")[2] == name.rpartition(".")[2]]
    if len(alike) == 1 and "." in name:
        return alike[0]
    known = ", ".join(one.name for one in alike or catalog)
    said = "is the name of several jobs" if alike else "is not in the catalog"
    raise invalid("job", f"{name!r} {said}; there are: {known}", EXAMPLES["job"])


def _bound(job: Job, params: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return job.parameters.payload(job.parameters.check(params))
    except InvalidParameters as error:
        example = {
            name: one.get("examples", [one.get("default")])[0] for name, one in _properties(job).items()
        }
        raise InvalidSchedule(
            [one | {"field": f"params.{one['field']}", "example": example} for one in error.errors]
        ) from None


def _properties(job: Job) -> dict[str, Any]:
    found: dict[str, Any] = job.parameters.schema.get("properties", {})
    return found


def _check_when(spec: ScheduleSpec) -> None:
    if spec.conditions.when is None:
        return
    try:
        when.find(spec.conditions.when)
    except ScheduleError as error:
        raise invalid("conditions.when", str(error), "shop.is_open") from None


def _check_future(spec: ScheduleSpec, now: datetime) -> None:
    if spec.recurrence.after(now) is not None:
        return
    end, example = (
        spec.conditions.not_after,
        (now + timedelta(days=1)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:00Z"),
    )
    if end is not None and end <= now:
        raise invalid(
            "conditions.not_after", f"{end.isoformat()} is in the past: it would never run", example
        )
    if spec.trigger.kind == "once":
        raise invalid("trigger.at", f"{spec.trigger.describe()}: that is in the past", example)
    raise invalid(
        "trigger", f"{spec.trigger.describe()}: with these conditions it never runs", EXAMPLES["trigger"]
    )
