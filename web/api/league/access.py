"""Who may publish what: anybody makes schedules of a league that they bring, admins those of named ones.

The calendars of a named league are subscribed to. Its name can be guessed, and many hold the id of a schedule
of it: neither is enough to change what they see.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jobs.league import library, store
from web.api import jobs
from web.api.league.blueprint import JOB, REPAIR
from web.auth import Access


def guard(params: Mapping[str, Any]) -> Access:
    """Who may run a job of leagues with these parameters, which are not checked yet."""
    if isinstance(params.get("league"), str):
        return "admin"
    schedule_id = params.get("schedule_id")
    feed = store.feed_of(schedule_id) if isinstance(schedule_id, str) else None
    return "admin" if feed and library.names_feed(feed) else "public"


jobs.GUARDS.update({JOB: guard, REPAIR: guard})
