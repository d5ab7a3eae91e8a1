"""Longshore: background jobs for Flask, on RQ.

What a job module needs is here: `job` to declare, `progress` to report, `every` and `cron` to
schedule. Importing this package needs neither Redis nor RQ nor Flask.
"""

from longshore.catalog import job
from longshore.progress import progress
from longshore.triggers import cron, every

__all__ = ["cron", "every", "job", "progress"]
__version__ = "0.1.0"
