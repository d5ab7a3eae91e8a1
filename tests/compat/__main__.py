"""`python -m tests.compat`: which servers pass, and how long the worker's script holds them.

Exit code 1 if one fails.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

from redis import Redis
from rq import Queue

from longshore import recovery
from longshore.worker import QuickWorker
from tests.compat import servers
from tests.compat.checks import CHECKS
from tests.compat.servers import FAMILIES, Program
from tests.support import mixture
from tests.support.live_worker import working
from tests.support.waiting import wait_until

LIMIT_MS = 1.0
"""How long the script may hold the server, at p99."""
FLOOR_US = 100
"""Calls below this are only counted."""


def script_times(url: str, folder: Path, count: int) -> tuple[int, list[float]]:
    """How often a worker with `count` tasks called a script; milliseconds of each call above FLOOR_US.

    The log of slow commands also holds what a script calls, and writing it takes time: so the floor.
    """
    redis = Redis.from_url(url)
    redis.flushall()
    queue = Queue("default", connection=redis)
    queue.enqueue_many([Queue.prepare_data(mixture.give, (n,)) for n in range(count)])
    redis.config_set("slowlog-max-len", 3 * count)
    redis.config_resetstat()
    redis.config_set("slowlog-log-slower-than", FLOOR_US)
    redis.slowlog_reset()
    with working(url, folder, worker_class=QuickWorker):  # type: ignore[arg-type]
        wait_until(lambda: redis.zcard("rq:finished:default") == count, 300, interval=0.5)
    redis.config_set("slowlog-log-slower-than", -1)
    raw: Any = redis.slowlog_get(3 * count)
    calls: Any = redis.info("commandstats")
    slow = sorted(one["duration"] / 1000 for one in raw if one["command"].startswith(b"EVALSHA"))
    return calls["cmdstat_evalsha"]["calls"], slow


def percentile(calls: int, slow: list[float], share: float) -> str:
    """The time that this share of the calls did not exceed."""
    place = len(slow) - 1 - int(calls * (1 - share))
    return f"{slow[place]:.3f}" if place >= 0 else f"below {FLOOR_US / 1000:g}"


def try_out(program: Program, count: int) -> bool:
    """Run all checks on one server, print what came of them; whether all passed."""
    failed = []
    with tempfile.TemporaryDirectory() as name, servers.serving(program, Path(name) / "server") as url:
        for check, run in CHECKS.items():
            folder = Path(name) / check
            folder.mkdir()
            with Redis.from_url(url) as client:
                client.flushall()
            try:
                run(url, folder)
            except Exception:
                traceback.print_exc()
                failed.append(check)
        (Path(name) / "times").mkdir()
        calls, slow = script_times(url, Path(name) / "times", count)
    passed = len(CHECKS) - len(failed)
    print(
        f"{program.name}: {passed} of {len(CHECKS)} checks passed"
        + "".join(f"; FAILED {one}" for one in failed)
    )
    p50, p99 = (percentile(calls, slow, share) for share in (0.5, 0.99))
    above = sum(one > LIMIT_MS for one in slow)
    print(
        f"  script over {count} tasks: {calls} calls, p50 {p50}, p99 {p99},"
        f" most {slow[-1] if slow else 0:.3f} ms; {above} above {LIMIT_MS:g} ms"
    )
    return not failed and above <= calls / 100


def main() -> int:
    """Try every server that is here."""
    parser = argparse.ArgumentParser(prog="python -m tests.compat", description=__doc__)
    parser.add_argument("--tasks", type=int, default=5_000, help="to measure the script with; default: 5000")
    count = parser.parse_args().tasks
    recovery.SETTLING = 0
    found = servers.found()
    fine = [try_out(program, count) for program in found]
    missing = [one for one in FAMILIES if one not in {program.family for program in found}]
    for family in missing:
        print(f"{family}: not tried, there is none here; LONGSHORE_COMPAT_SERVERS may name one")
    return 0 if all(fine) and all(servers.is_excused(one) for one in missing) else 1


if __name__ == "__main__":
    sys.exit(main())
