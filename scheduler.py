"""The clock process: `python scheduler.py`. What it does is in longshore/clock.py."""

from __future__ import annotations

import logging
import sys

from longshore import catalog, settings
from longshore.clock import Clock
from longshore.connections import patient_client
from longshore.errors import LongshoreError


def main() -> None:
    """Run the clock until it is told to stop."""
    try:
        now = settings.current()
        jobs = catalog.load()
    except LongshoreError as error:
        sys.exit(f"clock: {error}")
    logging.basicConfig(level=now.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    Clock(patient_client(now.redis_url), jobs, now.clock_interval).run()


if __name__ == "__main__":
    main()
