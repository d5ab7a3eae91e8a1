"""Reads what The Odds API answers of scores: the final ones, home first.

Points come as texts, and by the teams' names in any order. A game that is not over has no final score, and
one whose score cannot be read is left out and named.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobs.odds.wire import UnreadableOdds

MOST_FAULTS = 100
"""Faults that are named."""
MOST_POINTS = 10_000
Score = tuple[float, float]
"""Points of home and away."""


@dataclass(frozen=True)
class Scores:
    """What could be read.

    Attributes:
        final: scores of games that are over, by the events' ids.
        running: events that are not over.
        faults: what was left out and why, the first ``MOST_FAULTS``.
    """

    final: dict[str, Score]
    running: int
    faults: list[str]


def parse(payload: object) -> Scores:
    """Read an answer of ``/sports/{sport}/scores``, as it is after JSON.

    Raises:
        UnreadableOdds: it is no list.
    """
    if not isinstance(payload, list):
        raise UnreadableOdds(f"Scores are due as a list of events, but {type(payload).__name__} came.")
    final: dict[str, Score] = {}
    running, faults = 0, list[str]()
    for number, raw in enumerate(payload, 1):
        try:
            event_id, score = _event(raw)
        except ValueError as wrong:
            faults.append(f"event {number}: {wrong}")
            continue
        running += score is None
        if score is not None:
            final[event_id] = score
    return Scores(final, running, faults[:MOST_FAULTS])


def _event(raw: object) -> tuple[str, Score | None]:
    if not isinstance(raw, Mapping) or not isinstance(raw.get("id"), str):
        raise ValueError("an object with an id is due")
    if raw.get("completed") is not True:
        return raw["id"], None
    try:
        return raw["id"], _score(raw)
    except ValueError as wrong:
        raise ValueError(f"{raw['id'][:40]}: {wrong}") from None


def _score(raw: Mapping[str, Any]) -> Score:
    listed = raw.get("scores")
    if not isinstance(listed, list) or not all(isinstance(one, Mapping) for one in listed):
        raise ValueError("it is over, but its scores are no list of objects")
    points = {one.get("name"): one.get("score") for one in listed if isinstance(one.get("name"), str)}
    home, away = raw.get("home_team"), raw.get("away_team")
    if home == away or home not in points or away not in points or len(listed) != 2:
        raise ValueError("the scores are not those of its two teams")
    return _points(points[home]), _points(points[away])


def _points(text: object) -> float:
    try:
        points = float(text) if isinstance(text, str | int | float) else math.nan
    except ValueError:
        points = math.nan
    if isinstance(text, bool) or not 0 <= points <= MOST_POINTS:
        raise ValueError("points are numbers from 0 up, as texts")
    return points
