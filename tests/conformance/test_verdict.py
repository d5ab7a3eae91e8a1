"""The list of expected failures can neither hide a failure nor go stale."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance import verdict
from tests.conformance.one_file import FileRun, Outcome, Part
from tests.conformance.verdict import Expectation, ExpectationError, Verdict

LISTED = "tests/test_a.py::T::test_listed"
OTHER = "tests/test_a.py::T::test_other"


def judged(*outcomes: Outcome, whose: str = "ours", outcome: str = "failed", stock: bool = False) -> Verdict:
    """The verdict on a file, with one test listed."""
    expectation = Expectation(LISTED, outcome, whose, "a reason")
    return verdict.judge([FileRun(Part("test_a.py"), list(outcomes))], [expectation], stock=stock)


def test_what_does_as_listed_is_no_surprise() -> None:
    found = judged(Outcome(LISTED, "failed", "E"), Outcome(OTHER, "passed"))
    assert found == Verdict(passed=1, failed=0, skipped=0, expected=1, surprises=())


def test_a_failure_that_is_not_listed_is_a_surprise() -> None:
    found = judged(Outcome(LISTED, "failed", "E"), Outcome(OTHER, "failed", "AssertionError: 1 != 2"))
    assert found.failed == 1
    assert found.surprises == (f"{OTHER}: failed: AssertionError: 1 != 2",)


def test_a_skip_that_is_not_listed_is_a_surprise() -> None:
    assert judged(Outcome(LISTED, "failed"), Outcome(OTHER, "skipped", "no psutil")).surprises


@pytest.mark.parametrize("outcome", ["passed", "skipped"])
def test_a_listed_failure_that_does_not_fail_is_a_surprise(outcome: str) -> None:
    (surprise,) = judged(Outcome(LISTED, outcome)).surprises
    assert "listed as failed: correct the list" in surprise


def test_a_listed_skip_that_fails_counts_as_a_failure() -> None:
    found = judged(Outcome(LISTED, "failed", "E"), outcome="skipped")
    assert (found.failed, found.expected, len(found.surprises)) == (1, 0, 1)


def test_a_listed_test_that_is_not_there_is_a_surprise() -> None:
    (surprise,) = judged(Outcome(OTHER, "passed")).surprises
    assert surprise == f"{LISTED}: listed, and there is no such test"


def test_a_listed_test_of_a_file_that_did_not_run_is_left_out() -> None:
    expectation = Expectation(LISTED, "failed", "any", "a reason")
    assert verdict.judge([FileRun(Part("test_b.py"))], [expectation], stock=False).surprises == ()


def test_what_is_listed_of_our_class_is_not_expected_of_stock() -> None:
    assert judged(Outcome(LISTED, "passed"), stock=True).surprises == ()
    assert judged(Outcome(LISTED, "failed", "E"), stock=True).failed == 1


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ('test = "t"\noutcome = "failed"\nwhose = "any"', "needs test, outcome, whose and reason"),
        ('test = "t"\noutcome = "failed"\nwhose = "any"\nreason = " "', "the reason is said"),
        ('test = "t"\noutcome = "passed"\nwhose = "any"\nreason = "r"', "outcome is one of"),
        ('test = "t"\noutcome = "failed"\nwhose = "theirs"\nreason = "r"', "whose one of"),
    ],
)
def test_an_entry_without_its_reason_or_with_unknown_words_is_refused(
    tmp_path: Path, entry: str, complaint: str
) -> None:
    (tmp_path / "expected.toml").write_text(f"[[test]]\n{entry}\n")
    with pytest.raises(ExpectationError, match=complaint):
        verdict.load(tmp_path / "expected.toml")


def test_a_test_that_is_listed_twice_is_refused(tmp_path: Path) -> None:
    entry = '[[test]]\ntest = "t"\noutcome = "failed"\nwhose = "any"\nreason = "r"\n'
    (tmp_path / "expected.toml").write_text(entry * 2)
    with pytest.raises(ExpectationError, match="t is listed twice"):
        verdict.load(tmp_path / "expected.toml")


@pytest.mark.parametrize("name", ["expected.toml", "expected_scheduler.toml"])
def test_the_lists_in_use_can_be_read(name: str) -> None:
    assert all(one.reason for one in verdict.load(Path(verdict.__file__).parent / name))
