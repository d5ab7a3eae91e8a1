"""What the ledger and the tasks say of each slot, and whether they agree: what was missed, what doubled.

Nothing here asks Redis or a clock. What Redis held before it was emptied is a chapter of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from longshore.schedules.ledger import SlotRecord

Slot = tuple[str, int]
"""A schedule and an instant, in seconds since 1970."""


@dataclass(frozen=True)
class Due:
    """When a schedule has slots.

    Attributes:
        every: seconds between two.
        since: the instant after which it holds.
    """

    every: int
    since: float

    def until(self, end: float) -> set[int]:
        """Its slots up to an instant."""
        first = (int(self.since // self.every) + 1) * self.every
        return set(range(first, int(end) + 1, self.every))


@dataclass(frozen=True)
class Chapter:
    """What Redis held at an instant: at the end, or right before it was emptied.

    Attributes:
        at: the instant.
        records: the ledger, by schedule.
        tasks: the ids that were in the queue.
    """

    at: float
    records: Mapping[str, Sequence[SlotRecord]]
    tasks: Sequence[str]

    @cached_property
    def fired(self) -> Counter[Slot]:
        """How often each slot is on record as fired."""
        return self._counted({"fired"})

    @cached_property
    def not_fired(self) -> Counter[Slot]:
        """How often each slot is on record as something else."""
        return self._counted({"skipped", "missed"})

    @cached_property
    def queued(self) -> Counter[Slot]:
        """How often each slot has a task in the queue."""
        split = (one.rpartition("-") for one in self.tasks)
        return Counter((schedule.removeprefix("slot-"), int(slot)) for schedule, _, slot in split)

    def _counted(self, outcomes: set[str]) -> Counter[Slot]:
        return Counter(
            (name, int(one.slot.timestamp()))
            for name, records in self.records.items()
            for one in records
            if one.outcome in outcomes
        )


@dataclass
class Evidence:
    """All chapters, and what should be in them.

    Attributes:
        due: the schedules.
        end: the instant up to which all slots must have fired.
        chapters: in order of time.
    """

    due: Mapping[str, Due]
    end: float
    chapters: list[Chapter] = field(default_factory=list)

    @cached_property
    def expected(self) -> set[Slot]:
        """The slots that must have fired."""
        return {(name, slot) for name, one in self.due.items() for slot in one.until(self.end)}

    @cached_property
    def fired(self) -> Counter[Slot]:
        """How often each slot is on record as fired, over all chapters."""
        return sum((one.fired for one in self.chapters), Counter())

    @cached_property
    def queued(self) -> Counter[Slot]:
        """How often each slot has a task, over all chapters."""
        return sum((one.queued for one in self.chapters), Counter())

    @property
    def missed(self) -> list[Slot]:
        """Slots that were due, and of which the ledger or the queue knows nothing."""
        return sorted(self.expected - (self.fired.keys() & self.queued.keys()))

    @property
    def doubled(self) -> list[Slot]:
        """Slots that the ledger or the queue has more than once, or that were none."""
        more = {slot for counts in (self.fired, self.queued) for slot, n in counts.items() if n > 1}
        early = {slot for slot in self.fired.keys() | self.queued.keys() if not self._may_be(slot)}
        return sorted(more | early)

    def lost_with_redis(self, slot: Slot) -> float:
        """Seconds from a slot until Redis was emptied, if that is why it was fired again; else infinity."""
        held = [one for one in self.chapters if one.fired[slot]]
        if any(one.fired[slot] > 1 for one in held) or len(held) < 2 or not self._may_be(slot):
            return float("inf")
        return max(one.at - slot[1] for one in held[:-1])

    @property
    def disagreements(self) -> list[Slot]:
        """Slots of which ledger and queue do not say the same, in some chapter."""
        return sorted({slot for one in self.chapters for slot in _different(one.fired, one.queued)})

    @property
    def not_fired(self) -> list[Slot]:
        """Slots on record as skipped or missed."""
        return sorted({slot for one in self.chapters for slot in one.not_fired})

    @cached_property
    def lateness(self) -> list[float]:
        """Seconds that each slot was late, the least first; of those since the first that fired."""
        return sorted(one.late_seconds for one in self._records if one.slot.timestamp() > self.moments[0])

    @cached_property
    def moments(self) -> list[float]:
        """When each slot was fired, in order of time."""
        return sorted(one.slot.timestamp() + one.late_seconds for one in self._records)

    def quantile(self, part: float) -> float:
        """The lateness that this part of the slots does not exceed."""
        return self.lateness[min(int(part * len(self.lateness)), len(self.lateness) - 1)]

    @property
    def _records(self) -> list[SlotRecord]:
        return [
            one
            for chapter in self.chapters
            for records in chapter.records.values()
            for one in records
            if one.outcome == "fired"
        ]

    def _may_be(self, slot: Slot) -> bool:
        name, at = slot
        return name in self.due and at > self.due[name].since and at % self.due[name].every == 0


def _different(one: Counter[Slot], other: Counter[Slot]) -> set[Slot]:
    return {slot for slot in one.keys() | other.keys() if one[slot] != other[slot]}
