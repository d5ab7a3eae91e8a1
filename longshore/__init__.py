"""Longshore: background jobs for Flask, on RQ.

What a job module needs is here: `job` to declare, `every` and `cron` to schedule, `progress` to report,
`stopping` and `PutBack` to make way for a deploy. Importing this package needs neither Redis nor RQ nor
Flask.
"""

from longshore.catalog import job
from longshore.errors import PutBack
from longshore.progress import progress, stopping
from longshore.triggers import cron, every

__all__ = ["PutBack", "cron", "every", "job", "progress", "stopping"]
__version__ = "0.1.0"
