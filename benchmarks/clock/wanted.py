"""The schedules that a process is to have, from its environment: `20x1,20x5` are 20 of 1 s and 20 of 5 s.

Read by our jobs and by Celery's app alike, so that both have the same. The name of a schedule stands in all
that is pushed for it; that is how the pushes are told apart from outside.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

VARIABLE = "BENCH_SCHEDULES"
NAME = re.compile(r"every-(\d+)-(\d+)")


def schedules(text: str | None = None) -> Iterator[tuple[str, int]]:
    """Name and seconds of each schedule.

    Args:
        text: what is asked for; by default what the environment says.
    """
    asked = os.environ.get(VARIABLE, "") if text is None else text
    for part in filter(None, asked.split(",")):
        count, _, seconds = part.partition("x")
        for number in range(int(count)):
            yield f"every-{seconds}-{number}", int(seconds)
