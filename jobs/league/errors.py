"""What can go wrong with a league whose description is well formed.

Owns the exceptions of schedule generation. A description that is not well formed never gets this far:
pydantic refuses it with a ``ValidationError`` that names each field at fault.
"""

from __future__ import annotations


class InfeasibleLeague(ValueError):
    """No schedule keeps every rule of this league.

    The message says in plain words which rules are in each other's way. Trying again with the same league
    cannot help, so the job gives up on it at once.
    """


class OutOfTime(TimeoutError):
    """The time limit ended before there was a valid schedule. This says nothing about whether one exists."""


class InvalidSchedule(RuntimeError):
    """The independent validator found a broken rule in what the solver made.

    A fault of ours, never of the league.
    """
