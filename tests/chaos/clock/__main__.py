"""`python -m tests.chaos.clock`: one chaos run and its figures. Exit code 1 if a promise was broken."""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import fields
from pathlib import Path

from tests.chaos.clock.experiment import Plan, run


def main() -> int:
    """Run what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.clock", description=__doc__)
    defaults = Plan.from_environment()
    for one in fields(Plan):
        value, flag = getattr(defaults, one.name), "--" + one.name.replace("_", "-")
        if isinstance(value, bool):
            parser.add_argument(flag, action=argparse.BooleanOptionalAction, default=value)
        else:
            parser.add_argument(flag, type=type(value), default=value, help=f"default: {value}")
    parser.add_argument("--keep", type=Path, help="folder for Redis's files, the database and logs")
    given = vars(parser.parse_args())
    keep = given.pop("keep")
    with tempfile.TemporaryDirectory() as temporary:
        folder = (keep or Path(temporary)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        report = run(Plan(**given), folder)
    print(report)
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
