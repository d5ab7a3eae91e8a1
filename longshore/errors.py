"""The errors that Longshore raises on purpose, each with the words that a person should read."""

from __future__ import annotations

from typing import Any


class LongshoreError(Exception):
    """Base of all errors raised on purpose. Its text is meant for people."""


class SettingsError(LongshoreError):
    """A setting has a value that it cannot take. The text names variable, value and what is right."""


class CatalogError(LongshoreError):
    """A job is declared wrongly. The text is one line that names the job and what would be right."""


class UnknownJob(LongshoreError):
    """No job of that name is in the catalog."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no job named {name!r} in the catalog.")
        self.name = name


class UnknownTask(LongshoreError):
    """No task of that id is in Redis: it never was, or its results have expired."""

    def __init__(self, task_id: str) -> None:
        super().__init__(f"There is no task {task_id!r}: the id is wrong, or its result has expired.")
        self.task_id = task_id


class InvalidParameters(LongshoreError):
    """The parameters do not fit the job's signature.

    Attributes:
        errors: a dict for each field at fault, with `field`, `message` and `type`.
    """

    def __init__(self, job: str, errors: list[dict[str, Any]]) -> None:
        faults = "; ".join(f"{one['field']}: {one['message']}" for one in errors)
        super().__init__(f"The parameters of {job} are not valid: {faults}")
        self.errors = errors


class NotAccepted(LongshoreError):
    """Nobody is there to run the task just now, and its job is not to wait. Nothing was enqueued or run.

    Attributes:
        retry_after: seconds after which to try again.
        without: a request header without which it would have run here at once; empty if there is none.
    """

    def __init__(self, said: str, retry_after: int = 5, without: str = "") -> None:
        super().__init__(said)
        self.retry_after, self.without = retry_after, without


class IdempotencyConflict(LongshoreError):
    """The Idempotency-Key was used before, with other parameters."""


class WrongState(LongshoreError):
    """The task's status does not allow what was asked, e.g. retry of a task that runs."""


class PutBack(LongshoreError):
    """Raised by a job that `stopping()` told to stop: its task goes back to the head of its queue.

    It is then as if never begun. When nothing is stopping it is a failure like any other.
    """


class ScheduleError(LongshoreError):
    """A trigger cannot be understood, or can never come due."""


class InvalidSchedule(LongshoreError):
    """What a schedule says is not right. Nothing was saved.

    Attributes:
        errors: a dict for each field at fault, with `field`, `message`, `type` and a right `example`.
    """

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        faults = "; ".join(f"{one['field']}: {one['message']}" for one in errors)
        super().__init__(f"The schedule is not valid: {faults}")
        self.errors = errors


class UnknownSchedule(LongshoreError):
    """No schedule of that name is declared, and none was made."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no schedule named {name!r}; GET /api/schedules lists those that there are."
        )
        self.name = name


class ScheduleExists(LongshoreError):
    """A schedule of that name is there already."""


class StaleSchedule(LongshoreError):
    """The schedule was changed by somebody else since the caller read it. Nothing was saved."""
