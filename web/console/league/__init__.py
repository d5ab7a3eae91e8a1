"""The pages about leagues: a schedule as a calendar, the form that makes one, and how far its task is."""

from __future__ import annotations

from web.console.league.routes import blueprint as blueprint
