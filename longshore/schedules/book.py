"""The schedules that hold: what the code declares, with what people have changed in SQL laid over it.

A row in SQL wins over the code, so a deploy undoes nobody's edit; a schedule that nobody has changed follows
the code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from longshore.catalog import Catalog
from longshore.errors import InvalidSchedule, UnknownSchedule
from longshore.recurrence import Recurrence
from longshore.schedules import binding
from longshore.schedules import spec as specs
from longshore.schedules.reader import Row
from longshore.schedules.spec import ScheduleSpec

if TYPE_CHECKING:
    from longshore.schedules.table import ScheduleRow

Origin = Literal["declared", "overridden", "made"]


@dataclass(frozen=True)
class Schedule:
    """A schedule as it holds now.

    Attributes:
        name: its name.
        spec: what holds; None if what SQL has is no schedule to this code, which `fault` then says.
        origin: "declared" by the code and unchanged, "overridden": declared, and changed by people, "made"
            by people.
        declared: what the code says; None if it was made.
        paused: whether its slots are skipped, for ever or until `paused_until`.
        paused_until: the first instant at which it goes on; None for until it is resumed.
        paused_by: who paused it.
        deleted: a declared schedule that is not to run.
        version: how often it was changed at run time; 0 for never.
        created_by, created_at: who made its row in SQL, and when.
        changed_by, changed_at: who changed it last, and when.
        fault: why it cannot fire; empty if it can.
        stored: the JSON that SQL has, where there is some.
    """

    name: str
    spec: ScheduleSpec | None
    origin: Origin
    declared: ScheduleSpec | None = None
    paused: bool = False
    paused_until: datetime | None = None
    paused_by: str = ""
    deleted: bool = False
    version: int = 0
    created_by: str = ""
    created_at: datetime | None = None
    changed_by: str = ""
    changed_at: datetime | None = None
    fault: str = ""
    stored: Mapping[str, Any] | None = None

    @cached_property
    def document(self) -> dict[str, Any]:
        """What holds, as JSON."""
        return self.spec.document() if self.spec else dict(self.stored or {})

    @cached_property
    def revision(self) -> str:
        """A hash of all that decides how it fires."""
        paused = [self.paused, str(self.paused_until), self.paused_by]
        return specs.digest([self.document, paused, self.fault])

    @cached_property
    def timing(self) -> str:
        """A hash of what decides when its slots are; empty if what SQL has is no schedule."""
        return self.spec.timing() if self.spec else ""

    @property
    def etag(self) -> str:
        """A text that changes with every change, by people or by the code."""
        return f"{self.version}-{specs.digest([self.revision, self.deleted, str(self.created_at)])}"

    @cached_property
    def recurrence(self) -> Recurrence | None:
        """Its slots; None if what SQL has is no schedule."""
        return self.spec.recurrence if self.spec else None

    @property
    def job(self) -> str:
        """The name of its job."""
        return str(self.document.get("job", "(unreadable)"))

    def is_paused(self, at: datetime) -> bool:
        """Whether a slot at this instant is skipped."""
        return self.paused and (self.paused_until is None or at < self.paused_until)


def every(catalog: Catalog) -> dict[str, Schedule]:
    """All schedules by name, those that are deleted included."""
    from longshore.schedules import table  # SQLAlchemy: the clock has a reader of its own

    return combine(catalog, table.rows())


def one(catalog: Catalog, name: str) -> Schedule:
    """The schedule of that name.

    Raises:
        UnknownSchedule: there is none.
    """
    from longshore.schedules import table  # as above

    declared, row = catalog.schedules().get(name), table.row(name)
    if declared is None and (row is None or row.spec is None):
        raise UnknownSchedule(name)
    return _schedule(catalog, name, declared, row)


def combine(catalog: Catalog, rows: Iterable[Row | ScheduleRow]) -> dict[str, Schedule]:
    """What the code declares and what SQL has, put together."""
    declared = catalog.schedules()
    changed = {row.name: row for row in rows}
    names = sorted(declared.keys() | {name for name, row in changed.items() if row.spec is not None})
    return {name: _schedule(catalog, name, declared.get(name), changed.get(name)) for name in names}


def _schedule(
    catalog: Catalog, name: str, declared: ScheduleSpec | None, row: Row | ScheduleRow | None
) -> Schedule:
    if row is None:
        return Schedule(name, declared, "declared", declared)
    spec, fault = (declared, "") if row.spec is None else _stored(catalog, row.spec)
    origin: Origin = "made" if declared is None else "declared" if row.spec is None else "overridden"
    return Schedule(
        name=name, spec=spec, origin=origin, declared=declared,
        paused=row.paused, paused_until=row.paused_until, paused_by=row.paused_by, deleted=row.deleted,
        version=row.version, created_by=row.created_by, created_at=row.created_at,
        changed_by=row.changed_by, changed_at=row.changed_at, fault=fault, stored=row.spec,
    )  # fmt: skip


def _stored(catalog: Catalog, document: Mapping[str, Any]) -> tuple[ScheduleSpec | None, str]:
    """What SQL has, read by this code, and what is wrong with it."""
    try:
        spec = specs.read(document)
    except InvalidSchedule as error:
        return None, str(error)
    try:
        return binding.bind(catalog, spec), ""
    except InvalidSchedule as error:
        return spec, str(error)
