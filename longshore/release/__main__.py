"""`python -m longshore.release`: the release phase. First the migrations, then the check, in one process.

It does what `flask db upgrade` and `flask release-check` do, without building the application, which takes
ten times as long.
"""

from __future__ import annotations

import sys

from redis.exceptions import RedisError

from longshore import catalog, connections, migrations, settings
from longshore.release import Report, check


def main() -> None:
    """Bring the database up to date, then check what waits; exit code 1 and the reason if all is not well."""
    migrations.main()
    with migrations.plainly():
        report = _report()
    for line in report.lines():
        sys.stdout.write(f"{line}\n")
    if not report.ok:
        sys.exit(
            "release: stopped, as tasks or schedules would fail; cancel them, or deploy code that takes them"
        )


def _report() -> Report:
    url = settings.current().redis_url
    try:
        with connections.worker_client(url) as client:
            return check(client, catalog.load())
    except RedisError as error:
        where, reason = connections.place(url), str(error).partition("\n")[0]
        sys.exit(f"release: Redis at {where} does not answer: {reason}; start it, or set REDIS_URL")


if __name__ == "__main__":
    main()
