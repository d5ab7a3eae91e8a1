"""The kinds of recurrence, and the words to declare them. Pure: no Redis, no SQL, no RQ, no now.

A trigger answers when it is due: `after(moment)`, `newest(since, until, limit)`, `describe()` and `zone`.
Conditions that may veto a slot are in `conditions/`, both together in `recurrence.py`.
"""

from longshore.triggers.cron import Cron
from longshore.triggers.declare import Declared, at, cron, crontab, declared, every, solar
from longshore.triggers.interval import Interval
from longshore.triggers.kinds import AnyTrigger, Trigger, read
from longshore.triggers.once import Once
from longshore.triggers.slot import Slot
from longshore.triggers.solar import Solar

__all__ = [
    "AnyTrigger",
    "Cron",
    "Declared",
    "Interval",
    "Once",
    "Slot",
    "Solar",
    "Trigger",
    "at",
    "cron",
    "crontab",
    "declared",
    "every",
    "read",
    "solar",
]
