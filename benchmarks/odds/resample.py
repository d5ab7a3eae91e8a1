"""Intervals of means, from drawing what was measured again and again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Resample:
    """Draws as many of some values as there are, with replacement; the same ones for the same number."""

    def __init__(self, times: int, seed: int) -> None:
        self._times, self._seed = times, seed

    def interval(self, values: Floats, weights: Floats | None = None) -> tuple[float, float]:
        """95 % of the means of the values, or of their sums over the sums of the weights."""
        rng = np.random.default_rng(self._seed)
        means = []
        for _ in range(self._times):
            drawn = rng.integers(0, len(values), len(values))
            divisor = len(values) if weights is None else weights[drawn].sum()
            means.append(values[drawn].sum() / divisor)
        low, high = np.percentile(means, [2.5, 97.5])
        return float(low), float(high)


def ends(interval: tuple[float, float], digits: int) -> str:
    """An interval in words."""
    return f"{interval[0]:.{digits}f} to {interval[1]:.{digits}f}"
