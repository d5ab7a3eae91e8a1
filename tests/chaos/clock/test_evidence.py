"""The judge of chaos runs of clocks: what is missed, doubled, and not the same in ledger and queue."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from longshore.schedules.entries import task_id
from longshore.schedules.ledger import Outcome, SlotRecord
from tests.chaos.clock.evidence import Chapter, Due, Evidence
from tests.chaos.clock.experiment import takeovers
from tests.chaos.clock.processes import Clocks, Harm, Up

NAME = "chaos-000"


def record(slot: int, late: float = 0.0, outcome: Outcome = "fired") -> SlotRecord:
    """A record of the ledger."""
    return SlotRecord(datetime.fromtimestamp(slot, UTC), outcome, "", None, late)


def chapter(
    *slots: int, queued: list[int] | None = None, outcome: Outcome = "fired", at: float = 0.0
) -> Chapter:
    """What Redis held; as many tasks as records unless said otherwise."""
    tasks = [task_id(NAME, datetime.fromtimestamp(one, UTC)) for one in (slots if queued is None else queued)]
    return Chapter(at, {NAME: [record(one, outcome=outcome) for one in slots]}, tasks)


def evidence(*chapters: Chapter, end: float = 108.5) -> Evidence:
    """Of a schedule of 2 s, made at 100.5 s: 102, 104, 106 and 108 are due."""
    return Evidence({NAME: Due(2, 100.5)}, end, list(chapters))


def test_all_is_well_if_each_slot_is_there_once() -> None:
    found = evidence(chapter(102, 104, 106, 108, 110))
    assert (found.missed, found.doubled, found.disagreements, found.not_fired) == ([], [], [], [])
    assert len(found.expected) == 4


def test_a_slot_before_and_after_an_emptying_is_doubled_and_agreed_upon() -> None:
    found = evidence(chapter(102, 104), chapter(104, 106, 108))
    assert (found.missed, found.doubled, found.disagreements) == ([], [(NAME, 104)], [])


def test_what_was_fired_again_says_how_long_before_the_emptying_it_was() -> None:
    chapters = [chapter(102, 104, at=105.5), chapter(104, 106, 106, at=107), chapter(108, at=109)]
    found = evidence(*chapters)
    assert found.lost_with_redis((NAME, 104)) == 1.5
    assert found.lost_with_redis((NAME, 106)) == float("inf")
    assert found.lost_with_redis((NAME, 105)) == float("inf")


def test_a_slot_that_nobody_knows_is_missed() -> None:
    assert evidence(chapter(102, 104), chapter(108)).missed == [(NAME, 106)]


def test_ledger_and_queue_must_agree() -> None:
    found = evidence(chapter(102, 104, 106, 108, queued=[102, 104, 106, 106]))
    assert found.missed == [(NAME, 108)]
    assert found.doubled == [(NAME, 106)]
    assert found.disagreements == [(NAME, 106), (NAME, 108)]


def test_a_slot_that_was_none_counts_as_doubled() -> None:
    assert evidence(chapter(100, 102, 103, 104, 106, 108)).doubled == [(NAME, 100), (NAME, 103)]


def test_a_slot_on_record_as_missed_is_missed() -> None:
    found = evidence(chapter(102, 104, 106), chapter(108, queued=[], outcome="missed"))
    assert (found.missed, found.not_fired) == ([(NAME, 108)], [(NAME, 108)])


def test_a_takeover_counts_if_another_clock_was_up_all_the_time(tmp_path: Path) -> None:
    clocks = Clocks(2, {}, tmp_path, [Harm("kill", 1, 10.0, led=True), Harm("stop", 2, 20.0, led=True)])
    clocks.ups = [Up(5.0), Up(0.0, 19.0)]
    assert takeovers(clocks, [9.0, 13.5, 21.0]) == [3.5, 1.0]
    clocks.ups = [Up(5.0, 12.0)]
    assert takeovers(clocks, [9.0, 13.5, 21.0]) == []
    clocks.ups = [Up(5.0)]
    assert takeovers(clocks, [9.0, 13.5]) == [3.5, float("inf")]
