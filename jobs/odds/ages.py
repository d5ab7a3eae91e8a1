"""How old prices are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

AHEAD_SECONDS = 300.0
"""How far a time may lie in the future, as clocks differ; beyond it says nothing."""


def ages(times: Sequence[datetime | None], now: datetime) -> NDArray[np.float64]:
    """Seconds since each time, at least 0; NaN where it is not known or lies too far in the future."""
    seconds = [float("nan") if time is None else (now - time).total_seconds() for time in times]
    found = np.array(seconds, dtype=np.float64)
    found[found < -AHEAD_SECONDS] = np.nan
    return np.maximum(found, 0.0)


def oldest(*seconds: float | None) -> float | None:
    """The largest of the ages that are known; None if none is."""
    return max((one for one in seconds if one is not None and one == one), default=None)
