"""Inline runs: what comes back, what is killed, and how many there may be."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from longshore import inline
from longshore.catalog import catalog
from longshore.errors import InvalidParameters, NotAccepted
from longshore.inline import Ran
from longshore.limited import Inline
from tests.support.waiting import wait_until


def run(name: str, **params: Any) -> Ran:
    """Run one of the jobs for fallbacks."""
    return inline.run(catalog.get(f"fallbacks.{name}"), params)


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def later() -> Iterator[Callable[..., Future[Ran]]]:
    """A function that runs a job in a thread; what is told to end by `book`.go has been told at the end."""
    told: list[str] = []
    with ThreadPoolExecutor(8) as pool:

        def begin(name: str, book: Path) -> Future[Ran]:
            told.append(f"{book}.go")
            future = pool.submit(run, name, book=str(book))
            wait_until(lambda: book.exists() or future.done(), 30)
            return future

        yield begin
        for path in told:
            Path(path).touch()


def test_the_answer_says_mode_job_status_and_result() -> None:
    assert run("read", sports=["nfl"], limit=3, most=1).answer() == {
        "mode": "sync",
        "job": "fallbacks.read",
        "status": "SUCCESS",
        "result": [["nfl"], 3, 1.0],
        "limited": {},
    }


def test_the_answer_says_what_was_cut() -> None:
    done = run("read", sports=["nfl", "nba", "nhl"])
    assert done.result == [["nfl", "nba"], 10, 5.0]
    assert done.limited == {
        "sports": {"asked": ["nfl", "nba", "nhl"], "used": ["nfl", "nba"]},
        "limit": {"asked": 100, "used": 10},
        "most": {"asked": None, "used": 5},
    }


def test_a_job_that_raises_is_a_failure_with_type_and_message() -> None:
    assert run("fails").answer() == {
        "mode": "sync",
        "job": "fallbacks.fails",
        "status": "FAILURE",
        "error": {"type": "ValueError", "message": "no prices"},
        "limited": {},
    }


@pytest.mark.parametrize(
    ("by", "said"), [("signal", "killed by SIGKILL: probably out of memory"), ("exit", "exit code 3")]
)
def test_a_child_that_dies_is_a_failure_that_says_how(by: str, said: str) -> None:
    error = run("fails", by=by).error
    assert error is not None
    assert error["type"] == "ProcessDied"
    assert said in error["message"]


def test_what_a_job_prints_does_not_get_into_its_answer(capfd: pytest.CaptureFixture[str]) -> None:
    assert run("chatty", text='{"result": 1}').result == '{"result": 1}'
    printed = capfd.readouterr()
    assert printed.out == ""
    assert printed.err.count('{"result": 1}') == 2


def test_a_coroutine_is_run() -> None:
    assert run("awaited", a=1).result == 2


def test_a_result_that_is_too_large_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(run("heavy", size=1_000_000).result) == 1_000_000
    error = run("heavy", size=inline.LARGEST).error
    assert error is not None
    assert error["type"] == "ResultTooLarge"


def test_bad_parameters_are_the_callers_error_and_start_nothing() -> None:
    with pytest.raises(InvalidParameters, match="limit: Input should be greater than or equal to 1"):
        run("read", sports=[], limit=0)


@pytest.mark.slow
def test_at_the_deadline_the_child_and_all_below_it_are_killed(tmp_path: Path) -> None:
    book = tmp_path / "book"
    error = inline.run(catalog.get("fallbacks.overdue"), {"book": str(book)}, Inline("5s")).error
    assert error == {
        "type": "Deadline",
        "message": "It took longer than 5 s, all that an inline run may take.",
    }
    wait_until(lambda: not any(map(is_running, map(int, book.read_text().split()))))


def test_the_jobs_own_limit_holds_as_well() -> None:
    error = inline.run(catalog.get("demo.native"), {}, Inline("25s")).error
    assert error is not None
    assert error["message"].startswith("It took longer than 1 s")


def test_what_a_job_leaves_behind_ends_with_it_and_holds_nobody_up(tmp_path: Path) -> None:
    left = run("leaves", book=str(tmp_path / "book")).result
    wait_until(lambda: not is_running(left))


def test_only_so_many_run_at_once_and_there_is_room_again_when_one_ends(
    tmp_path: Path, later: Callable[..., Future[Ran]]
) -> None:
    books = [tmp_path / str(n) for n in range(inline.AT_ONCE)]
    running = [later("holds", book) for book in books]
    with pytest.raises(NotAccepted, match=f"{inline.AT_ONCE} jobs do so already") as caught:
        run("fails")
    assert caught.value.retry_after > 0
    Path(f"{books[0]}.go").touch()
    assert running[0].result().result == 1
    assert run("fails").error


def test_of_many_at_once_no_more_than_so_many_run(tmp_path: Path) -> None:
    refused: list[NotAccepted] = []

    def one(number: int) -> Any:
        try:
            return run("holds", book=str(tmp_path / str(number))).result
        except NotAccepted as error:
            refused.append(error)
            return None

    with ThreadPoolExecutor(20) as pool:
        found = [pool.submit(one, number) for number in range(20)]
        wait_until(lambda: len(refused) == 20 - inline.AT_ONCE, 30)
        for number in range(20):
            (tmp_path / f"{number}.go").touch()
    assert sum(future.result() or 0 for future in found) == inline.AT_ONCE


def test_a_unique_job_runs_once_at_a_time_for_the_same_parameters(
    tmp_path: Path, later: Callable[..., Future[Ran]]
) -> None:
    later("alone", tmp_path / "a")
    with pytest.raises(NotAccepted, match=r"fallbacks\.alone runs here already with these parameters"):
        run("alone", book=str(tmp_path / "a"))
    other = later("alone", tmp_path / "b")
    assert not other.done()


def test_a_unique_job_may_run_again_when_it_has_ended(tmp_path: Path) -> None:
    (tmp_path / "a.go").touch()
    assert [run("alone", book=str(tmp_path / "a")).result for _ in range(2)] == [1, 1]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills children with their parent")
def test_a_child_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    book = tmp_path / "book"
    code = (
        "from longshore import catalog, inline; catalog.load('tests.support.jobs');"
        f"inline.run(catalog.catalog.get('fallbacks.holds'), {{'book': {str(book)!r}}})"
    )
    parent = subprocess.Popen([sys.executable, "-c", code])
    wait_until(lambda: book.exists() and book.read_text(), 60)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    wait_until(lambda: not is_running(int(book.read_text())))
