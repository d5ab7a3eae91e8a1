"""Lists the prices that pay more than they should, with all that says how far to believe it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from jobs.odds.ages import oldest
from jobs.odds.best import Best
from jobs.odds.bets import about, stable_id
from jobs.odds.edges import Edges, ev_percent, full_kelly
from jobs.odds.model import Opportunity
from jobs.odds.offers import Ints


def opportunities(found: Edges, best: Best) -> list[Opportunity]:
    """What the policy lists, the highest expected value first; of too many, the best."""
    rows, sides = np.nonzero(found.listed)
    order = np.lexsort((sides, rows, -found.ev[found.method, rows, sides]))[: found.policy.most_opportunities]
    offering = found.fair.table.count(found.fair.table.used)
    chosen = zip(rows[order].tolist(), sides[order].tolist(), strict=True)
    return [_Maker(found, best, offering).make(row, side) for row, side in chosen]


@dataclass(frozen=True)
class _Maker:
    """Makes opportunities from rows of the table."""

    found: Edges
    best: Best
    offering: Ints

    def make(self, row: int, side: int) -> Opportunity:
        """The opportunity that one price is."""
        table, policy = self.found.fair.table, self.found.policy
        number = int(table.group[row])
        group, source = table.groups[number], table.offers[row].source
        name, point = group.outcomes[side]
        shown, reference = table.offers[row].sides[side], self.found.fair.reference(row)
        assert shown is not None
        return Opportunity(
            id=stable_id(group.event.id, group.market, group.ways, name, point, source.book),
            sport_title=group.event.sport_title,
            market=group.market,
            outcome=name,
            point=point,
            book=source.book,
            book_title=source.title,
            price=shown.price,
            price_updated_at=source.updated_at,
            reference=reference,
            books_offering=int(self.offering[number]),
            oldest_price_seconds=oldest(reference.oldest_price_seconds, float(table.age[row])),
            long_shot=shown.price >= policy.long_shot,
            link=shown.link,
            **about(group.event),
            **self._worth(row, side),
            **self._beside_best(number, row, side),
        )

    def _worth(self, row: int, side: int) -> dict[str, Any]:
        found, policy = self.found, self.found.policy
        probability = found.fair.of_rows[found.method, row, side]
        evs = found.by_method(row, side)
        full = float(full_kelly(probability, found.fair.table.prices[row, side]))
        return {
            "fair_price": float(1.0 / probability),
            "fair_probability": float(probability),
            "ev_percent": evs[policy.method],
            "ev_by_method": evs,
            "method": policy.method,
            "method_spread": max(evs.values()) - min(evs.values()),
            "kelly_percent": 100.0 * min(full * policy.kelly, policy.kelly_cap),
            "full_kelly_percent": 100.0 * full,
        }

    def _beside_best(self, number: int, row: int, side: int) -> dict[str, Any]:
        best = self.best.price[number, side]
        return {
            "best_price": float(best),
            "best_book": self.best.source(number, side).book,
            "is_best": bool(self.found.fair.table.prices[row, side] == best),
            "edge_percent": float(ev_percent(self.found.fair.of_rows[self.found.method, row, side], best)),
        }
