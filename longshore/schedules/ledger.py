"""What became of each slot: the newest records of a schedule, in a Redis list.

The record of a slot is written by the very call that decides it, so it says what happened. It is compact, as
there may be 200 for each schedule in a Redis of 25 MB.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from redis import Redis

from longshore import keys
from longshore.schedules.entries import task_id

Outcome = Literal["fired", "skipped", "missed"]
_CODES: dict[str, Outcome] = {"f": "fired", "s": "skipped", "m": "missed"}
_LETTERS = {outcome: code for code, outcome in _CODES.items()}


@dataclass(frozen=True)
class SlotRecord:
    """What became of one slot.

    Attributes:
        slot: the instant at which the schedule was due.
        outcome: "fired": a task was made; "skipped": something said no; "missed": it could not fire.
        why: in plain words; empty if it fired.
        task_id: the task, if one was made.
        late_seconds: from when it was due, jitter included, to when it was decided.
    """

    slot: datetime
    outcome: Outcome
    why: str
    task_id: str | None
    late_seconds: float


def record(slot: datetime, outcome: Outcome, late: float, why: str = "") -> str:
    """The text of a record.

    Args:
        slot: the slot.
        outcome: what became of it.
        late: seconds from when it was due.
        why: in plain words; cut at 300 characters.
    """
    what = [int(slot.timestamp()), _LETTERS[outcome], round(late * 1000), why[:300]]
    return json.dumps(what, ensure_ascii=False, separators=(",", ":"))


def read(connection: Redis, name: str, limit: int = keys.SLOTS) -> list[SlotRecord]:
    """The newest records of a schedule, newest first."""
    raw: Any = connection.lrange(keys.slots(name), 0, limit - 1)
    return [_read(name, one) for one in raw]


def newest(connection: Redis, name: str) -> datetime | None:
    """The last slot that was decided; None if there is no record of any."""
    found = read(connection, name, 1)
    return found[0].slot if found else None


def _read(name: str, raw: bytes) -> SlotRecord:
    slot, code, late, why = json.loads(raw)
    moment, outcome = datetime.fromtimestamp(slot, UTC), _CODES[code]
    made = task_id(name, moment) if outcome == "fired" else None
    return SlotRecord(moment, outcome, why, made, late / 1000)
