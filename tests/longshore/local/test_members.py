from __future__ import annotations

import subprocess

import pytest

from longshore.local.members import LAST_LINES, QUICK, Backoff, Member


@pytest.fixture
def member() -> Member:
    return Member("web", "true", {}, "37")


def ended(code: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(["sh", "-c", f"exit {code}"])
    process.wait()
    return process


def test_the_wait_doubles_up_to_30_seconds_and_starts_over_after_a_steady_minute() -> None:
    backoff = Backoff()
    assert [backoff.after(0.1) for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert backoff.after(59) == 30
    assert backoff.after(60) == 1
    assert backoff.after(0.1) == 2


def test_three_quick_failures_in_a_row_are_hopeless(member: Member) -> None:
    member.process = ended(3)
    for _ in range(2):
        member.note_end(QUICK / 2)
    assert not member.hopeless
    member.note_end(QUICK / 2)
    assert member.hopeless


@pytest.mark.parametrize(("code", "ran"), [(0, 0.1), (3, QUICK + 1)])
def test_a_good_end_or_a_longer_run_begins_the_count_anew(member: Member, code: int, ran: float) -> None:
    member.process = ended(3)
    member.note_end(0.1)
    member.note_end(0.1)
    member.process = ended(code)
    member.note_end(ran)
    member.process = ended(3)
    member.note_end(0.1)
    assert not member.hopeless


def test_what_could_not_be_made_is_no_failure_of_the_process(member: Member) -> None:
    for _ in range(5):
        member.note_end(0.1)
    assert not member.hopeless


def test_its_last_lines_are_kept_and_told(member: Member) -> None:
    member.last_lines.extend(str(number) for number in range(2 * LAST_LINES))
    told = member.obituary("ended with exit code 3").splitlines()
    assert told[0] == str(LAST_LINES)
    assert len(told) == LAST_LINES + 1
