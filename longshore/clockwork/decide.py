"""What becomes of the slots that are due: pure, from a schedule, its pending slot and the time.

The answer is a list of moves. Each leads from the slot that is pending to a later one, makes at most one
task, and records what became of every slot on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from longshore import keys
from longshore.durations import spoken
from longshore.recurrence import Recurrence
from longshore.schedules import ledger
from longshore.schedules.book import Schedule
from longshore.schedules.entries import due_at
from longshore.schedules.spec import ScheduleSpec
from longshore.triggers import Slot

BATCH = 100
"""Most slots of one schedule that one look decides; the rest is due at the next look."""
_BEFORE = timedelta(seconds=1)
Asked = Callable[[Schedule, datetime], str | None]
"""Asks a schedule's `when`: "" for yes, else why not; None while it thinks."""


@dataclass
class Move:
    """One compare-and-set on a schedule.

    Attributes:
        slot: the slot that must be pending.
        fire: the slot to make a task for; None for none.
        late: seconds from when that one was due.
        records: what became of the slots without a task, oldest first.
        following: the slot that is pending then; None for never again.
    """

    slot: datetime
    fire: datetime | None = None
    late: float = 0.0
    records: list[str] = field(default_factory=list)
    following: datetime | None = None


@dataclass(frozen=True)
class Verdict:
    """What is to become of a slot: it fires if there is no `why`."""

    at: datetime
    late: float
    outcome: ledger.Outcome = "fired"
    why: str = ""


def moves(schedule: Schedule, pending: datetime, now: datetime, asked: Asked) -> list[Move]:
    """The moves that are due; none if the first slot has to wait for the answer of its `when`."""
    spec, slots = schedule.spec, schedule.recurrence
    if spec is None or slots is None:
        return []
    made: list[Move] = []
    current = Move(pending)
    verdicts = list(_verdicts(schedule, spec, slots, pending, now))
    if spec.overlap == "replace":
        verdicts = _newest_only(verdicts)
    if not verdicts and not slots.newest(pending - _BEFORE, pending, 1):
        following = slots.after(pending)  # somebody has written a pending slot that is none
        return [Move(pending, following=following.at if following else None)]
    for verdict in verdicts:
        if verdict.outcome == "fired":
            answer = asked(schedule, verdict.at)
            if answer is None:
                break
            if answer:
                verdict = Verdict(verdict.at, verdict.late, "skipped", answer)
        current = _taken(made, current, verdict, slots)
    if current.records:
        made.append(current)
    return made


def _newest_only(verdicts: list[Verdict]) -> list[Verdict]:
    """Of slots that would replace each other at once, the last fires."""
    firing = [one for one in verdicts if one.outcome == "fired"]
    if len(firing) < 2:
        return verdicts
    why = f"the slot of {firing[-1].at.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z replaces it"
    return [Verdict(one.at, one.late, "skipped", why) if one in firing[:-1] else one for one in verdicts]


def _taken(made: list[Move], current: Move, verdict: Verdict, slots: Recurrence) -> Move:
    """Put a verdict into the move at hand; a task closes it, and the next one begins where it leads."""
    following = slots.after(verdict.at)
    current.following = following.at if following else None
    if verdict.outcome != "fired":
        current.records.append(ledger.record(verdict.at, verdict.outcome, verdict.late, verdict.why))
        return current
    current.fire, current.late = verdict.at, verdict.late
    made.append(current)
    return Move(current.following or verdict.at)


def _verdicts(
    schedule: Schedule, spec: ScheduleSpec, slots: Recurrence, pending: datetime, now: datetime
) -> Iterator[Verdict]:
    """What is to become of each slot from the pending one on that is due, oldest first."""
    edge = now - timedelta(seconds=spec.misfire.grace + spec.jitter)
    late = slots.newest(pending - _BEFORE, edge, keys.SLOTS) if pending <= edge else []
    on_time = list(_on_time(schedule, slots, max(pending - _BEFORE, edge), now))
    found = [_static(schedule, spec, slot, now) for slot in on_time]
    yield from _misfired(spec, [_static(schedule, spec, slot, now) for slot in late], found)
    yield from found


def _on_time(schedule: Schedule, slots: Recurrence, since: datetime, now: datetime) -> Iterator[Slot]:
    slot = slots.after(since)
    for _ in range(BATCH):
        if slot is None or due_at(schedule, slot.at) > now.timestamp():
            return
        yield slot
        slot = slots.after(slot.at)


def _static(schedule: Schedule, spec: ScheduleSpec, slot: Slot, now: datetime) -> Verdict:
    """What can be said of a slot by itself."""
    late = max(now.timestamp() - due_at(schedule, slot.at), 0.0)
    if schedule.fault:
        return Verdict(slot.at, late, "missed", schedule.fault)
    if schedule.is_paused(slot.at):
        until = f" until {schedule.paused_until.isoformat()}" if schedule.paused_until else ""
        return Verdict(slot.at, late, "skipped", f"paused{until} by {schedule.paused_by or 'somebody'}")
    if slot.skip:
        return Verdict(slot.at, late, "skipped", slot.skip)
    if spec.expires is not None and now.timestamp() >= slot.at.timestamp() + spec.expires:
        return Verdict(slot.at, late, "missed", f"seen {spoken(late)} late, after it had expired")
    return Verdict(slot.at, late)


def _misfired(spec: ScheduleSpec, late: list[Verdict], on_time: list[Verdict]) -> Iterator[Verdict]:
    """Slots that are later than the grace: which of them fire is for the schedule's policy to say."""
    would = [one.at for one in late if one.outcome == "fired"]
    chosen: set[datetime] = set()
    stand_in = next((one.at for one in on_time if one.outcome == "fired"), None)
    if spec.misfire.policy == "run_each":
        chosen = set(would[-spec.misfire.limit :])
    elif spec.misfire.policy == "run_once" and stand_in is None and would:
        stand_in = would[-1]
        chosen = {stand_in}
    for one in late:
        if one.outcome != "fired" or one.at in chosen:
            yield one
        else:
            yield Verdict(one.at, one.late, "missed", _why_missed(spec, one, stand_in))


def _why_missed(spec: ScheduleSpec, one: Verdict, stand_in: datetime | None) -> str:
    said = f"no clock saw it within {spoken(spec.misfire.grace)}"
    if spec.misfire.policy == "run_once" and stand_in:
        return f"{said}; the slot of {stand_in.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z runs for it"
    return said
