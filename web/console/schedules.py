"""Schedules: the list of all, the page of each, and the form for a new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for
from redis.exceptions import RedisError
from werkzeug.http import quote_etag

from longshore import catalog
from longshore.catalog import Job
from longshore.connections import is_away, shared
from longshore.errors import UnknownJob, UnknownSchedule
from longshore.schedules import ledger
from longshore.schedules.book import Schedule
from longshore.schedules.ledger import SlotRecord
from web import schedules
from web.console import schedule_form, timetable
from web.console.members import members
from web.console.timetable import Row

blueprint = Blueprint("console_schedules", __name__)
PAGE = 100
"""Schedules on one page of the list."""
TOLD = 20
"""Slots that are told in words; the others are boxes."""
LATE = 1.0
"""Seconds after which a slot that fired counts as late."""
ASIDE = 50
"""Entries that were set aside and are listed."""


@dataclass(frozen=True)
class Slots:
    """What became of a schedule's slots.

    Attributes:
        boxes: all records, oldest first.
        told: the newest ones, newest first, each with the status of its task while that is there.
        tally: how many there are of each outcome.
    """

    boxes: Sequence[SlotRecord]
    told: Sequence[tuple[SlotRecord, str]]
    tally: dict[str, int]


@blueprint.get("/schedules")
def index() -> str:
    """All schedules with their next runs, and what the clock could not fire."""
    now, shelf = datetime.now(UTC), timetable.shelf(catalog.catalog)
    asked = {name: request.args.get(name, "").strip() for name in ("find", "which")}
    every = shelf.schedules.values()
    page = schedules.page(timetable.chosen(every, **asked, now=now), PAGE, request.args.get("cursor"))
    known = timetable.known(shared(), page.schedules)
    return render_template(
        "console/schedules.html",
        rows=timetable.rows(page.schedules, known.live, now),
        total=page.total,
        counts={"all": len(every), **timetable.counts(every, now)},
        asked=asked,
        known=known,
        most_aside=ASIDE,
        sql_away=shelf.sql_away,
        next_page=_next_page(asked, page.next_cursor),
    )


@blueprint.get("/schedules/new")
def new() -> str:
    """The form for a schedule of a job, or the choice of one."""
    name, shelf = request.args.get("job"), timetable.shelf(catalog.catalog)
    if name is None and "new" in shelf.schedules:
        return show("new")  # it may be called so; links to the form always name a job, or an empty one
    job = catalog.catalog.get(name) if name else None
    return render_template(
        "console/schedule_new.html",
        jobs=list(catalog.catalog),
        job=job,
        form=schedule_form.build(job.parameters.schema, {}) if job else None,
        sql_away=shelf.sql_away,
    )


@blueprint.get("/schedules/<name>")
def show(name: str) -> str:
    """What a schedule says, what became of its slots, and the form that changes it."""
    shelf = timetable.shelf(catalog.catalog)
    one = shelf.schedules.get(name)
    if one is None:
        raise UnknownSchedule(name)
    known, job = timetable.known(shared(), [one]), _job(one)
    return render_template(
        "console/schedule.html",
        row=timetable.rows([one], known.live, datetime.now(UTC))[0],
        etag=quote_etag(one.etag),
        members=members(one.spec, one.declared if one.origin == "overridden" else None),
        job=job,
        form=schedule_form.build(job.parameters.schema, one.document) if job and one.spec else None,
        slots=None if known.away else _slots(name),
        late=LATE,
        known=known,
        sql_away=shelf.sql_away,
    )


def of_job(job: Job) -> list[Row]:
    """A job's schedules with their next runs, those that are deleted left out."""
    every = timetable.shelf(catalog.catalog).schedules.values()
    found = [one for one in every if one.job == job.name and not one.deleted]
    return timetable.rows(found, timetable.known(shared(), found).live, datetime.now(UTC))


def _next_page(asked: dict[str, str], cursor: str | None) -> str | None:
    given: dict[str, Any] = {name: value for name, value in asked.items() if value}
    return url_for("console_schedules.index", **given, cursor=cursor) if cursor else None


def _job(one: Schedule) -> Job | None:
    """Its job; None if this code does not have it."""
    try:
        return catalog.catalog.resolve(one.job)
    except UnknownJob:
        return None


def _slots(name: str) -> Slots | None:
    """What became of its slots; None while Redis is away."""
    try:
        records = ledger.read(shared(), name)
        shown = schedules.slots(shared(), records[:TOLD])
    except RedisError as error:
        if not is_away(error):
            raise
        return None
    told = [(record, each["status"] or "") for record, each in zip(records, shown, strict=False)]
    return Slots(records[::-1], told, _tally(records))


def _tally(records: Sequence[SlotRecord]) -> dict[str, int]:
    outcomes = [one.outcome for one in records]
    return {word: outcomes.count(word) for word in ("fired", "skipped", "missed") if word in outcomes}
