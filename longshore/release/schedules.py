"""The schedules that the release check looks at: the one seam between the check and where schedules live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from longshore.catalog import Catalog
from longshore.schedules import book


class KnownSchedule(NamedTuple):
    """A schedule as the check needs it.

    Attributes:
        name: its name.
        job: the name of its job.
        params: what the job is called with; None if what is stored cannot be read, which `fault` then says.
        fault: what else keeps it from firing, e.g. an unknown zone; empty if nothing does.
    """

    name: str
    job: str
    params: Mapping[str, Any] | None
    fault: str = ""


def known(catalog: Catalog) -> Iterator[KnownSchedule]:
    """Every schedule that holds, declared or made by people; paused ones too, as they go on one day.

    Raises:
        sqlalchemy.exc.DBAPIError: SQL does not answer, or lacks the tables.
    """
    for name, one in book.every(catalog).items():
        if not one.deleted:
            yield KnownSchedule(name, one.job, one.spec.params if one.spec else None, one.fault)
