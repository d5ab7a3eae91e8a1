"""Runs RQ's own tests with our worker in place of `rq.Worker`: `python -m tests.conformance.run`.

Exits with 1 when a test does something that expected.toml does not say, with 2 when it could not run.
"""

from __future__ import annotations

import argparse
import fcntl
import pkgutil
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from longshore.errors import LongshoreError
from tests.conformance import one_file, suite, verdict
from tests.conformance.one_file import FileRun, Part, Setup
from tests.conformance.verdict import Verdict

DEFAULT_WORKER = "longshore.worker:QuickWorker"
STOCK = "stock"
FILES = ("test_worker.py", "test_commands.py", "test_executions.py")
"""What runs when nothing is asked for: the files that are about the worker."""
LONGEST = Part("test_worker.py", only="WorkerShutdownTestCase")
"""More than half of test_worker.py's time, mostly waiting: it runs beside the rest of its file."""
AFTER_LONGEST = "test_spawn_worker.py"
"""It writes the same names in the system's temporary folder as LONGEST, so it may not run beside it."""


def main(arguments: list[str] | None = None) -> int:
    """Run what the command line asks for; the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        with alone():
            return _run(asked)
    except (suite.SuiteError, verdict.ExpectationError, LongshoreError) as error:
        print(f"conformance: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.run", description=__doc__)
    parser.add_argument("files", nargs="*", help=f"files of RQ's suite; default: {' '.join(FILES)}")
    parser.add_argument("--all", action="store_true", help="all files of the suite")
    parser.add_argument(
        "--worker",
        default=DEFAULT_WORKER,
        metavar="MODULE:CLASS",
        help=f"the class in place of rq.Worker, or `{STOCK}` for RQ's own; default: {DEFAULT_WORKER}",
    )
    parser.add_argument("--jobs", type=int, default=2, help="files at a time; default: 2")
    parser.add_argument("--cache", type=Path, default=one_file.ROOT / "var" / "conformance", help="a folder")
    return parser


@contextmanager
def alone() -> Iterator[None]:
    """Wait for other runs on this machine: RQ's tests have fixed names in the temporary folder, and ours in
    the cache.
    """
    with open(Path(tempfile.gettempdir()) / "longshore-conformance.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("another conformance run is under way on this machine: waiting for it", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(asked: argparse.Namespace) -> int:
    begun = time.monotonic()
    check_class("--worker", asked.worker)
    expectations = verdict.load(Path(__file__).parent / "expected.toml")
    folder = suite.prepare(asked.cache)
    logs = asked.cache / "logs"
    logs.mkdir(exist_ok=True)
    setup = Setup(folder, suite.packages(asked.cache), logs, asked.worker)
    runs = _all(setup, _lanes(_files(folder, asked)), asked.jobs)
    found = verdict.judge(runs, expectations, stock=asked.worker == STOCK)
    return report(f"{asked.worker} to RQ {suite.VERSION}", found, begun)


def report(what: str, found: Verdict, begun: float) -> int:
    """Print what was not expected and the counts; the exit code.

    Args:
        what: conforms to what.
        found: the verdict.
        begun: when the run began, by the monotonic clock.
    """
    for line in found.surprises:
        print(f"NOT EXPECTED {line}")
    print(f"conformance of {what}: {found} ({time.monotonic() - begun:.0f} s)")
    return 1 if found.surprises else 0


def check_class(option: str, name: str) -> None:
    """Say at once that a class is not there, rather than once for each file.

    Args:
        option: of the command line, for the message.
        name: what was given: `stock`, or `module:Class`.

    Raises:
        SuiteError: there is no such class.
    """
    try:
        found = None if name == STOCK else pkgutil.resolve_name(name)
    except (ValueError, ImportError, AttributeError) as error:
        raise suite.SuiteError(f"{option} {name}: {error}; it is {STOCK} or module:Class") from None
    if found is not None and not isinstance(found, type):
        raise suite.SuiteError(f"{option} {name} is no class; it is {STOCK} or module:Class")


def _all(setup: Setup, lanes: list[list[Part]], jobs: int) -> list[FileRun]:
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        try:
            done = list(pool.map(lambda lane: [run_part(setup, part) for part in lane], lanes))
        except BaseException:  # Ctrl-C: leaving the block waits for the threads
            setup.stop.set()
            raise
    return [run for lane in done for run in lane]


def _files(folder: Path, asked: argparse.Namespace) -> list[str]:
    there = sorted(one.name for one in (folder / "tests").glob("test_*.py"))
    wanted = there if asked.all else [Path(one).name for one in asked.files or FILES]
    for one in wanted:
        if one not in there:
            raise suite.SuiteError(f"RQ's suite has no {one}; it has {', '.join(there)}")
    return list(dict.fromkeys(wanted))


def _lanes(files: list[str]) -> list[list[Part]]:
    """What may run side by side; within a lane one after the other. The longest lanes are first."""
    after = [Part(AFTER_LONGEST)] if AFTER_LONGEST in files else []
    others = [[Part(one)] for one in files if one not in (LONGEST.file, AFTER_LONGEST)]
    if LONGEST.file not in files:
        return [after, *others]
    return [[LONGEST, *after], [Part(LONGEST.file, without=LONGEST.only)], *others]


def run_part(setup: Setup, part: Part) -> FileRun:
    """Run one part and print a line about it.

    Args:
        setup: what all parts have in common.
        part: what to run.
    """
    done = one_file.run(setup, part)
    counts = ", ".join(
        f"{done.count(one)} {one}" for one in ("passed", "failed", "skipped") if done.count(one)
    )
    left = f"; {done.left_behind} processes left behind" if done.left_behind else ""
    print(f"{part}: {counts} in {done.seconds:.0f} s{left}", flush=True)
    return done


if __name__ == "__main__":
    sys.exit(main())
