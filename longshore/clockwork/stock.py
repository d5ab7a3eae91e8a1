"""Entries as rq-scheduler's stock clients write them: what their fields say, and when they are due again.

Pure: from the fields of a task's hash to values. A stock client pickles the meta; of that only plain values
are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crontab import CronTab

from longshore.clockwork import plain_pickle
from longshore.errors import LongshoreError
from longshore.serializer import Serializer


class Unfit(LongshoreError):
    """An entry that cannot be fired, and why."""


def origin(fields: Mapping[str, bytes | None]) -> str:
    """Its queue.

    Raises:
        Unfit: it names none.
    """
    try:
        queue = (fields["origin"] or b"").decode()
    except UnicodeDecodeError:
        queue = ""
    if not queue:
        raise Unfit("its task names no queue")
    return queue


def read_meta(raw: bytes | None) -> tuple[dict[str, Any], bool]:
    """The meta, and whether it is pickled.

    Raises:
        Unfit: it is neither JSON nor a pickle of plain values, so nobody can say whether it recurs.
    """
    if not raw:
        return {}, False
    for loads, pickled in ((Serializer.loads, False), (plain_pickle.loads, True)):
        try:
            found = loads(raw)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            return found, pickled
    raise Unfit("its meta is neither JSON nor a pickle of plain values, so it is not known whether it recurs")


def following(meta: Mapping[str, Any], score: float, now: datetime) -> tuple[str, dict[str, Any] | None]:
    """The next score of an entry, '' for none, and its meta if that has changed; as rq-scheduler has it, on
    a grid.

    Raises:
        ValueError, TypeError: interval, repeat or cron line are none.
    """
    interval, repeat, line = meta.get("interval"), meta.get("repeat"), meta.get("cron_string")
    changed = None if not repeat else {**meta, "repeat": int(repeat) - 1}
    if (changed is not None and changed["repeat"] == 0) or (repeat == 0 and repeat is not None):
        return "", changed
    if interval:
        length = int(interval)
        if length < 1:
            raise ValueError(f"an interval of {length} s")
        behind = max(now.timestamp() - score, 0.0)
        return repr(score + length * (int(behind // length) + 1)), changed
    if line:  # by the process's local time, as rq-scheduler has it
        local = now.astimezone().replace(tzinfo=None)
        due: datetime = CronTab(line).next(now=local, return_datetime=True, default_utc=False)
        return repr(due.timestamp()), changed
    return "", changed


def to_front(fields: Mapping[str, bytes | None]) -> bool:
    """As `Job.should_enqueue_at_front`: a retry may have another say than the first run."""
    again = fields["enqueue_at_front_on_retry"] == b"1" and fields["ended_at"]
    return bool(again) or fields["enqueue_at_front"] == b"1"
