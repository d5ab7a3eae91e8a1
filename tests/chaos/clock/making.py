"""`python -m tests.chaos.clock.making 300`: make schedules of 1 and 2 s in this process's SQL, as people do.

Prints when each was made, as JSON. The database is migrated first. A process of its own, as it goes by the
environment that the clocks will have.
"""

from __future__ import annotations

import json
import sys

from sqlalchemy import create_engine

from longshore import catalog, migrations, settings
from longshore.schedules import edits

JOB = "maintenance.ping"
QUEUE = "maintenance"


def every(n: int) -> int:
    """Seconds between two slots of the n-th schedule."""
    return 1 + n % 2


def name(n: int) -> str:
    """The n-th schedule's name."""
    return f"chaos-{n:03}"


def main() -> None:
    """Make as many as the command line says."""
    jobs = catalog.load()
    with create_engine(settings.current().sql_url).begin() as connection:
        migrations.upgrade_on(connection)
    made = {}
    for n in range(int(sys.argv[1])):
        document = {"name": name(n), "job": JOB, "trigger": {"kind": "interval", "every": every(n)}}
        done = edits.create(jobs, document, "chaos")
        made[done.name] = done.created_at.timestamp() if done.created_at else 0.0
    print(json.dumps(made))


if __name__ == "__main__":
    main()
