"""What a schedule says, member by member in words, beside what the code declares. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from longshore.conditions import Conditions
from longshore.durations import written
from longshore.schedules.spec import Misfire, ScheduleSpec
from web.console import words

OVERLAP = {
    None: "as the job says",
    "allow": "both run",
    "skip": "the slot is skipped",
    "queue": "the new one waits for its end",
    "replace": "the new one takes its place",
}
"""What happens at a slot while the last task has not ended."""
MISFIRE = {
    "run_once": "one task for all missed slots",
    "run_each": "a task for each missed slot",
    "skip": "missed slots are left out",
}
"""What becomes of slots that no clock has seen in time."""


@dataclass(frozen=True)
class Member:
    """A line of what a schedule says.

    Attributes:
        label: which member.
        now: what holds; empty if it is not set.
        declared: what the code says of it; the same as `now` where nobody has changed it.
    """

    label: str
    now: str
    declared: str

    @property
    def changed(self) -> bool:
        """Whether people have changed it."""
        return self.now != self.declared


def members(now: ScheduleSpec | None, declared: ScheduleSpec | None = None) -> list[Member]:
    """What a schedule says.

    Args:
        now: what holds; None if this code cannot read it.
        declared: what the code declares; None where there is nothing to compare with.
    """
    holds = dict(_told(now)) if now else {}
    said = dict(_told(declared)) if declared else holds
    labels = [*holds, *(label for label in said if label not in holds)]
    return [Member(label, holds.get(label, ""), said.get(label, "")) for label in labels]


def _told(spec: ScheduleSpec) -> Iterator[tuple[str, str]]:
    yield "job", spec.job
    yield "when", _when(spec.trigger.describe())
    for name, value in spec.params.items():
        yield f"parameter {name}", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    yield from _conditions(spec.conditions)
    yield "while one still runs", OVERLAP[spec.overlap]
    yield "after downtime", _misfire(spec.misfire)
    if spec.jitter:
        yield "put off by up to", written(spec.jitter)
    if spec.expires:
        yield "dropped if not begun within", written(spec.expires)
    if spec.priority == "high":
        yield "place in the queue", "at the head"
    if spec.note:
        yield "note", spec.note


def _when(told: str) -> str:
    """In words; a cron line stands behind them, as it is what somebody has written."""
    said = words.trigger(told)
    return f"{said} ({told})" if said != told and told.startswith("cron") else said


def _conditions(said: Conditions) -> Iterator[tuple[str, str]]:
    if said.calendar:
        yield "holidays", said.calendar.describe()
    if said.market:
        yield "market", f"while {said.market} is open"
    if said.hours:
        yield "hours", said.hours.describe()
    if said.not_before:
        yield "not before", words.moment(said.not_before)
    if said.not_after:
        yield "not after", words.moment(said.not_after)
    if said.when:
        yield "only if", f"{said.when} says yes"


def _misfire(said: Misfire) -> str:
    most = f", {said.limit} at most" if said.policy == "run_each" else ""
    return f"{MISFIRE[said.policy]}{most}; missed is what is over {written(said.grace)} late"
