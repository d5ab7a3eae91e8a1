"""What each price is judged by: fair probabilities without the margin and without the book that is judged.

Owns the choice of the reference. Where the policy's sharp books offer the line, the weighted mean of their
fair probabilities counts, and a sharp book is judged by the other sharp ones alone: soft books are no measure
of it. Elsewhere the consensus of the others counts (consensus.py). How margins are taken out is in devig.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from jobs.odds import consensus, devig
from jobs.odds.ages import oldest
from jobs.odds.consensus import Opinions
from jobs.odds.model import METHODS, Policy, Reference
from jobs.odds.offers import Flags, Floats, Table, drop_outliers


@dataclass
class Fair:
    """Fair probabilities: methods along the first axis, in the order of ``METHODS``, outcomes along the last.

    Attributes:
        table: what is judged.
        of_rows: what each row of the table is judged by; NaN where nothing can judge it.
        of_groups: what each group's line shows, for which no book is left out; NaN where there are too few.
    """

    table: Table
    of_rows: Floats
    of_groups: Floats
    _sharp: Flags
    _said: Opinions
    _least: int

    def __post_init__(self) -> None:
        self._references: dict[tuple[int, int], Reference] = {}

    def reference(self, row: int) -> Reference:
        """What a row with fair probabilities is judged by."""
        group = int(self.table.group[row])
        without = row if self._sharp[row] else int(self._said.of_row[row])
        return self._reference(group, without)

    def reference_of_group(self, group: int) -> Reference:
        """Where a group's fair probabilities come from, if it has any."""
        return self._reference(group, -1)

    def _reference(self, group: int, without: int) -> Reference:
        """Offers of one group share few references, so that each is made once."""
        key = (group, without)
        if key not in self._references:
            self._references[key] = self._sharp_reference(*key) or self._consensus_reference(*key)
        return self._references[key]

    def _sharp_reference(self, group: int, without: int) -> Reference | None:
        first = int(self.table.start[group])
        here = self._sharp[first : first + len(self.table.groups[group].offers)]
        rows: list[int] = [row for row in (np.flatnonzero(here) + first).tolist() if row != without]
        if not rows:
            return None
        rows.sort(key=lambda row: -self.table.weight[row])
        opinions = {self.table.prices[row].tobytes() for row in rows}
        return self._named("sharp", rows, len(opinions))

    def _consensus_reference(self, group: int, without: int) -> Reference:
        said, first = self._said, int(self._said.start[group])
        half = int(said.half(said.size[group] - int(without >= 0), self._least))
        taken = [one for one in range(first, first + half + 1) if one != without][:half]
        spans = (said.rows[said.first[one] : said.first[one + 1]].tolist() for one in taken)
        return self._named("consensus", [row for span in spans for row in span], half)

    def _named(self, kind: Literal["sharp", "consensus"], rows: list[int], opinions: int) -> Reference:
        ages = self.table.age[rows]
        books = tuple(self.table.offers[row].source.book for row in rows)
        return Reference(kind, books, oldest(*ages.tolist()), opinions)


def judge(table: Table, policy: Policy) -> Fair:
    """Find what each offer is judged by. Offers that turn out to be outliers are taken out of the table."""
    own = np.stack(list(devig.by_every_method(np.where(table.used[:, None], table.prices, np.nan)).values()))
    drop_outliers(table, own[METHODS.index(policy.method)])
    own = np.nan_to_num(own)
    least = max(policy.min_consensus, 1)
    sharp = table.used & (table.weight > 0)
    sharp_of_rows, sharp_of_groups = _means(table, own, sharp)
    has_sharp = table.count(sharp) > 0
    said = consensus.opinions(table, table.used & ~has_sharp[table.group])
    of_rows = np.where(has_sharp[table.group][:, None], sharp_of_rows, np.nan)
    judged = said.of_row >= 0
    of_rows[:, judged] = consensus.of_others(said, own, least)[:, said.of_row[judged]]
    of_groups = np.where(has_sharp[:, None], sharp_of_groups, consensus.of_all(said, own, least))
    return Fair(table, of_rows, of_groups, sharp, said, least)


def _means(table: Table, own: Floats, sharp: Flags) -> tuple[Floats, Floats]:
    """Weighted means of the sharp books' probabilities: for each row without its own, and for each group."""
    weight = np.where(sharp, table.weight, 0.0)
    weighted = own * weight[:, None]
    total, weights = _sums(table, weighted), _sums(table, weight[:, None])
    others = table.count(sharp)[table.group] - sharp
    of_rows = _share(total[:, table.group] - weighted, weights[table.group] - weight[:, None], others > 0)
    of_rows[:, ~table.used] = np.nan
    return of_rows, _share(total, weights, table.count(sharp) > 0)


def _sums(table: Table, values: Floats) -> Floats:
    """Sums over each group's rows, which are the axis before the last."""
    if not len(table.groups):
        return np.zeros((*values.shape[:-2], 0, values.shape[-1]))
    return np.add.reduceat(values, table.start, axis=-2)


def _share(total: Floats, weights: Floats, where: Flags) -> Floats:
    found = np.full(total.shape, np.nan)
    np.divide(total, weights, out=found, where=where[:, None])
    return found
