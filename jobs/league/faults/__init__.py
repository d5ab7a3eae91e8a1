"""Faults of a league that only show when its parts are held against each other.

Owns the wording of those faults: each says what is wrong and what would be right. All of them are found at
once, so that a league is corrected in one go. Bounds on single fields are in ``spec``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from jobs.league.faults import dates, names, numbers
from jobs.league.faults.fault import Fault

if TYPE_CHECKING:
    from jobs.league.spec import LeagueSpec

__all__ = ["Fault", "find_faults"]

_CHECKS: tuple[Callable[[LeagueSpec], Iterator[Fault]], ...] = (
    dates.season,
    names.twice,
    names.coaches,
    names.unknown,
    names.homes,
    names.zone,
    dates.outside,
    dates.venues,
    numbers.divisions,
    numbers.fewer,
    numbers.gaps,
    numbers.size,
)


def find_faults(league: LeagueSpec) -> list[Fault]:
    """Every fault of a league whose fields are each well formed, in the order of the checks."""
    return [fault for check in _CHECKS for fault in check(league)]
