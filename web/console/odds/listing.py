"""Opportunities as a list: those that are chosen, in order, a page at a time. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from jobs.odds.model import Opportunity
from web.console.odds import prices
from web.console.odds.choice import SORTS, Choice

PAGE = 100
"""Opportunities on one page."""


@dataclass(frozen=True)
class Listing:
    """One page of the opportunities.

    Attributes:
        rows: those on the page.
        fitting: how many fit the choice.
        total: how many there are.
        page: which page it is, from 1.
        pages: how many there are; at least 1.
    """

    rows: list[Opportunity]
    fitting: int
    total: int
    page: int
    pages: int

    @property
    def first(self) -> int:
        """The number of the first row, from 1; 0 if there is none."""
        return (self.page - 1) * PAGE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The number of the last row."""
        return self.first + len(self.rows) - 1 if self.rows else 0


@dataclass(frozen=True)
class Options:
    """What a visitor can choose from.

    Attributes:
        sports: key, name and how many opportunities, by name.
        books: the same of books.
    """

    sports: list[tuple[str, str, int]]
    books: list[tuple[str, str, int]]


def listing(every: Sequence[Opportunity], choice: Choice, now: datetime) -> Listing:
    """The chosen page; one past the end is the last one."""
    fitting = ordered((one for one in every if choice.takes(one, now)), choice)
    pages = max(ceil(len(fitting) / PAGE), 1)
    page = min(choice.page, pages)
    return Listing(fitting[(page - 1) * PAGE : page * PAGE], len(fitting), len(every), page, pages)


def ordered(some: Iterable[Opportunity], choice: Choice) -> list[Opportunity]:
    """Opportunities as the choice sorts them; of equals, those of the highest EV first."""
    name, descending = choice.sorted_by
    by_value = sorted(some, key=lambda one: (-one.ev_percent, one.id))
    return sorted(by_value, key=SORTS[name][1], reverse=descending)


def options(every: Iterable[Opportunity]) -> Options:
    """The sports and books that have an opportunity."""
    found = list(every)
    return Options(
        _counted((one.sport, one.sport_title) for one in found),
        _counted((one.book, one.book_title) for one in found),
    )


def _counted(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str, int]]:
    """Each key once, by name."""
    names: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for key, name in pairs:
        names.setdefault(key, name)
        counts[key] += 1
    shown = prices.titles(names)
    return [(key, shown[key], counts[key]) for key in sorted(shown, key=lambda one: shown[one].casefold())]
