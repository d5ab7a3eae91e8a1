"""What was found in each sport, in numbers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from jobs.odds.edges import Edges
from jobs.odds.model import Event, Opportunity, SportCount
from jobs.odds.offers import REASONS


@dataclass
class Seen:
    """What is counted before prices are judged, by sport.

    Attributes:
        events: events that the upstream sent.
        in_play: of these, such as have started.
        books: books that offer anything on those that have not.
        dropped: prices that are in no group, by reason.
    """

    events: Counter[str] = field(default_factory=Counter)
    in_play: Counter[str] = field(default_factory=Counter)
    books: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    dropped: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def event(self, event: Event, now: datetime) -> bool:
        """Count an event; whether it has not started yet."""
        self.events[event.sport] += 1
        if event.commence_time > now:
            self.books[event.sport].update(market.book for market in event.markets)
            return True
        self.in_play[event.sport] += 1
        self.dropped[event.sport]["in_play"] += sum(len(market.outcomes) for market in event.markets)
        return False

    def drop(self, event: Event, reasons: Mapping[str, int]) -> None:
        """Count prices of an event that are in no group."""
        self.dropped[event.sport].update(reasons)


def by_sport(seen: Seen, found: Edges, listed: Iterable[Opportunity]) -> dict[str, SportCount]:
    """The numbers of each sport that the upstream sent events of."""
    table = found.fair.table
    sports = sorted(seen.events)
    of_group = np.array([sports.index(group.event.sport) for group in table.groups], dtype=np.int64)
    of_row, shown = of_group[table.group], np.sum(~np.isnan(table.prices), axis=1)
    reasons = [np.bincount(of_row, shown * (table.reason == one), len(sports)) for one in range(len(REASONS))]
    counted = found.ev[found.method]
    above = [np.bincount(of_row, np.sum(counted > least, axis=1), len(sports)) for least in (0.0, 2.0)]
    in_list = Counter(one.sport for one in listed)
    return {
        sport: SportCount(
            events=seen.events[sport],
            in_play=seen.in_play[sport],
            books=len(seen.books[sport]),
            prices=int(reasons[0][number]),
            dropped=_dropped(seen.dropped[sport], [int(one[number]) for one in reasons]),
            positive=int(above[0][number]),
            above_two=int(above[1][number]),
            listed=in_list[sport],
        )
        for number, sport in enumerate(sports)
    }


def _dropped(before: Counter[str], judged: Sequence[int]) -> dict[str, int]:
    """By reason, the most frequent first."""
    both = before + Counter(dict(zip(REASONS[1:], judged[1:], strict=True)))
    return dict(sorted(both.items(), key=lambda pair: (-pair[1], pair[0])))
