"""The model of a queue, compared with sums done by hand and with the textbook."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshore.schedules.queueing import Arrival, Kind, Meeting, meetings, simulate


def each(times: list[float], seconds: float, workers: int = 1) -> list[float]:
    """The wait of each of these tasks."""
    events = [(at, place) for place, at in enumerate(times)]
    return simulate(events, [Kind(seconds)] * len(times), workers).by


@pytest.mark.parametrize(
    ("times", "seconds", "workers", "waits"),
    [
        ([0, 10, 20], 10, 1, [0, 0, 0]),
        ([0, 10, 20, 30], 12, 1, [0, 2, 4, 6]),
        ([0, 0, 0, 0], 5, 1, [0, 5, 10, 15]),
        ([0, 0, 0, 0], 5, 2, [0, 0, 5, 5]),
        ([0, 1, 2, 3], 6, 2, [0, 0, 4, 4]),
        ([0, 1, 3, 100], 4, 1, [0, 3, 5, 0]),
        ([0, 0, 0], 0, 1, [0, 0, 0]),
    ],
)
def test_waits_are_those_done_by_hand(
    times: list[float], seconds: float, workers: int, waits: list[float]
) -> None:
    assert each(times, seconds, workers) == waits


def test_the_longest_wait_says_when_and_how_many_waited() -> None:
    found = simulate([(0, 0), (0, 1), (1, 0), (50, 1)], [Kind(10), Kind(2)], 1)
    assert (found.longest, found.at, found.waiting, found.by) == (11, 1, 2, [11, 10])


def test_nobody_waits_in_an_empty_queue() -> None:
    found = simulate([], [Kind(10)], 1)
    assert (found.longest, found.at, found.waiting, found.by) == (0, None, 0, [0])


def test_what_goes_to_the_head_is_served_before_what_waits() -> None:
    events: list[Arrival] = [(0, 0), (1, 1), (2, 2)]
    assert simulate(events, [Kind(10), Kind(10), Kind(10)], 1).by == [0, 9, 18]
    assert simulate(events, [Kind(10), Kind(10), Kind(10, first=True)], 1).by == [0, 19, 8]


def test_what_is_alone_skips_while_it_runs_and_while_it_waits() -> None:
    alone = simulate([(at, 0) for at in range(10)], [Kind(3, alone=True)], 4)
    assert (alone.skipped, alone.longest) == ([6], 0)
    behind = simulate([(0, 1), *((at, 0) for at in range(1, 10))], [Kind(1, alone=True), Kind(20)], 1)
    assert (behind.skipped, behind.by) == ([8, 0], [19, 0])


def test_mean_waits_at_random_arrivals_are_those_of_the_textbook() -> None:
    """M/D/1: at a load of r, tasks of s seconds wait r·s / (2·(1 - r)) on average (Pollaczek, Khinchine)."""
    drawn, at, times = random.Random(7), 0.0, []
    for _ in range(60_000):
        at += drawn.expovariate(0.6)
        times.append(at)
    waits = each(times, 1.0)
    assert sum(waits) / len(waits) == pytest.approx(0.6 / (2 * 0.4), rel=0.05)


@given(
    st.lists(st.tuples(st.integers(0, 1_000), st.integers(0, 2)), max_size=80).map(sorted),
    st.lists(st.floats(0, 100), min_size=3, max_size=3),
    st.integers(1, 5),
)
def test_waits_make_sense(events: list[Arrival], seconds: list[float], workers: int) -> None:
    found = simulate(events, [Kind(one) for one in seconds], workers)
    assert all(wait >= 0 for wait in found.by)
    assert found.longest == max(found.by)
    work = sum(seconds[kind] for _, kind in events)
    assert found.longest <= work + 1e-6  # a worker is never idle while something waits; sums are rounded
    assert (found.at is None) == (found.longest == 0) == (found.waiting == 0)
    more = simulate(events, [Kind(one) for one in seconds], workers + 1)
    assert more.longest <= found.longest + 1e-6 or len(set(seconds)) > 1


@given(st.integers(1, 60), st.integers(1, 50), st.integers(1, 4))
def test_a_steady_stream_waits_only_when_the_workers_are_too_few(
    every: int, seconds: int, workers: int
) -> None:
    waits = each([every * n for n in range(60)], seconds, workers)
    if seconds <= every * workers:
        assert waits == [0] * 60
    else:
        assert waits[-1] > 0
        assert all(before <= later for before, later in pairwise(waits[::workers]))


def test_runs_meet_when_one_begins_while_ours_runs() -> None:
    events: list[Arrival] = [
        (0, 1),
        (0, 0),
        (4, 2),
        (5, 1),
        (10, 0),
        (10, 1),
        (12, 1),
        (20, 0),
        (30, 0),
        (31, 2),
    ]
    assert meetings(events, 0, 5) == [Meeting(1, 0, 2), Meeting(2, 0, 2)]
    assert meetings(events, 0, 0) == [Meeting(1, 0, 2)]
    assert meetings(events, 2, 100) == [Meeting(0, 4, 1), Meeting(1, 4, 1)]
    assert meetings([], 0, 5) == []


@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 3)), max_size=60, unique=True).map(sorted),
    st.integers(1, 40),
)
def test_meetings_are_those_that_a_look_at_all_pairs_finds(events: list[Arrival], seconds: int) -> None:
    ours = [at for at, kind in events if kind == 0]
    ends = [min(at + seconds, *(later for later in ours if later > at), 10**6) for at in ours]
    expected = {}
    for other in (1, 2, 3):
        hits = [
            at
            for at, end in zip(ours, ends, strict=True)
            if any(at <= when < end for when, kind in events if kind == other)
        ]
        if hits:
            expected[other] = Meeting(other, hits[0], len(hits))
    found = meetings(events, 0, seconds)
    assert {one.kind: one for one in found} == expected
    assert [one.count for one in found] == sorted((one.count for one in found), reverse=True)
