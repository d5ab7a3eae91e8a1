"""What every bet says of itself, be it an opportunity or a leg of an arbitrage or a middle."""

from __future__ import annotations

import hashlib
from typing import Any

from jobs.odds.best import Best
from jobs.odds.model import Event, Leg


def about(event: Event) -> dict[str, Any]:
    """The event's part of an opportunity, an arbitrage or a middle."""
    return {
        "event_id": event.id,
        "sport": event.sport,
        "commence_time": event.commence_time,
        "home_team": event.home,
        "away_team": event.away,
    }


def stable_id(*parts: object) -> str:
    """24 hexadecimal digits of what makes a bet this bet and no other: the same from refresh to refresh.

    Numbers count by value, so that 3 is 3.0.
    """
    text = "\x1f".join(f"{part:g}" if isinstance(part, int | float) else str(part) for part in parts)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def leg(best: Best, group: int, side: int, stake_share: float) -> Leg:
    """The best price on an outcome as one of several bets."""
    name, point = best.table.groups[group].outcomes[side]
    source = best.source(group, side)
    return Leg(name, point, source.book, source.title, best.outcome(group, side).price, stake_share)
