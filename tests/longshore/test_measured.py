"""How long jobs have run, from the stream of events."""

from __future__ import annotations

import pytest
from redis import Redis

from longshore import measured
from longshore.catalog import catalog
from longshore.events import Event, Outcome
from longshore.measured import Measured


def note(redis: Redis, *runs: float, job: str = "demo.add", outcome: Outcome = "success") -> None:
    """Write the end of an attempt for each of these times."""
    with redis.pipeline() as pipe:
        for run in runs:
            Event("t", job, "default", outcome, run=run).add(pipe)
        pipe.execute()


def test_nothing_is_known_of_jobs_that_have_not_run(redis: Redis) -> None:
    assert measured.read(redis, catalog) == {}


def test_mean_and_95th_percentile_are_those_of_each_job(redis: Redis) -> None:
    note(redis, *range(1, 101))
    note(redis, 2, 4, job="demo.echo")
    found = measured.read(redis, catalog)
    assert found == {"demo.add": Measured(100, 50.5, 95), "demo.echo": Measured(2, 3, 4)}


@pytest.mark.parametrize(
    ("outcome", "counts"),
    [
        ("success", True), ("failure", True), ("retry", True), ("stopped", True),
        ("died", False), ("put_back", False), ("set_aside", False),
    ],
)  # fmt: skip
def test_only_attempts_that_came_to_their_own_end_count(redis: Redis, outcome: Outcome, counts: bool) -> None:
    note(redis, 5, outcome=outcome)
    assert ("demo.add" in measured.read(redis, catalog)) is counts


def test_an_import_path_is_its_job_and_what_is_unknown_is_left_out(redis: Redis) -> None:
    note(redis, 1)
    note(redis, 3, job=catalog.get("demo.add").path)
    note(redis, 9, job="gone.since")
    assert measured.read(redis, catalog) == {"demo.add": Measured(2, 2, 3)}


def test_the_newest_count_and_pages_meet_without_a_gap(redis: Redis) -> None:
    note(redis, *[99] * 50)
    note(redis, *range(2 * measured.PAGE + 5))
    found = measured.read(redis, catalog, most=2 * measured.PAGE + 5)["demo.add"]
    assert (found.runs, found.mean) == (2 * measured.PAGE + 5, (2 * measured.PAGE + 4) / 2)
    assert measured.read(redis, catalog)["demo.add"].runs == 2 * measured.PAGE + 55
