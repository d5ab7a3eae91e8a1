"""How games end, drawn from the hidden truth at their start, and how they stand meanwhile.

Given how a game ends, its scores come at any moment with the same chance: so a probability that is reckoned
from the score and the time that is left is right, too.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sandbox.odds import walks
from sandbox.odds.fixtures import Fixture
from sandbox.odds.seeded import generator

LEAST = 0.15
"""Least mean of a Poisson score."""


class Result(NamedTuple):
    """Points of both sides."""

    home: int
    away: int


def means(margin: float, total: float) -> tuple[float, float]:
    """Expected scores of both sides."""
    return max(LEAST, (total + margin) / 2), max(LEAST, (total - margin) / 2)


@lru_cache(maxsize=4096)
def result(fixture: Fixture) -> Result:
    """How the game ends, whether it has been played or not."""
    draws, expected = generator(fixture.id, "result"), walks.at_start(fixture)
    home, away = (
        _goals(fixture, draws, expected) if fixture.sport.goals else _points(fixture, draws, expected)
    )
    if home != away or fixture.sport.draw:
        return Result(home, away)
    share = means(*expected)[0] / sum(means(*expected)) if fixture.sport.goals else 0.5
    return Result(home + 1, away) if draws.random() < share else Result(home, away + 1)


def _goals(fixture: Fixture, draws: np.random.Generator, expected: tuple[float, float]) -> tuple[int, int]:
    home, away = means(*expected)
    return int(draws.poisson(home)), int(draws.poisson(away))


def _points(fixture: Fixture, draws: np.random.Generator, expected: tuple[float, float]) -> tuple[int, int]:
    sport = fixture.sport
    margin = round(draws.normal(expected[0], sport.margin_sd))
    total = max(round(draws.normal(expected[1], sport.score_sd)), abs(margin))
    if (total + margin) % 2:  # both are even or both are odd
        total += 1 if total == abs(margin) or draws.random() < 0.5 else -1
    return (total + margin) // 2, (total - margin) // 2


def standing(fixture: Fixture, played: float) -> Result:
    """The score when a share `played` of the game has been played."""
    final, (home, away) = result(fixture), _moments(fixture)
    unit = fixture.sport.unit
    return Result(
        min(final.home, unit * int(np.searchsorted(home, played))),
        min(final.away, unit * int(np.searchsorted(away, played))),
    )


@lru_cache(maxsize=512)
def _moments(fixture: Fixture) -> tuple[list[float], list[float]]:
    """When each side scores, as shares of the game; half of the one-goal wins come after extra time."""
    final, draws = result(fixture), generator(fixture.id, "moments")
    home, away = (sorted(draws.random(-(-points // fixture.sport.unit)).tolist()) for points in final)
    if not fixture.sport.draw and abs(final.home - final.away) == 1 and fixture.sport.goals:
        winner = home if final.home > final.away else away
        if draws.random() < 0.5:
            winner[-1] = 1.0
    return home, away
