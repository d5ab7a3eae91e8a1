"""Changing schedules while the system runs: SQL is the truth, and the clock follows it.

Every change is checked as a whole before anything is saved, and made only if nobody else has changed the
schedule since the caller read it. A declared schedule can be changed, paused and deleted like any other;
`restore` takes that back.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from redis.exceptions import RedisError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from longshore import connections, keys
from longshore.catalog import Catalog
from longshore.errors import InvalidSchedule, ScheduleExists, StaleSchedule, UnknownSchedule
from longshore.schedules import binding, book, table
from longshore.schedules import spec as specs
from longshore.schedules.book import Schedule
from longshore.schedules.spec import ScheduleSpec
from longshore.schedules.table import ScheduleRow
from longshore.storage import session_scope

logger = logging.getLogger(__name__)
READ_ONLY = frozenset(
    {
        "name", "origin", "declared", "describe", "paused", "paused_until", "paused_by", "deleted", "version",
        "created_by", "created_at", "changed_by", "changed_at", "fault", "next_run", "next_run_local",
        "last_slot", "url",
    }
)  # fmt: skip
"""Members that an answer has beside the schedule itself: a client may send back what it got."""
_TRIES = 5
_Alter = Callable[[Session, Schedule, ScheduleRow], None]


def create(catalog: Catalog, document: Mapping[str, Any], by: str, now: datetime | None = None) -> Schedule:
    """Make a schedule.

    Args:
        catalog: the jobs that there are.
        document: its JSON form, with its name.
        by: who asks for it.
        now: the time, injected for tests.

    Raises:
        InvalidSchedule: names each field at fault; nothing was saved.
        ScheduleExists: there is one of that name.
    """
    moment = now or datetime.now(UTC)
    name = specs.check_name(document.get("name"))
    spec = _checked(catalog, document, moment)
    _check_new(catalog, name)
    row = ScheduleRow(
        name=name, spec=spec.document(), paused=False, paused_by="", deleted=False,
        created_by=by, created_at=moment, changed_by=by, changed_at=moment,
    )  # fmt: skip
    try:
        with session_scope() as session:
            session.add(row)
    except IntegrityError:
        raise ScheduleExists(f"There is a schedule named {name!r} already.") from None
    return _done(catalog, name)


def replace(
    catalog: Catalog,
    name: str,
    document: Mapping[str, Any],
    by: str,
    if_match: str | None = None,
    now: datetime | None = None,
) -> Schedule:
    """Put another schedule in the place of this one; what `document` leaves out gets its default.

    Raises:
        InvalidSchedule: names each field at fault; nothing was saved.
        UnknownSchedule: there is none of that name.
        StaleSchedule: `if_match` is not its ETag.
    """
    moment = now or datetime.now(UTC)
    spec = _checked(catalog, document, moment)

    def alter(_session: Session, _before: Schedule, row: ScheduleRow) -> None:
        row.spec = spec.document()

    return _edit(catalog, name, by, if_match, moment, alter)


def change(
    catalog: Catalog,
    name: str,
    part: Mapping[str, Any],
    by: str,
    if_match: str | None = None,
    now: datetime | None = None,
) -> Schedule:
    """Change some members, as JSON Merge Patch (RFC 7396) has it: null gives a member its default.

    A trigger of another kind takes the place of the old one.

    Raises:
        As `replace`.
    """
    moment = now or datetime.now(UTC)

    def alter(_session: Session, before: Schedule, row: ScheduleRow) -> None:
        row.spec = _checked(catalog, merged(before.document, part), moment).document()

    return _edit(catalog, name, by, if_match, moment, alter)


def pause(
    catalog: Catalog,
    name: str,
    by: str,
    until: datetime | None = None,
    if_match: str | None = None,
    now: datetime | None = None,
) -> Schedule:
    """Skip its slots from now on, or until an instant.

    Raises:
        InvalidSchedule: `until` is in the past.
        UnknownSchedule, StaleSchedule: as `replace`.
    """
    moment = now or datetime.now(UTC)
    if until is not None and until <= moment:
        fault = {"field": "until", "message": f"{until.isoformat()} is in the past", "type": "value_error"}
        raise InvalidSchedule([fault | {"example": "2030-01-01T09:00:00Z"}])

    def alter(_session: Session, _before: Schedule, row: ScheduleRow) -> None:
        row.paused, row.paused_until, row.paused_by = True, until, by

    return _edit(catalog, name, by, if_match, moment, alter)


def resume(
    catalog: Catalog, name: str, by: str, if_match: str | None = None, now: datetime | None = None
) -> Schedule:
    """Let it go on with its next slot.

    Raises:
        UnknownSchedule, StaleSchedule: as `replace`.
    """

    def alter(_session: Session, _before: Schedule, row: ScheduleRow) -> None:
        row.paused, row.paused_until, row.paused_by = False, None, ""

    return _edit(catalog, name, by, if_match, now or datetime.now(UTC), alter)


def delete(
    catalog: Catalog, name: str, by: str, if_match: str | None = None, now: datetime | None = None
) -> Schedule:
    """Let it never run again. One that was made is gone; a declared one can be restored.

    Returns:
        What it was.

    Raises:
        UnknownSchedule, StaleSchedule: as `replace`.
    """
    was: list[Schedule] = []

    def alter(session: Session, before: Schedule, row: ScheduleRow) -> None:
        was[:] = [before]
        row.deleted = True
        if before.origin == "made":
            session.delete(row)

    _edit(catalog, name, by, if_match, now or datetime.now(UTC), alter, show=False)
    return was[0]


def restore(
    catalog: Catalog, name: str, by: str, if_match: str | None = None, now: datetime | None = None
) -> Schedule:
    """Forget what was changed about a declared schedule, so that it is again as the code says.

    Raises:
        InvalidSchedule: it was made at run time, so the code says nothing of it.
        UnknownSchedule, StaleSchedule: as `replace`.
    """

    def alter(_session: Session, before: Schedule, row: ScheduleRow) -> None:
        if before.declared is None:
            said = f"{name} was made at run time: there is no declaration to go back to"
            raise InvalidSchedule(
                [{"field": "name", "message": said, "type": "value_error", "example": name}]
            )
        row.spec, row.paused, row.paused_until, row.paused_by, row.deleted = None, False, None, "", False

    return _edit(catalog, name, by, if_match, now or datetime.now(UTC), alter, deleted_too=True)


def merged(document: Mapping[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON merge patch (RFC 7396) applied; triggers of different kinds are not mixed."""
    result = dict(document)
    for key, value in part.items():
        old = result.get(key)
        if value is None:
            result.pop(key, None)
        elif (
            isinstance(value, Mapping) and isinstance(old, Mapping) and _alike(old, value) and key != "params"
        ):
            result[key] = merged(old, value)
        else:
            result[key] = value
    return result


