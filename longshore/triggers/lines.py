"""Cron lines: reading one, and stepping through the wall times that it matches.

cronsim parses and matches. Zones, gaps and overlaps are the business of `cron.py`: in here every time is a
wall time without zone, so that steps forward and back agree.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from cronsim import CronSim, CronSimError

ALIASES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
EXAMPLE = "right would be e.g. '0 2 * * *' (02:00 every day) or '*/15 9-17 * * mon-fri'"
LONGEST = 200
_START = datetime(2024, 1, 1)  # noqa: DTZ001 - a wall time
_SECOND = timedelta(seconds=1)


def normal(expression: str) -> str:
    """The line with single spaces, an alias such as @daily written out.

    Raises:
        ValueError: it has not five fields, a field is wrong, or it never comes due (31 February).
    """
    text = " ".join(expression.split())
    if len(text) > LONGEST:
        raise ValueError(f"a cron line is at most {LONGEST} characters long, got {len(text)}; {EXAMPLE}")
    line = ALIASES.get(text.lower(), text)
    if line.startswith("@"):
        raise ValueError(f"unknown alias {text!r}; the aliases are {', '.join(ALIASES)}")
    if (count := len(line.split())) != 5:
        raise ValueError(
            f"a cron line has five fields (minute hour day month weekday), got {count}; {EXAMPLE}"
        )
    if Line(line).later(_START) is None:
        raise ValueError(f"{text!r} never comes due; {EXAMPLE}")
    return line


class Line:
    """A parsed cron line.

    Attributes:
        fixed: whether it names its times of day. If minute or hour is a star (or */n), it runs through on
            elapsed time instead; Debian's cron draws the same line.

    Raises:
        ValueError: the line cannot be parsed.
    """

    def __init__(self, line: str) -> None:
        try:
            self._parsed = CronSim(line, _START)
        except CronSimError as error:
            raise ValueError(f"{line!r} is no cron line: {_told(error)}; {EXAMPLE}") from None
        minute, hour = line.split()[:2]
        self.fixed = not minute.startswith("*") and not hour.startswith("*")

    def later(self, shown: datetime) -> datetime | None:
        """The first match strictly after a wall time. None: not within 50 years."""
        return self._step(shown.replace(second=59, microsecond=0), 1)

    def earlier(self, shown: datetime) -> datetime | None:
        """The last match strictly before a wall time. None: not within 50 years."""
        start = shown.replace(second=0, microsecond=0)
        return self._step(start + _SECOND if shown > start else start, -1)

    def _step(self, shown: datetime, direction: int) -> datetime | None:
        walk = object.__new__(CronSim)  # a copy; copy.copy takes longer than the step itself
        walk.__dict__.update(self._parsed.__dict__, dt=shown, tick_direction=direction)
        try:
            return next(walk, None)
        except (OverflowError, ValueError):  # past the first or the last year of the calendar
            return None


def _told(error: CronSimError) -> str:
    text = str(error)
    if text == "Bad day-of-month":
        return "the day of month does not exist (in those months)"
    return text[:1].lower() + text[1:]
