"""Schedules as declared beside a job: read into the one form, and checked when the catalog is loaded."""

from __future__ import annotations

from longshore.conditions import when
from longshore.errors import CatalogError, InvalidParameters, InvalidSchedule, ScheduleError
from longshore.parameters import Parameters
from longshore.schedules import spec as specs
from longshore.schedules.spec import ScheduleSpec
from longshore.triggers import Declared


def read(job: str, parameters: Parameters, name: str, what: Declared) -> ScheduleSpec:
    """A declaration as a schedule of that job.

    Raises:
        CatalogError: it is none, or the job does not take its parameters.
    """
    document = {key: value for key, value in what.document(job).items() if key != "name"}
    try:
        specs.check_name(name)
        spec = specs.read(document)
        params = parameters.payload(parameters.check(spec.params))
    except (InvalidSchedule, InvalidParameters) as error:
        raise CatalogError(f"{job}: schedule {name!r}: {error}") from None
    return spec.model_copy(update={"params": params})


def check(job: str, name: str, spec: ScheduleSpec) -> None:
    """Check what only holds once all jobs are loaded.

    Raises:
        CatalogError: its parts do not go together, or the function of its `when` is not there.
    """
    if fault := spec.recurrence.fault():
        raise CatalogError(f"{job}: schedule {name!r}: {': '.join(fault)}")
    if spec.conditions.when is not None:
        try:
            when.find(spec.conditions.when)
        except ScheduleError as error:
            raise CatalogError(f"{job}: schedule {name!r}: {error}") from None