def _alike(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return "kind" not in new or new["kind"] == old.get("kind")


def _checked(catalog: Catalog, document: Mapping[str, Any], now: datetime) -> ScheduleSpec:
    given = {key: value for key, value in document.items() if key not in READ_ONLY}
    return binding.check(catalog, specs.read(given), now)


def _check_new(catalog: Catalog, name: str) -> None:
    try:
        there = book.one(catalog, name)
    except UnknownSchedule:
        there = None
    if there is not None:
        hint = f"; it is deleted: POST /api/schedules/{name}/restore brings it back" if there.deleted else ""
        raise ScheduleExists(f"There is a schedule named {name!r} already{hint}.")
    if (count := table.count()) >= keys.SCHEDULES:
        said = f"there are {count:,} schedules already, which is the most that there may be"
        raise InvalidSchedule([{"field": "name", "message": said, "type": "too_many", "example": name}])


def _edit(
    catalog: Catalog,
    name: str,
    by: str,
    if_match: str | None,
    now: datetime,
    alter: _Alter,
    *,
    show: bool = True,
    deleted_too: bool = False,
) -> Schedule:
    """Change a row, if it is still what the caller has seen; without `if_match`, whatever it is by then."""
    for last in (False,) * (_TRIES - 1) + (True,):
        try:
            with session_scope() as session:
                _alter(session, catalog, name, by, if_match, now, alter, deleted_too)
            break
        except (StaleDataError, IntegrityError):
            if if_match is not None or last:
                raise _stale(name) from None
    return _done(catalog, name, show=show)


def _alter(
    session: Session,
    catalog: Catalog,
    name: str,
    by: str,
    if_match: str | None,
    now: datetime,
    alter: _Alter,
    deleted_too: bool,
) -> None:
    row = session.get(ScheduleRow, name)
    before = book.combine(catalog, [row] if row else []).get(name)
    if before is None or (before.deleted and not deleted_too):
        raise UnknownSchedule(name)
    if if_match is not None and if_match != before.etag:
        raise _stale(name)
    if row is None:
        row = ScheduleRow(
            name=name, spec=None, paused=False, paused_by="", deleted=False, created_by=by, created_at=now
        )
        session.add(row)
    row.changed_by, row.changed_at = by, now
    alter(session, before, row)


def _stale(name: str) -> StaleSchedule:
    return StaleSchedule(
        f"Schedule {name!r} was changed by somebody else meanwhile. Read it again, and then change it."
    )


def _done(catalog: Catalog, name: str, *, show: bool = True) -> Schedule:
    """Tell the clock, which otherwise looks every few seconds; the change is saved either way."""
    try:
        connections.shared().incr(keys.schedule_changes())
    except RedisError as error:
        logger.info("schedule %s is saved; the clock learns of it later, as Redis is away: %s", name, error)
    return book.one(catalog, name) if show else Schedule(name, None, "made")
