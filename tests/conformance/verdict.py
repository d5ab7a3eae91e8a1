"""What the tests are expected to do, and whether they did: reads the lists of expectations, runs nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conformance.one_file import FileRun, Outcome

OUTCOMES = ("failed", "skipped")
WHOSE = ("any", "ours")


class ExpectationError(Exception):
    """A list is not as it should be. The text names the entry."""


@dataclass(frozen=True)
class Expectation:
    """A test that does not pass, and why."""

    test: str
    outcome: str
    whose: str
    reason: str


@dataclass(frozen=True)
class Verdict:
    """Counts of the outcomes, and what was not expected, a line each."""

    passed: int
    failed: int
    skipped: int
    expected: int
    surprises: tuple[str, ...]

    def __str__(self) -> str:
        counts = f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"
        return f"{counts}, {self.expected} expected to fail"


def load(path: Path) -> list[Expectation]:
    """Read the list.

    Args:
        path: a TOML file with `[[test]]` tables.

    Raises:
        ExpectationError: an entry lacks something, or says something unknown or twice.
    """
    entries = [_entry(one) for one in tomllib.loads(path.read_text(encoding="utf-8")).get("test", [])]
    seen: set[str] = set()
    for one in entries:
        if one.test in seen:
            raise ExpectationError(f"{one.test} is listed twice")
        seen.add(one.test)
    return entries


def _entry(table: dict[str, Any]) -> Expectation:
    try:
        entry = Expectation(**table)
    except TypeError as error:
        raise ExpectationError(f"{table}: needs test, outcome, whose and reason ({error})") from None
    if entry.outcome not in OUTCOMES or entry.whose not in WHOSE or not entry.reason.strip():
        raise ExpectationError(
            f"{entry.test}: outcome is one of {OUTCOMES}, whose one of {WHOSE}, and the reason is said"
        )
    return entry


def judge(runs: Iterable[FileRun], expectations: Iterable[Expectation], *, stock: bool) -> Verdict:
    """Compare what the tests did to the list.

    Args:
        runs: the files that ran, each as a whole, be it in parts.
        expectations: the list.
        stock: whether the stock class ran: what is expected of `ours` does not count then.
    """
    runs = list(runs)
    files = {f"tests/{one.part.file}" for one in runs}
    due = {
        one.test: one
        for one in expectations
        if one.test.partition("::")[0] in files and not (stock and one.whose == "ours")
    }
    outcomes = [outcome for one in runs for outcome in one.outcomes]
    surprises = [text for one in outcomes if (text := _surprise(one, due.get(one.test)))]
    ran = {one.test for one in outcomes}
    surprises += [f"{test}: listed, and there is no such test" for test in due if test not in ran]
    failed = [one.test for one in outcomes if one.outcome == "failed"]
    foreseen = sum(test in due and due[test].outcome == "failed" for test in failed)
    counts = {key: sum(one.outcome == key for one in outcomes) for key in ("passed", "skipped")}
    return Verdict(counts["passed"], len(failed) - foreseen, counts["skipped"], foreseen, tuple(surprises))


def _surprise(done: Outcome, due: Expectation | None) -> str:
    wanted = due.outcome if due else "passed"
    if done.outcome == wanted:
        return ""
    if due:
        return f"{done.test}: {done.outcome}, and listed as {wanted}: correct the list. {done.cause}".rstrip()
    return f"{done.test}: {done.outcome}: {done.cause}"
