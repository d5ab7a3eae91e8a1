"""`python -m tests.chaos`: one chaos run and its figures. Exit code 1 if a promise was broken."""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import fields
from pathlib import Path

from longshore import catalog
from tests.chaos.experiment import Plan, run


def main() -> int:
    """Run what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    defaults = Plan.from_environment()
    for one in fields(Plan):
        value = getattr(defaults, one.name)
        choices = ("none", "term", "kill") if one.name == "restart" else None
        flag = "--" + one.name.replace("_", "-")
        parser.add_argument(flag, type=type(value), default=value, choices=choices, help=f"default: {value}")
    parser.add_argument("--keep", type=Path, help="folder for Redis's files, logs and the book")
    given = vars(parser.parse_args())
    keep = given.pop("keep")
    catalog.load("tests.support.jobs")
    with tempfile.TemporaryDirectory() as temporary:
        folder = keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        report = run(Plan(**given), folder)
    print(report)
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
