"""The release check: would all that waits in Redis, and every schedule, still run on this code?

`check` reads and judges. It writes nothing, never unpickles and imports nothing that a payload names, so it
is safe beside running workers. Which entries fail a release, and which are only counted, stands in `audit`.
`python -m longshore.release` is the release phase: the migrations, then the check.
"""

from longshore.release.audit import check
from longshore.release.report import Report, Row
from longshore.release.schedules import KnownSchedule

__all__ = ["KnownSchedule", "Report", "Row", "check"]
