"""`/api/schedule`: the league scheduler's own routes.

Making and repairing schedules as its document has it, schedules and their feeds as JSON, CSV and iCalendar,
and the library of leagues that are kept by name.
"""

from __future__ import annotations

from web.api.league import feeds, files, library, making, repairing
from web.api.league.access import guard
from web.api.league.blueprint import JOB as JOB
from web.api.league.blueprint import REPAIR as REPAIR
from web.api.league.blueprint import blueprint as blueprint

__all__ = ["JOB", "REPAIR", "blueprint", "feeds", "files", "guard", "library", "making", "repairing"]
