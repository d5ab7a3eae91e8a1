"""What can go wrong with a league whose description is well formed.

Owns the exceptions of schedule generation. A description that is not well formed never gets this far:
pydantic refuses it with a ``ValidationError`` that names each field at fault.
"""

from __future__ import annotations

from collections.abc import Sequence


class InfeasibleLeague(ValueError):
    """No schedule keeps every rule of this league.

    The message says in plain words which rules are in each other's way. Trying again with the same league
    cannot help, so the job gives up on it at once.

    Attributes:
        conflicts: The rules that cannot be kept together, each in words; without any one of them this
            conflict is gone, if ``least``. Empty where counting alone gave the answer.
        advice: What would help, in words.
        least: Whether the conflict is known to be as small as that.
    """

    def __init__(
        self, message: str, *, conflicts: Sequence[str] = (), advice: str = "", least: bool = True
    ) -> None:
        super().__init__(message)
        self.conflicts = list(conflicts)
        self.advice = advice
        self.least = least


class OutOfTime(TimeoutError):
    """The time limit ended before there was a valid schedule. This says nothing about whether one exists."""


class InvalidSchedule(RuntimeError):
    """The independent validator found a broken rule in what the solver made.

    A fault of ours, never of the league.
    """


class UnknownLeague(LookupError):
    """No league of that name is in the library.

    Attributes:
        name: The name that was asked for.
        near: Names of leagues that look like it, the most alike first.
    """

    def __init__(self, name: str, near: Sequence[str] = ()) -> None:
        hint = f"; is it {' or '.join(map(repr, near))}?" if near else "."
        super().__init__(f"There is no league named {name!r}{hint}")
        self.name = name
        self.near = list(near)


class LeagueExists(ValueError):
    """A league of that name is in the library already."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a league named {name!r} already; names do not differ by case alone")
        self.name = name


class UnknownSchedule(LookupError):
    """No schedule of that id is stored.

    Attributes:
        schedule_id: The id that was asked for.
    """

    def __init__(self, schedule_id: str) -> None:
        super().__init__(
            f"There is no schedule {schedule_id!r}; of each league the newest versions are kept, "
            "and the oldest are dropped"
        )
        self.schedule_id = schedule_id


class BadDisruption(ValueError):
    """What is said to have happened does not fit the schedule: unknown teams, venues or dates."""


class NothingToRepair(ValueError):
    """No game of the schedule is touched by what has happened."""
