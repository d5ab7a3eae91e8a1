"""What a game will bring, given what is expected of it: chances of every margin and total.

For many games or many opinions of one at once: all numbers are flat arrays of one length. Lines may be
halves, whole numbers (a tie gives the stake back) or quarters (half of the stake on either side).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sandbox.odds.results import LEAST
from sandbox.odds.sports import Sport

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Tail = Callable[[Integers], Floats]
"""P(X > k) for each k."""

_Z = np.linspace(-8, 8, 3201)
_CDF = np.array([0.5 * (1 + math.erf(z / math.sqrt(2))) for z in _Z])


@dataclass(frozen=True)
class Expected:
    """What is expected of games.

    Attributes:
        margin: home less away score of a whole game from now on.
        total: the sum of both.
        left: share of the game that is still to be played.
        home: score of the home team so far.
        away: score of the away team so far.
    """

    margin: Floats
    total: Floats
    left: Floats
    home: Integers
    away: Integers

    @property
    def final_margin(self) -> Floats:
        """Mean of the margin at the end."""
        return self.home - self.away + self.left * self.margin

    @property
    def final_total(self) -> Floats:
        """Mean of the total at the end."""
        return self.home + self.away + self.left * self.total

    def where(self, mask: NDArray[np.bool_]) -> Expected:
        """A part of it."""
        return Expected(
            self.margin[mask], self.total[mask], self.left[mask], self.home[mask], self.away[mask]
        )


class Outlook(Protocol):
    """Chances of games of one sport."""

    def margin_over(self, k: Integers) -> Floats:
        """P(home less away score at the end > k); extra time counts."""

    def total_over(self, k: Integers) -> Floats:
        """P(sum of both scores > k); extra time counts."""

    def three_way(self) -> Floats:
        """Chances of home, away and draw without extra time, of shape (n, 3)."""


def outlook(sport: Sport, expected: Expected) -> Outlook:
    """The chances of games."""
    return Goals(sport, expected) if sport.goals else Points(sport, expected)


def two_way(chances: Outlook, count: int) -> Floats:
    """Chances of home and away where a game has a winner, of shape (n, 2)."""
    home = chances.margin_over(np.zeros(count, dtype=np.int64))
    return np.stack([home, 1 - home], axis=1)


def over_under(tail: Tail, line: Floats) -> Floats:
    """Chances of winning a bet on more and on less than a line if it is decided at all, of shape (n, 2)."""
    lower, upper = np.floor(line * 2) / 2, np.ceil(line * 2) / 2
    won = (_above(tail, lower) + _above(tail, upper)) / 2
    lost = (_below(tail, lower) + _below(tail, upper)) / 2
    decided = np.maximum(won + lost, 1e-12)
    return np.stack([won / decided, lost / decided], axis=1)


def _above(tail: Tail, line: Floats) -> Floats:
    return tail(np.floor(line).astype(np.int64))


def _below(tail: Tail, line: Floats) -> Floats:
    return 1 - tail(np.ceil(line).astype(np.int64) - 1)


class Points:
    """Margin and total are normal, rounded to whole points; ties are broken by one."""

    def __init__(self, sport: Sport, expected: Expected) -> None:
        root = np.sqrt(np.maximum(expected.left, 0.01))
        self._margin, self._total = expected.final_margin, expected.final_total
        self._margin_sd, self._total_sd = sport.margin_sd * root, sport.score_sd * root
        self._now = expected.home + expected.away

    def margin_over(self, k: Integers) -> Floats:
        """See Outlook."""
        tie = (k == 0) | (k == -1)
        broken = (self._over(np.zeros_like(k)) + self._over(np.full_like(k, -1))) / 2
        return np.where(tie, broken, self._over(k))

    def _over(self, k: Integers) -> Floats:
        return _upper((k + 0.5 - self._margin) / self._margin_sd)

    def total_over(self, k: Integers) -> Floats:
        """See Outlook."""
        return np.where(k < self._now, 1.0, _upper((k + 0.5 - self._total) / self._total_sd))

    def three_way(self) -> Floats:
        """See Outlook."""
        zero = np.zeros(len(self._margin), dtype=np.int64)
        home, level = self._over(zero), self._over(zero - 1)
        return np.stack([home, 1 - level, level - home], axis=1)


class Goals:
    """Both sides score as Poisson processes; where no draw may be, ties are broken by their rates."""

    def __init__(self, sport: Sport, expected: Expected) -> None:
        margin, total = expected.margin * expected.left, expected.total * expected.left
        least = LEAST * expected.left
        home, away = np.maximum(least, (total + margin) / 2), np.maximum(least, (total - margin) / 2)
        self._draw, self._share = sport.draw, home / (home + away)
        self._size = _enough(max(home.max(), away.max()))
        self._home, self._away = _poisson(home, self._size), _poisson(away, self._size)
        self._sum = _tails(_poisson(home + away, _enough((home + away).max())))
        self._difference = _difference_tails(self._home, self._away)
        self._now = (expected.home, expected.away)

    def margin_over(self, k: Integers) -> Floats:
        """See Outlook."""
        if self._draw:
            return self._over(k)
        zero = np.zeros_like(k)
        home, level = self._over(zero), self._over(zero - 1)
        broken = home + (level - home) * self._share
        return np.where((k == 0) | (k == -1), broken, self._over(k))

    def _over(self, k: Integers) -> Floats:
        return _take(self._difference, k - (self._now[0] - self._now[1]) + self._size)

    def total_over(self, k: Integers) -> Floats:
        """See Outlook."""
        over = _take(self._sum, k - (self._now[0] + self._now[1]) + 1)
        return over if self._draw else over + self._level_at(k)

    def _level_at(self, k: Integers) -> Floats:
        """P(level with k goals in all): the one that breaks the tie lifts the total over k."""
        home, away = (k // 2 - now for now in self._now)
        at = _take(self._home, home, outside=0.0) * _take(self._away, away, outside=0.0)
        return np.where(k % 2 == 0, at, 0.0)

    def three_way(self) -> Floats:
        """See Outlook."""
        zero = np.zeros(len(self._share), dtype=np.int64)
        home, level = self._over(zero), self._over(zero - 1)
        return np.stack([home, 1 - level, level - home], axis=1)


def _upper(z: Floats) -> Floats:
    """P(N > z), to 1e-6."""
    return np.asarray(1 - np.interp(z, _Z, _CDF))


def _enough(mean: float) -> int:
    """Goals beyond which a Poisson variable of this mean has no weight to speak of."""
    return int(mean + 7 * math.sqrt(mean) + 6)


def _poisson(mean: Floats, size: int) -> Floats:
    """Chances of 0 to size − 1, of shape (n, size)."""
    products = np.cumprod(mean[:, None] / np.arange(1, size), axis=1)
    ratios = np.concatenate([np.ones((len(mean), 1)), products], axis=1)
    return np.asarray(np.exp(-mean)[:, None] * ratios)


def _tails(chances: Floats) -> Floats:
    """P(X > k) for k from −1 on, of shape (n, size + 1)."""
    upper = np.cumsum(chances[:, ::-1], axis=1)[:, ::-1]
    return np.concatenate([upper, np.zeros((len(chances), 1))], axis=1)


def _difference_tails(home: Floats, away: Floats) -> Floats:
    """P(home − away > k) for k from −size on, of shape (n, 2 size + 1)."""
    size = home.shape[1]
    beyond = np.zeros((len(home), 3 * size + 1))
    beyond[:, :size] = 1.0
    beyond[:, size : 2 * size] = _tails(home)[:, 1:]
    windows = np.lib.stride_tricks.sliding_window_view(beyond, size, axis=1)[:, : 2 * size + 1]
    return np.asarray(np.einsum("na,nka->nk", away, windows))


def _take(table: Floats, column: Integers, outside: float | None = None) -> Floats:
    """One column of each row; beyond the ends the last one there is, or `outside`."""
    within = np.clip(column, 0, table.shape[1] - 1)
    found = np.take_along_axis(table, within[:, None], axis=1)[:, 0]
    return found if outside is None else np.where(within == column, found, outside)
