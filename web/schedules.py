"""The JSON shapes of schedules, and what their routes, their commands and the console's pages share.

What a schedule says is the business of `longshore.schedules`; here it is shown, with what Redis knows of it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import url_for
from redis import Redis
from redis.exceptions import RedisError

from longshore import fallback
from longshore.catalog import Catalog
from longshore.connections import is_away
from longshore.dispatch import Dispatched, dispatcher
from longshore.errors import InvalidSchedule, UnknownJob, UnknownSchedule
from longshore.schedules import binding, book, edits, entries, preview, upcoming
from longshore.schedules import spec as specs
from longshore.schedules.aside import SetAside
from longshore.schedules.book import Schedule
from longshore.schedules.ledger import SlotRecord
from longshore.schedules.upcoming import Live
from longshore.task import Task
from longshore.tasks import status_of
from longshore.triggers import fields
from web import auth
from web.answers import moment, status_url

logger = logging.getLogger(__name__)
INSTANT_EXAMPLE = "2030-01-01T09:00:00Z"
_ELSEWHERE = {
    "name": "a schedule keeps its name; make another one, and delete this one",
    "paused": "POST /api/schedules/<name>/pause and …/resume change it",
    "paused_until": "POST /api/schedules/<name>/pause changes it",
    "deleted": "DELETE /api/schedules/<name> and POST …/restore change it",
}
_NEW = {"paused": False, "paused_until": None, "deleted": False}


@dataclass(frozen=True)
class Page:
    """Some schedules, by name.

    Attributes:
        schedules: those of the page.
        total: how many match.
        next_cursor: where the next page begins; None: there is none.
    """

    schedules: Sequence[Schedule]
    total: int
    next_cursor: str | None


def page(found: Sequence[Schedule], limit: int, cursor: str | None) -> Page:
    """Up to `limit` schedules after the name `cursor`."""
    rest = [one for one in found if cursor is None or one.name > cursor]
    shown = rest[:limit]
    return Page(shown, len(found), shown[-1].name if len(rest) > limit else None)


def live(connection: Redis, schedules: Sequence[Schedule]) -> Live:
    """What Redis knows of them; nothing while it is away: then all is shown from SQL and the code."""
    try:
        return upcoming.look(connection, schedules)
    except RedisError as error:
        if not is_away(error):
            raise
        logger.info("schedules are shown without Redis: %s", error)
        return Live()


def foreseen(
    connection: Redis, catalog: Catalog, document: Mapping[str, Any], count: int, name: str | None
) -> dict[str, Any]:
    """The next runs of a schedule and the load of its queue; while Redis is away, the runs alone.

    Args:
        connection: Redis, which knows what the runs of jobs take.
        catalog: the jobs that there are.
        document: the schedule, as people send it or as it is shown.
        count: how many runs.
        name: its name, if it has one.

    Raises:
        InvalidSchedule: names each field at fault.
    """
    form = {key: value for key, value in document.items() if key not in edits.READ_ONLY}
    known, now = None if name is None else specs.check_name(name), datetime.now(UTC)
    spec = binding.check(catalog, specs.read(form), now)
    try:
        return preview.preview(connection, catalog, form, count=count, now=now, name=known)
    except RedisError as error:
        if not is_away(error):
            raise
    return preview.runs(spec, count, now)


def plain(one: Schedule, known: Live, now: datetime | None = None) -> dict[str, Any]:
    """All of a schedule, without addresses: what the command line shows."""
    now = now or datetime.now(UTC)
    paused, run = one.is_paused(now), upcoming.next_run(one, now, known.due.get(one.name))
    declared = one.declared if one.deleted or one.origin == "overridden" else None
    last = known.last.get(one.name)
    return {
        **one.document,
        "name": one.name,
        "origin": one.origin,
        "declared": declared.document() if declared else None,
        "describe": one.recurrence.describe() if one.recurrence else None,
        "paused": paused,
        "paused_until": moment(one.paused_until) if paused else None,
        "paused_by": one.paused_by if paused else "",
        "deleted": one.deleted,
        "version": one.version,
        "created_by": one.created_by,
        "created_at": moment(one.created_at),
        "changed_by": one.changed_by,
        "changed_at": moment(one.changed_at),
        "fault": one.fault,
        "next_run": moment(run),
        "next_run_local": local(one, run),
        "last_slot": slot(last) if last else None,
    }


def shown(one: Schedule, known: Live, now: datetime | None = None) -> dict[str, Any]:
    """A schedule as the API answers it."""
    found = plain(one, known, now)
    return {"name": found.pop("name"), **found, "url": url_for("schedules.show", name=one.name)}


def local(one: Schedule, run: datetime | None) -> str | None:
    """A moment in the zone of the schedule's times, with its offset from UTC."""
    if run is None or one.recurrence is None:
        return None
    return run.astimezone(one.recurrence.zone).isoformat(timespec="milliseconds")


