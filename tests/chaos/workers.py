"""Worker classes for the `rq` command that know the tests' jobs, which workers of the product do not load."""

from __future__ import annotations

from rq import Worker

from longshore import catalog
from longshore.worker import LongshoreWorker

catalog.load("tests.support.jobs")


class Longshore(LongshoreWorker):
    """What worker.sh runs."""


class Stock(Worker):
    """Stock RQ, to see that the harness finds what it loses."""
