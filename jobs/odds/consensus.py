"""What all books but the one that is judged hold for fair.

Owns the consensus: the median over the half of the opinions that takes the smaller margin. An opinion is a
set of prices; books that show the same one are skins of one book, or copy each other, and count once, so that
they do not outvote the others and no price is judged by its own copy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jobs.odds import devig
from jobs.odds.offers import Flags, Floats, Ints, Table


@dataclass(frozen=True)
class Opinions:
    """Different sets of prices by group and, within it, by margin.

    Attributes:
        rows: the rows of the table that have an opinion, by opinion.
        first: where in ``rows`` each opinion begins; one more at the end.
        group: each opinion's group.
        rank: its place in its group, the least margin first.
        start: first opinion of each group of the table.
        size: opinions of each group of the table.
        of_row: the opinion of each row of the table; -1 if it has none.
    """

    rows: Ints
    first: Ints
    group: Ints
    rank: Ints
    start: Ints
    size: Ints
    of_row: Ints

    def half(self, others: Ints, least: int) -> Ints:
        """How many opinions make the consensus where there are so many."""
        return np.minimum(others, np.maximum(least, (others + 1) // 2))


def opinions(table: Table, taking_part: Flags) -> Opinions:
    """Sort rows of the table into opinions."""
    rows = np.flatnonzero(taking_part)
    prices = np.nan_to_num(table.prices[rows])
    # A book that gives money away is no better informed than one that takes as much.
    margins = np.abs(devig.margin(table.prices[rows]))
    keys = (prices[:, 2], prices[:, 1], prices[:, 0], margins, table.group[rows])
    order = np.lexsort(keys)
    rows, prices = rows[order], prices[order]
    new = np.ones(len(rows), dtype=np.bool_)
    new[1:] = (prices[1:] != prices[:-1]).any(axis=1) | (table.group[rows[1:]] != table.group[rows[:-1]])
    first = np.flatnonzero(new)
    group = table.group[rows[first]]
    size = np.bincount(group, minlength=len(table.groups))
    start = np.cumsum(size) - size
    of_row = np.full(len(table.offers), -1, dtype=np.int64)
    of_row[rows] = np.cumsum(new) - 1
    rank = np.arange(len(first)) - start[group]
    return Opinions(rows, np.append(first, len(rows)), group, rank, start, size, of_row)


def of_others(said: Opinions, probabilities: Floats, least: int) -> Floats:
    """The consensus beside each opinion.

    Args:
        said: the opinions.
        probabilities: of each row of the table, the last axis an outcome, 0 where there is none; axes before
            the rows are kept.
        least: opinions that a consensus needs beside the one that is judged, 1 or more.

    Returns:
        Fair probabilities of each opinion, summing to 1; NaN where there are too few others.
    """
    others = said.size - 1
    half = said.half(others, least)
    # The tightest half of the others is the tightest half and one more, less the own opinion or the last.
    sheet, counts = _sheet(said, probabilities, half + 1)
    leave = said.start[said.group] + np.minimum(said.rank, half[said.group])
    own = _own(said, probabilities, leave)
    found = _median_without(sheet[..., said.group, :, :], counts[said.group], own)
    found[..., others[said.group] < least, :] = np.nan
    return _renormalised(found)


def of_all(said: Opinions, probabilities: Floats, least: int) -> Floats:
    """The consensus of each group of the table; NaN where it has fewer opinions than ``least``."""
    sheet, counts = _sheet(said, probabilities, said.half(said.size, least))
    low, high = np.maximum(counts - 1, 0) // 2, counts // 2
    found = (_at(sheet, low) + _at(sheet, high)) / 2.0
    found[..., said.size < max(least, 1), :] = np.nan
    return _renormalised(found)


def _own(said: Opinions, probabilities: Floats, which: Ints) -> Floats:
    return probabilities[..., said.rows[said.first[which]], :]


def _sheet(said: Opinions, probabilities: Floats, most: Ints) -> tuple[Floats, Ints]:
    """Each group's tightest opinions side by side, sorted by value, inf beyond: group, outcome, place."""
    taken = np.flatnonzero(said.rank < most[said.group])
    counts = np.minimum(said.size, most)
    width = int(counts.max(initial=0)) + 1
    shape = (*probabilities.shape[:-2], len(said.size), probabilities.shape[-1], width)
    sheet = np.full(shape, np.inf)
    sheet[..., said.group[taken], :, said.rank[taken]] = np.moveaxis(_own(said, probabilities, taken), -2, 0)
    sheet.sort(axis=-1)
    return sheet, counts


def _median_without(sheet: Floats, counts: Ints, own: Floats) -> Floats:
    """The median of each sorted row without one of its values.

    Taking out a value below the middle moves the middle up, one above moves it down, and the middle itself
    leaves its neighbours: no row has to be sorted again for each value.
    """
    middle = counts // 2
    at, below = _at(sheet, middle), _at(sheet, np.maximum(middle - 1, 0))
    above = _at(sheet, np.minimum(middle + 1, np.maximum(counts - 1, 0)))
    even = np.where(own <= below, at, below)
    odd = (np.where(own < at, at, below) + np.where(own > at, at, above)) / 2.0
    return np.where((counts % 2 == 0)[:, None], even, odd)


def _at(sheet: Floats, place: Ints) -> Floats:
    index = np.broadcast_to(place[:, None, None], (*sheet.shape[:-1], 1))
    found: Floats = np.take_along_axis(sheet, index, axis=-1)[..., 0]
    return found


def _renormalised(probabilities: Floats) -> Floats:
    total: Floats = np.nansum(probabilities, axis=-1, keepdims=True)
    found = np.full(probabilities.shape, np.nan)
    np.divide(probabilities, total, out=found, where=total > 0)
    return found
