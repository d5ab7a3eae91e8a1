"""Longshore: background jobs for Flask, on RQ.

What a job module needs is here: `job` to declare, `every`, `cron`, `crontab`, `solar` and `at` to schedule,
`Inline` for one that can do without workers, `progress` to report, `finishing` to end early with a result,
`stopping` and `PutBack` to make way for a deploy. Importing this package needs neither Redis nor RQ nor
Flask.
"""

from longshore.catalog import job
from longshore.errors import PutBack
from longshore.limited import Inline
from longshore.progress import finishing, progress, stopping
from longshore.triggers import at, cron, crontab, every, solar

__all__ = [
    "Inline", "PutBack", "at", "cron", "crontab", "every", "finishing", "job", "progress", "solar",
    "stopping",
]  # fmt: skip
__version__ = "0.1.0"
