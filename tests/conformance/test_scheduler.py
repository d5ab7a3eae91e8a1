"""rq-scheduler's tests come from the right checkout, and run against the installed package."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance import scheduler
from tests.conformance.suite import SuiteError


def checkout(folder: Path, version: str) -> Path:
    """What a checkout has at least."""
    for name, text in (("rq_scheduler/__init__.py", f"VERSION = {version}\n"), ("tests/test_a.py", "")):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(text)
    return folder


def test_only_the_tests_of_a_checkout_are_taken(tmp_path: Path) -> None:
    folder = scheduler.prepare(checkout(tmp_path / "theirs", "(0, 14, 0)"), tmp_path / "suite")
    assert sorted(one.name for one in folder.iterdir()) == ["pyproject.toml", "tests"]


def test_a_checkout_of_another_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="has not the sources of rq-scheduler"):
        scheduler.prepare(checkout(tmp_path / "theirs", "(0, 13, 1)"), tmp_path / "suite")


def test_a_folder_without_sources_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="has not the sources of rq-scheduler"):
        scheduler.prepare(tmp_path, tmp_path / "suite")