def slot(one: SlotRecord) -> dict[str, Any]:
    """What became of a slot."""
    return {
        "slot": moment(one.slot),
        "outcome": one.outcome,
        "why": one.why,
        "task_id": one.task_id,
        "late_seconds": one.late_seconds,
    }


def slots(connection: Redis, records: Sequence[SlotRecord]) -> list[dict[str, Any]]:
    """Slots with the status of their tasks, null where the task has expired."""
    ids = [one.task_id for one in records if one.task_id]
    found = Task.fetch_many(ids, connection=connection) if ids else []
    states = {one.id: status_of(one).value for one in found if isinstance(one, Task)}
    return [slot(one) | {"status": states.get(one.task_id or "")} for one in records]


def linked(one: dict[str, Any]) -> dict[str, Any]:
    """A slot with the address of its task, while that is there."""
    return {**one, "status_url": status_url(one["task_id"]) if one["status"] else None}


def set_aside(one: SetAside) -> dict[str, Any]:
    """An entry that was set aside."""
    return {
        "entry_id": one.entry_id,
        "job": one.job,
        "queue": one.queue,
        "reason": one.reason,
        "due": moment(one.due_at),
        "set_aside_at": moment(one.set_aside_at),
    }


def queue_of(catalog: Catalog, one: Schedule) -> str | None:
    """The queue that its tasks wait in; None if this code does not have its job."""
    try:
        return catalog.resolve(one.job).queue
    except UnknownJob:
        return None


def asking() -> str:
    """Who asks: what a change is noted under."""
    who = auth.identity()
    return (who.label or who.token_id) if who else "somebody"


def instant(value: Any, field: str) -> datetime:
    """An instant from a body.

    Raises:
        InvalidSchedule: it is none; names the field.
    """
    try:
        return fields.instant(value)
    except ValueError as error:
        raise fault(field, str(error), INSTANT_EXAMPLE) from None


def only(body: Mapping[str, Any], *known: str) -> None:
    """Refuse members that nobody reads.

    Raises:
        InvalidSchedule: names each of them.
    """
    takes = f"this takes {', '.join(known)}" if known else "this takes none"
    unknown = [one for one in body if one not in known]
    if unknown:
        raise InvalidSchedule(
            [
                {"field": one, "message": f"unknown field; {takes}", "type": "extra_forbidden"}
                for one in unknown
            ]
        )


def nothing_else(body: Mapping[str, Any], current: Mapping[str, Any] = _NEW) -> None:
    """Refuse a body that would change what it cannot; what it repeats as it is does no harm.

    Args:
        body: as it came in.
        current: the schedule as it is shown.

    Raises:
        InvalidSchedule: names each member, and what changes it.
    """
    wrong = [key for key in _ELSEWHERE if key in body and body[key] != current.get(key, body[key])]
    if wrong:
        raise InvalidSchedule(
            [
                {
                    "field": key,
                    "message": f"it cannot be changed here: {_ELSEWHERE[key]}",
                    "type": "read_only",
                    "example": current.get(key),
                }
                for key in wrong
            ]
        )


def run_now(catalog: Catalog, name: str) -> Dispatched:
    """Enqueue a task of a schedule at somebody's wish.

    Raises:
        UnknownSchedule: there is none, or it is deleted.
        InvalidSchedule: its job is not there, or does not take the parameters.
        NotAccepted: no worker is there, and its job does not wait for one.
    """
    one = book.one(catalog, name)
    if one.deleted:
        raise UnknownSchedule(name)
    if one.spec is not None and not one.fault:
        fallback.admit(binding.find_job(catalog, one.spec.job))
    return entries.run_now(dispatcher(), catalog, one)


def fault(field: str, message: str, example: Any) -> InvalidSchedule:
    """An error with one fault."""
    return InvalidSchedule([{"field": field, "message": message, "type": "value_error", "example": example}])
