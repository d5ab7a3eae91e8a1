"""Runs rq-scheduler's own tests with our clock in place of `rq_scheduler.Scheduler`:
`python -m tests.conformance.scheduler CHECKOUT`.

Owns where these tests come from: a checkout that somebody has made, since no package index has them. It exits
as `tests.conformance.run` does.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from importlib import metadata
from pathlib import Path

from longshore.errors import LongshoreError
from tests.conformance import one_file, run, suite, verdict
from tests.conformance.one_file import Part, Setup

VERSION = "0.14.0"
DEFAULT_SCHEDULER = "longshore.clock:Clock"


def main(arguments: list[str] | None = None) -> int:
    """Run what the command line asks for; the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        with run.alone():
            return _run(asked)
    except (suite.SuiteError, verdict.ExpectationError, LongshoreError) as error:
        print(f"conformance: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.scheduler", description=__doc__)
    parser.add_argument("checkout", type=Path, help=f"a folder with the sources of rq-scheduler {VERSION}")
    parser.add_argument(
        "--scheduler",
        default=DEFAULT_SCHEDULER,
        metavar="MODULE:CLASS",
        help=f"the class in place of Scheduler, or `{run.STOCK}` for theirs; default: {DEFAULT_SCHEDULER}",
    )
    parser.add_argument("--cache", type=Path, default=one_file.ROOT / "var" / "conformance", help="a folder")
    return parser


def _run(asked: argparse.Namespace) -> int:
    begun = time.monotonic()
    run.check_class("--scheduler", asked.scheduler)
    expectations = verdict.load(Path(__file__).parent / "expected_scheduler.toml")
    folder = prepare(asked.checkout, asked.cache / "scheduler-suite")
    logs = asked.cache / "scheduler-logs"
    logs.mkdir(exist_ok=True)
    setup = Setup(folder, suite.packages(asked.cache), logs, run.STOCK, asked.scheduler)
    files = sorted(one.name for one in (folder / "tests").glob("test_*.py"))
    runs = [run.run_part(setup, Part(one)) for one in files]
    found = verdict.judge(runs, expectations, stock=asked.scheduler == run.STOCK)
    return run.report(f"{asked.scheduler} to rq-scheduler {VERSION}", found, begun)


def prepare(checkout: Path, folder: Path) -> Path:
    """Copy a checkout's tests into a folder, without its `rq_scheduler/`: the installed one is under test.

    Args:
        checkout: the sources of rq-scheduler.
        folder: where to; what is there is removed.

    Raises:
        SuiteError: the installed rq-scheduler or the checkout is of another version.
    """
    if (installed := metadata.version("rq-scheduler")) != VERSION:
        raise suite.SuiteError(
            f"rq-scheduler {installed} is installed, and these are expectations of {VERSION}"
        )
    init = checkout / "rq_scheduler" / "__init__.py"
    if not init.exists() or f"VERSION = ({VERSION.replace('.', ', ')})" not in init.read_text("utf-8"):
        raise suite.SuiteError(f"{checkout} has not the sources of rq-scheduler {VERSION}")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(checkout / "tests", folder / "tests")
    (folder / "pyproject.toml").write_text("[tool.pytest.ini_options]\n", encoding="utf-8")
    return folder


if __name__ == "__main__":
    sys.exit(main())
