"""What a reader sees of a line: every book's price, what it is worth, and why it takes no part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from jobs.odds.edges import Edges
from jobs.odds.model import METHODS, BookMarket, BookPrice, Line, Method
from jobs.odds.offers import REASONS

_WHY_NOT = tuple(reason or None for reason in REASONS)


class Lines(Mapping[str, list[Line]]):
    """Every line of every event by the event's id, in the order of markets, points and outcomes.

    A refresh has some 40,000 prices, and making an object of each takes as long as all that is worked out of
    them: an event's lines are made when they are first asked for.
    """

    def __init__(self, found: Edges) -> None:
        self._found = found
        self._groups: dict[str, list[int]] = {}
        for number, group in enumerate(found.fair.table.groups):
            self._groups.setdefault(group.event.id, []).append(number)
        self._made: dict[str, list[Line]] = {}
        self._ladders = [_ladders(found, side) for side in range(3)]

    def __getitem__(self, event_id: str) -> list[Line]:
        if event_id not in self._made:
            groups = self._groups[event_id]
            self._made[event_id] = [line for number in groups for line in self._lines(number)]
        return self._made[event_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._groups)

    def __len__(self) -> int:
        return len(self._groups)

    def __contains__(self, event_id: object) -> bool:
        return event_id in self._groups  # Mapping's own would make the lines to find out

    def __repr__(self) -> str:
        return f"Lines of {len(self):,} events"

    def _lines(self, number: int) -> Iterator[Line]:
        fair, group = self._found.fair, self._found.fair.table.groups[number]
        chances = fair.of_groups[:, number, :].T.tolist()
        known = chances[0][0] == chances[0][0]  # not NaN
        reference = fair.reference_of_group(number) if known else None
        for side, (name, point) in enumerate(group.outcomes):
            by_method: dict[Method, float] = dict(zip(METHODS, chances[side], strict=True)) if known else {}
            prices = self._ladders[side].of_group(number)
            yield Line(group.event.id, group.market, name, point, group.ways, by_method, reference, prices)


@dataclass(frozen=True)
class _Ladders:
    """The rows that show a price on one side, group by group, the best first and those of no part last.

    They are plain lists, as picking single numbers out of arrays costs more than all of the sorting.
    """

    sources: list[BookMarket]
    prices: list[float]
    evs: list[float]
    reasons: list[int]
    first: list[int]

    def of_group(self, number: int) -> tuple[BookPrice, ...]:
        """The rungs of one group's ladder."""
        here = slice(self.first[number], self.first[number + 1])
        rungs = zip(self.sources[here], self.prices[here], self.evs[here], self.reasons[here], strict=True)
        return tuple(
            [
                BookPrice(
                    one.book,
                    one.title,
                    price,
                    one.updated_at,
                    ev if ev == ev else None,
                    not why,
                    _WHY_NOT[why],
                )
                for one, price, ev, why in rungs
            ]
        )


def _ladders(found: Edges, side: int) -> _Ladders:
    table = found.fair.table
    price, reason = table.prices[:, side], table.reason
    order = np.lexsort((-price, reason > 0, table.group))
    order = order[~np.isnan(price[order])]
    counts = table.count(~np.isnan(price))
    return _Ladders(
        sources=[table.offers[row].source for row in order.tolist()],
        prices=price[order].tolist(),
        evs=found.ev[found.method, order, side].tolist(),
        reasons=reason[order].tolist(),
        first=[0, *np.cumsum(counts).tolist()],
    )
