"""A trigger and its conditions as one recurrence: which slots there are, moved and vetoed as they should be.

Pure, like both of its parts: no Redis, no SQL and no now. `when` is not asked here; who fires a slot asks it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from longshore.conditions import Calendar, Conditions
from longshore.triggers import AnyTrigger, Slot

_SECOND = timedelta(seconds=1)
_APART = timedelta(hours=20)
_GAPS = 8
_START = datetime(2024, 1, 1, tzinfo=UTC)
_SHIFT_FIELD = "conditions.calendar.rule"


@dataclass(frozen=True)
class Recurrence:
    """When a schedule is due.

    Where the calendar's rule is "shift", there is one slot a business day: of those that land on one day the
    last counts, which is its own if it has one.

    Attributes:
        trigger: the rule that says when.
        conditions: what may veto or move a slot.
    """

    trigger: AnyTrigger
    conditions: Conditions = field(default_factory=Conditions)
    _plain: bool = field(init=False, repr=False, compare=False, default=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_plain", not self.conditions.model_dump(exclude={"when"}))

    @property
    def zone(self) -> ZoneInfo:
        """The zone of its local times."""
        return self.trigger.zone

    def after(self, moment: datetime) -> Slot | None:
        """The first slot strictly after `moment`, a vetoed one too. None: never again."""
        if self._plain:
            return self.trigger.after(moment)
        first, last = self.conditions.not_before, self.conditions.not_after
        if first is not None and moment < first:
            moment = first - _SECOND
        slot = self._base_after(moment)
        if slot is None or (last is not None and slot.at > last):
            return None
        return self._judged(slot)

    def newest(self, since: datetime, until: datetime, limit: int) -> list[Slot]:
        """The newest `limit` slots in (since, until], vetoed ones too, oldest first."""
        if self._plain:
            return self.trigger.newest(since, until, limit)
        first, last = self.conditions.not_before, self.conditions.not_after
        since = since if first is None else max(since, first - _SECOND)
        until = until if last is None else min(until, last)
        if limit < 1 or until <= since:
            return []
        return [self._judged(slot) for slot in self._base_newest(since, until, limit)]

    def describe(self) -> str:
        """E.g. "cron 0 2 * * *, not on holidays in US"."""
        return ", ".join(part for part in (self.trigger.describe(), self.conditions.describe()) if part)

    def fault(self) -> tuple[str, str] | None:
        """What the parts cannot be together: the field at fault and the words, or None."""
        if self._shift is None or _is_daily_at_most(self.trigger):
            return None
        return _SHIFT_FIELD, (
            "'shift' needs a trigger of at most one slot a day, which "
            f"{self.trigger.describe()!r} is not; write 'skip', or e.g. 'Daily 4:00 AM UTC'"
        )

    @property
    def _shift(self) -> Calendar | None:
        calendar = self.conditions.calendar
        return calendar if calendar is not None and calendar.rule == "shift" else None

    def _judged(self, slot: Slot) -> Slot:
        return slot if slot.skip else Slot(slot.at, self.conditions.verdict(slot.at, self.zone))

    def _base_after(self, moment: datetime) -> Slot | None:
        if self._shift is None:
            return self.trigger.after(moment)
        moved = self._moved(self._forward(self._shift.reach(moment, self.zone)), self._shift)
        return next((slot for slot in moved if slot.at > moment), None)

    def _base_newest(self, since: datetime, until: datetime, limit: int) -> list[Slot]:
        if self._shift is None:
            return self.trigger.newest(since, until, limit)
        asked, start = 2 * limit + _GAPS, self._shift.reach(since, self.zone)
        while True:
            bases = self.trigger.newest(start, until, asked)
            following = self.trigger.after(until)  # it may be the one that counts on the last day
            moved = self._moved([*bases, *([following] if following else [])], self._shift)
            found = [slot for slot in moved if since < slot.at <= until]
            if len(found) >= limit or len(bases) < asked:
                return found[-limit:]
            asked *= 2

    def _forward(self, moment: datetime) -> Iterator[Slot]:
        slot = self.trigger.after(moment)
        while slot is not None:
            yield slot
            slot = self.trigger.after(slot.at)

    def _moved(self, bases: Iterable[Slot], calendar: Calendar) -> Iterator[Slot]:
        """Slots at their business days, one a day."""
        held: Slot | None = None
        held_day: date | None = None
        for base in bases:
            day = calendar.business_day(base.at, self.zone)
            if held is not None and day != held_day:
                yield held
            held, held_day = Slot(calendar.shifted(base.at, self.zone), base.skip), day
        if held is not None:
            yield held


def _is_daily_at_most(trigger: AnyTrigger) -> bool:
    slot = trigger.after(_START)
    for _ in range(_GAPS):
        following = trigger.after(slot.at) if slot else None
        if slot is None or following is None:
            return True
        if following.at - slot.at < _APART:
            return False
        slot = following
    return True
