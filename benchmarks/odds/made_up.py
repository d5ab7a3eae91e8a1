"""A refresh of made-up odds in the upstream's wire format, as large as wanted and always the same.

Each event has fair probabilities from the seed; each book prices them with its own margin and error. Half of
the events have a sharp book, as in life.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

SHARP = "pinnacle"
WIRE_TIME = "%Y-%m-%dT%H:%M:%SZ"


def payload(events: int, books: int, at: datetime, seed: int = 1) -> list[dict[str, Any]]:
    """Events with h2h (every other one with a draw), spreads and totals of each book."""
    rng = random.Random(seed)
    names = [SHARP, *(f"book_{number:02}" for number in range(1, books))]
    return [_event(number, names, at, rng) for number in range(events)]


def _event(number: int, names: list[str], at: datetime, rng: random.Random) -> dict[str, Any]:
    home, away = f"Home {number}", f"Away {number}"
    chances = [rng.uniform(0.2, 0.7), rng.uniform(0.2, 0.6), 0.25 * (number % 2)]
    chances = [chance / sum(chances) for chance in chances]
    line, total = rng.randrange(-8, 8) + 0.5, rng.randrange(20, 30) * 0.5
    offered = names if number % 4 < 2 else names[1:]
    return {
        "id": f"{number:032x}",
        "sport_key": "soccer_made_up" if number % 2 else "basketball_made_up",
        "sport_title": "Made up",
        "commence_time": (at + timedelta(hours=1 + number)).strftime(WIRE_TIME),
        "home_team": home,
        "away_team": away,
        "bookmakers": [_book(name, (home, away), chances, (line, total), at, rng) for name in offered],
    }


def _book(
    name: str,
    teams: tuple[str, str],
    chances: list[float],
    points: tuple[float, float],
    at: datetime,
    rng: random.Random,
) -> dict[str, Any]:
    seen = (at - timedelta(seconds=rng.randrange(120))).strftime(WIRE_TIME)
    line, total = (point + rng.choice((0.0, 0.0, 0.0, 0.5, -0.5)) for point in points)
    sides = [(*teams, "Draw"), teams, ("Over", "Under")]
    given = [(None, None, None), (line, -line), (total, total)]
    fair = [chances, [0.5, 0.5], [0.5, 0.5]]
    margin, error = (0.025, 0.005) if name == SHARP else (rng.uniform(0.03, 0.09), 0.03)
    markets = []
    for key, names, at_points, odds in zip(("h2h", "spreads", "totals"), sides, given, fair, strict=True):
        prices = [_price(chance, margin, error, rng) for chance in odds if chance]
        outcomes = [_outcome(*each) for each in zip(names, prices, at_points, strict=False)]
        markets.append({"key": key, "last_update": seen, "outcomes": outcomes})
    return {"key": name, "title": name.title(), "last_update": seen, "markets": markets}


def _price(chance: float, margin: float, error: float, rng: random.Random) -> float:
    return round(1.0 / (chance * (1.0 + margin) * rng.uniform(1.0 - error, 1.0 + error)), 2)


def _outcome(name: str, price: float, point: float | None) -> dict[str, Any]:
    outcome: dict[str, Any] = {"name": name, "price": price}
    return outcome if point is None else {**outcome, "point": point}
