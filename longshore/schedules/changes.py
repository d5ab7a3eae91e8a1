"""What a change of a zone's clocks does to one run of a schedule, in words.

How slots are found on such days is the business of `triggers.cron`; here a slot that was found is explained.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal

from longshore.durations import spoken
from longshore.triggers import AnyTrigger, Cron
from longshore.triggers.fields import UTC_ZONE
from longshore.triggers.local import last_change, offset, wall

Kind = Literal["gap", "overlap", "changes"]
_SECOND = timedelta(seconds=1)
_TOLD = 3
"""Times in a gap that are named."""


@dataclass(frozen=True)
class Mark:
    """What the clocks do to a run.

    Attributes:
        kind: "gap": it runs for a local time that does not exist; "overlap": its local time comes twice;
            "changes": its offset from UTC is another than the run's before. None: nothing of these.
        note: the same in words.
    """

    kind: Kind | None = None
    note: str = ""


def mark(trigger: AnyTrigger, at: datetime, before: datetime | None) -> Mark:
    """What the clocks do to the slot at `at`; `before` is the slot before it, if there is one."""
    if trigger.zone is UTC_ZONE:
        return Mark()
    return _gap(trigger, at) or _overlap(trigger, at) or _changes(trigger, at, before) or Mark()


def _gap(trigger: AnyTrigger, at: datetime) -> Mark | None:
    if not isinstance(trigger, Cron) or not trigger.line.fixed:
        return None
    named = _missing(trigger, at)
    if not named:
        return None
    said = f"{' and '.join(named)} {'does' if len(named) == 1 else 'do'} not exist"
    shown = wall(at, trigger.zone)
    return Mark("gap", f"{said} on {shown:%Y-%m-%d}; it runs at {shown:%H:%M}")


def _overlap(trigger: AnyTrigger, at: datetime) -> Mark | None:
    local = at.astimezone(trigger.zone)
    if local.utcoffset() == local.replace(fold=1 - local.fold).utcoffset():
        return None
    said = f"{local:%H:%M} comes twice on {local:%Y-%m-%d}"
    if isinstance(trigger, Cron) and trigger.line.fixed:
        return Mark("overlap", f"{said}; it runs the first time only")
    return Mark("overlap", f"{said}; this is the {'second' if local.fold else 'first'} time")


def _changes(trigger: AnyTrigger, at: datetime, before: datetime | None) -> Mark | None:
    if before is None or offset(at, trigger.zone) == offset(before, trigger.zone):
        return None
    change = last_change(trigger.zone, before, at)
    assert change is not None
    ahead, local = _jump(trigger, change), change.astimezone(trigger.zone)
    way = f"{'forward' if ahead > timedelta() else 'back'} by {spoken(abs(ahead).total_seconds())}"
    said = f"the clocks go {way} on {local:%Y-%m-%d}, to UTC{local.isoformat()[-6:]}"
    return Mark("changes", said + _lost(trigger, change))


def _lost(trigger: AnyTrigger, change: datetime) -> str:
    """What a line that runs through leaves out in a gap."""
    named = _missing(trigger, change) if isinstance(trigger, Cron) and not trigger.line.fixed else []
    if not named:
        return ""
    does, them = ("does", "it") if len(named) == 1 else ("do", "them")
    return f"; {' and '.join(named)} {does} not exist then, and nothing runs for {them}"


def _jump(trigger: AnyTrigger, change: datetime) -> timedelta:
    """How far the clocks go forward at that instant; negative for back."""
    return offset(change, trigger.zone) - offset(change - _SECOND, trigger.zone)


def _missing(trigger: Cron, change: datetime) -> list[str]:
    """Local times of the line that do not exist as the clocks go forward at that instant."""
    ahead = _jump(trigger, change)
    if ahead <= timedelta():
        return []
    end = wall(change, trigger.zone)
    found = list(islice(_between(trigger, end - ahead, end), _TOLD + 1))
    more = ["others"] if len(found) > _TOLD else []
    return [f"{one:%H:%M}" for one in found[:_TOLD]] + more


def _between(trigger: Cron, start: datetime, end: datetime) -> Iterator[datetime]:
    shown = trigger.line.later(start - _SECOND)
    while shown is not None and shown < end:
        yield shown
        shown = trigger.line.later(shown)
