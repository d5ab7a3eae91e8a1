"""Which starts are early and which are late: the lower and the upper quarter of a weekday's slots."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from jobs.league.spec import LeagueSpec
from jobs.league.windows import WEEKDAYS


class Dayparts:
    """The early and late starts of a league, weekday by weekday.

    Args:
        league: its venues' slots count as often as they have pitches. A weekday whose games all begin at one
            time has neither early nor late ones.
    """

    def __init__(self, league: LeagueSpec) -> None:
        starts: dict[str, list[str]] = defaultdict(list)
        for venue in league.venues:
            for weekday, times in venue.slots.items():
                starts[weekday] += [time for time in times for _ in range(venue.pitches)]
        self._bounds = {weekday: _quartiles(sorted(times)) for weekday, times in starts.items() if times}

    def early(self, date: dt.date, start: str) -> bool:
        """Whether a game at this time (``"09:00"``) is an early one."""
        low, high = self._of(date)
        return low < high and start <= low

    def late(self, date: dt.date, start: str) -> bool:
        """Whether a game at this time is a late one."""
        low, high = self._of(date)
        return low < high and start >= high

    def _of(self, date: dt.date) -> tuple[str, str]:
        return self._bounds.get(WEEKDAYS[date.weekday()], ("", ""))


def _quartiles(times: list[str]) -> tuple[str, str]:
    return times[(len(times) - 1) // 4], times[(3 * len(times)) // 4]
