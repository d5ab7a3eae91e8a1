"""What each book thinks of each game, and when it was last seen: lags, stray opinions, books that hang.

All arrays have a row for each game and a column for each book. A function of the time: a book's price changes
only when it is seen anew, so that two calls within one time bucket agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sandbox.odds import walks
from sandbox.odds.books import SHARP, Book, books
from sandbox.odds.fixtures import Fixture
from sandbox.odds.seeded import generator

PERIOD = (40, 71)
"""Seconds between two looks at a book: of each book its own."""
HANGS = 0.02
"""Share of books that hang on a game at any time."""
HANG = 3 * 3600
"""Seconds for which a book that hangs shows the same."""
KNOT = 6 * 3600
"""Seconds over which a book's stray opinion changes."""
SHARED = 0.7
"""Share of that opinion which all books of a feed have in common."""
FREEDOM = 4.0
"""Degrees of freedom of a book's own part: now and then one is far off."""
MISSING = 0.04
"""Share of the books that do not offer a game."""
LIVE = 0.7
"""Share of the books that offer games which are being played."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Habits(NamedTuple):
    """The numbers of all books, as arrays."""

    lag: Floats
    noise: Floats
    opens: Floats
    period: Floats
    feed: NDArray[np.int64]
    sharp: Flags


class Traits(NamedTuple):
    """What is fixed for a game: of each book when it is seen, opens, and whether it takes part."""

    phase: Floats
    opens: Floats
    offered: Flags
    live: Flags
    hang_phase: float


@dataclass(frozen=True)
class Views:
    """What books think.

    Attributes:
        seen: when each was seen last, seconds since 1970.
        margin: the margin that it expects.
        total: the total that it expects.
        offered: whether it offers the game now.
    """

    seen: NDArray[np.int64]
    margin: Floats
    total: Floats
    offered: Flags


@cache
def roster() -> tuple[Book, ...]:
    """The books, in the order of the columns."""
    return tuple(books().values())


@cache
def habits() -> Habits:
    """The books' numbers."""
    all_books = roster()
    feeds = sorted({book.feed for book in all_books})
    return Habits(
        lag=np.array([book.lag for book in all_books]),
        noise=np.array([book.noise for book in all_books]),
        opens=np.array([book.opens for book in all_books]),
        period=generator("periods").integers(*PERIOD, size=len(all_books)).astype(float),
        feed=np.array([feeds.index(book.feed) for book in all_books]),
        sharp=np.array([book.key == SHARP for book in all_books]),
    )


def views(fixtures: Sequence[Fixture], now: float) -> Views:
    """What all books think of some games at a time."""
    rows = [_view(fixture, now) for fixture in fixtures]
    seen, margin, total, offered = (np.stack(column) for column in zip(*rows, strict=True))
    return Views(seen, margin, total, offered)


def _view(fixture: Fixture, now: float) -> tuple[NDArray[np.int64], Floats, Floats, Flags]:
    traits, sport, have = _traits(fixture), fixture.sport, habits()
    seen = _last_seen(fixture, traits, now)
    stray, walk, at = _stray(fixture, seen), walks.path(fixture), seen - have.lag
    margin = np.interp(at, walk.times, walk.margin) + stray[:, 0] * have.noise * sport.margin_sd
    total = np.interp(at, walk.times, walk.total) + stray[:, 1] * have.noise * sport.score_sd
    playing = now >= fixture.start
    open_now = traits.live if playing else fixture.start - now <= traits.opens
    return seen.astype(np.int64), margin, total, traits.offered & open_now


@lru_cache(maxsize=1024)
def _traits(fixture: Fixture) -> Traits:
    draws, have, sport = generator(fixture.id, "traits"), habits(), fixture.sport
    count = len(have.lag)
    offered = draws.random(count) >= MISSING
    offered[have.sharp] = draws.random() < sport.pinnacle
    return Traits(
        phase=draws.random(count) * have.period,
        opens=have.opens * sport.horizon * draws.uniform(0.9, 1.1, count),
        offered=offered,
        live=generator("live", sport.key).random(count) < LIVE,
        hang_phase=draws.random() * HANG,
    )


def _last_seen(fixture: Fixture, traits: Traits, now: float) -> Floats:
    """When each book was seen last: within its period, or when it began to hang."""
    period = habits().period
    seen = np.floor((now - traits.phase) / period) * period + traits.phase
    window = int((now - traits.hang_phase) // HANG)
    hangs = generator(fixture.id, "hangs", window).random(len(period)) < HANGS
    return np.floor(np.where(hangs, window * HANG + traits.hang_phase, seen))


def _stray(fixture: Fixture, seen: Floats) -> Floats:
    """How far each book's opinion strays, in its noise: it turns slowly from one knot to the next."""
    knots, share = np.divmod(seen / KNOT, 1.0)
    first = int(knots.min())
    values = np.stack([_knot(fixture, first + k) for k in range(int(knots.max()) - first + 2)])
    books_at, turn = np.arange(len(seen)), share[:, None] * np.pi / 2
    index = (knots - first).astype(np.int64)
    return np.asarray(values[index, books_at] * np.cos(turn) + values[index + 1, books_at] * np.sin(turn))


@lru_cache(maxsize=4096)
def _knot(fixture: Fixture, knot: int) -> Floats:
    """Stray opinions at a knot, of shape (books, 2), with variance 1: the feed's and the book's own."""
    draws, feed = generator(fixture.id, "stray", knot), habits().feed
    shared = draws.normal(size=(int(feed.max()) + 1, 2))[feed]
    own = draws.standard_t(FREEDOM, size=(len(feed), 2)) / np.sqrt(FREEDOM / (FREEDOM - 2))
    return np.asarray(shared * SHARED + own * np.sqrt(1 - SHARED**2))
