"""The clock process: `python scheduler.py`. What it does is in longshore/clock.py."""

from __future__ import annotations

import logging
import sys

from longshore import catalog, settings
from longshore.alerts import Alerts
from longshore.clock import Clock
from longshore.connections import worker_client
from longshore.errors import LongshoreError
from longshore.watch import Watch

REDIS_TIMEOUT = 1.5
"""Seconds that a look waits for Redis. A stop has to wait for it, too, and the next look is due anyway."""


def main() -> None:
    """Run the clock until it is told to stop."""
    try:
        now = settings.current()
        jobs = catalog.load()
    except LongshoreError as error:
        sys.exit(f"clock: {error}")
    logging.basicConfig(level=now.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    connection = worker_client(now.redis_url, REDIS_TIMEOUT)
    Watch(connection, Alerts(connection, now.alert_webhook_url)).start()
    Clock(connection=connection, interval=now.clock_interval, catalog=jobs).run()


if __name__ == "__main__":
    main()
