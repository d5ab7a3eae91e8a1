"""The pages about odds: opportunities, an event's price ladders, arbitrages and middles, and the record."""

from __future__ import annotations

from web.console.odds.routes import blueprint as blueprint
