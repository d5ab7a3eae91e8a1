"""`/api/odds` and the routes around it: what the odds jobs have found, served from memory.

Who reads gets rendered pages of this process's copy of the board; who refreshes, looks at workers or clears
the cache is an admin.
"""

from __future__ import annotations

from web.api.odds import analytics, cache, events, opportunities, pairs, refreshing, workers
from web.api.odds.blueprint import blueprint as blueprint
from web.api.odds.conditional import register as register

__all__ = [
    "analytics",
    "blueprint",
    "cache",
    "events",
    "opportunities",
    "pairs",
    "refreshing",
    "register",
    "workers",
]
