"""The hidden truth: what margin and total of a game are to be expected, from its listing to its start.

Both walk at random as news comes in, faster and faster, with a jump now and then (an injury, a line-up).
The walks have no drift, so that the probability of today is the mean of those of tomorrow: a price that beats
it has an edge in truth. What the game brings is drawn from where the walks end.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sandbox.odds.fixtures import Fixture
from sandbox.odds.seeded import generator
from sandbox.odds.sports import DAY

LISTED = 21 * DAY
"""Seconds before the start at which the walks begin."""
JUMPS = 0.4
"""Share of the games with a jump."""
JUMP = 1.0
"""How far margins jump, in the sport's news; totals a third of it."""
JUMP_WITHIN = 2 * DAY
"""Seconds before the start in which it comes."""

Floats = NDArray[np.float64]


class Path(NamedTuple):
    """A walk: what was expected at which time, in seconds since 1970."""

    times: Floats
    margin: Floats
    total: Floats


def _before() -> Floats:
    """Seconds before the start at which a step ends: half hours, then 5 minutes, then minutes."""
    parts = (
        np.arange(LISTED, 2 * DAY, -1800),
        np.arange(2 * DAY, 6 * 3600, -300),
        np.arange(6 * 3600, -1, -60),
    )
    return np.concatenate(parts).astype(float)


_BEFORE = _before()
_KNOWN = 1 - np.cbrt((_BEFORE + 1800) / (LISTED + 1800))
"""Share of the news that is out: a third of it comes in the last two days, a tenth in the last four hours."""
_STEPS = np.sqrt(np.diff(_KNOWN, prepend=0.0))


@lru_cache(maxsize=768)
def path(fixture: Fixture) -> Path:
    """The walks of a game; after its start they stay where they ended. About 40 kB each."""
    draws, sport = generator(fixture.id, "walk"), fixture.sport
    steps = draws.normal(size=(2, len(_STEPS))) * _STEPS
    if draws.random() < JUMPS:
        at = np.searchsorted(-_BEFORE, -draws.random() * JUMP_WITHIN)
        steps[:, min(int(at), len(_STEPS) - 1)] += draws.normal(size=2) * (JUMP, JUMP / 3)
    walk = np.cumsum(steps, axis=1)
    total = fixture.total + sport.news_total * walk[1]
    margin = fixture.margin + sport.news * walk[0]
    return Path(fixture.start - _BEFORE, margin, total)


def at_start(fixture: Fixture) -> tuple[float, float]:
    """Margin and total that are to be expected when the game starts."""
    walk = path(fixture)
    return float(walk.margin[-1]), float(walk.total[-1])
