"""Whether a queue can hold its schedules, as numbers and in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longshore import job
from longshore.catalog import Catalog
from longshore.measured import Measured
from longshore.schedules import forecast as forecasts
from longshore.schedules.book import Schedule
from longshore.schedules.forecast import Forecast
from longshore.schedules.spec import read

NOON = datetime(2026, 5, 9, 12, 0, 0, 400_000, tzinfo=UTC)


def shop() -> Catalog:
    """A catalog with a few jobs; `shop.once` never overlaps itself, `shop.mail` is on a queue of its own."""
    one = Catalog()
    one.queues.update({"default": "tests", "mail": "tests"})
    for name, options in {
        "count": {}, "pack": {}, "sort": {}, "once": {"overlap": False}, "mail": {"queue": "mail"},
    }.items():  # fmt: skip
        job(into=one, **options)(_function(name))
    return one


def _function(name: str) -> Callable[[], None]:
    def made() -> None: ...

    made.__module__, made.__name__, made.__qualname__ = "jobs.shop", name, name
    return made


CATALOG = shop()


def schedule(name: str, trigger: Any = "every 60 s", job: str = "shop.count", **more: Any) -> Schedule:
    """A schedule with these members; `paused` and the like are its own, the rest stands in its JSON."""
    own = {key: more.pop(key) for key in ("paused", "deleted", "fault") if key in more}
    return Schedule(name, read({"job": job, "trigger": trigger, **more}), "made", **own)


def foresee(*schedules: Schedule, workers: int = 1, **took: float) -> Forecast:
    """The forecast of the first of them, with workers of the queue `default` and the seconds of each job."""
    measured = {f"shop.{name}": Measured(9, seconds, 2 * seconds) for name, seconds in took.items()}
    listening = [{"default", "other"}] * workers + [{"mail"}] * 3
    by_name = {one.name: one for one in schedules}
    return forecasts.forecast(CATALOG, by_name, schedules[0].name, measured, listening, NOON)


def test_a_schedule_by_itself_takes_its_share_and_waits_for_nobody() -> None:
    found = foresee(schedule("one"), count=15)
    assert found.load == {
        "queue": "default",
        "workers": 1,
        "utilisation": 0.25,
        "busiest": None,
        "simulated": {"until": "2026-05-10T12:00:00Z", "tasks": 1_440},
        "schedules": 1,
        "shares": [
            {
                "schedule": "one", "job": "shop.count", "runs": 1_440, "mean_seconds": 15, "p95_seconds": 30,
                "share": 0.25,
            }
        ],
        "overlaps": [],
    }  # fmt: skip
    assert (found.warnings, found.notes) == ([], [])


def test_what_waits_longest_is_told_with_its_instant() -> None:
    found = foresee(
        schedule("b", "every 1 h"),
        schedule("a", "every 1 h", job="shop.pack"),
        schedule("c", "0 3 * * *", job="shop.sort"),
        count=300, pack=600, sort=60,
    )  # fmt: skip
    assert found.load["busiest"] == {"at": "2026-05-10T03:00:00Z", "waiting": 2, "wait_seconds": 900}
    assert found.load["utilisation"] == round((24 * 300 + 24 * 600 + 60) / 86_400, 4)
    assert [one["schedule"] for one in found.load["shares"]] == ["a", "b", "c"]


def test_more_workers_share_the_load() -> None:
    schedules = [schedule("one", "every 1 h"), schedule("two", "every 1 h", job="shop.pack")]
    found = foresee(*schedules, workers=2, count=900, pack=900)
    assert (found.load["workers"], found.load["utilisation"], found.load["busiest"]) == (2, 0.25, None)
    assert sum(one["share"] for one in found.load["shares"]) == 0.25


def test_only_what_runs_on_the_queue_counts() -> None:
    others = [
        schedule("mail", job="shop.mail"),
        schedule("gone", deleted=True),
        schedule("broken", fault="its job takes no n"),
        schedule("unknown", job="shop.gone"),
        Schedule("unreadable", None, "made", stored={"job": "shop.count"}, fault="what is it"),
        schedule("paused", paused=True),
    ]
    found = foresee(schedule("one"), *others, count=6, mail=60)
    assert (found.load["utilisation"], found.load["schedules"]) == (0.1, 2)
    assert [(one["schedule"], one["runs"]) for one in found.load["shares"]] == [("one", 1_440), ("paused", 0)]


def test_a_job_that_never_ran_counts_as_nothing_and_is_named() -> None:
    found = foresee(schedule("one"), schedule("two", job="shop.sort"), schedule("three", job="shop.pack"))
    assert found.load["utilisation"] == 0
    assert found.load["shares"][0]["mean_seconds"] is None
    assert found.warnings == [
        "no run of shop.count, shop.pack, shop.sort has been measured yet: it counts as taking no time"
    ]


def test_a_queue_that_nobody_listens_to_is_calculated_with_one_worker() -> None:
    found = foresee(schedule("one"), workers=0, count=30)
    assert (found.load["workers"], found.load["utilisation"]) == (0, 0.5)
    assert found.warnings == ["no living worker listens to the queue 'default'; this is calculated with one"]


def test_a_queue_that_cannot_hold_the_load_says_how_fast_it_falls_behind() -> None:
    found = foresee(schedule("one"), schedule("two", job="shop.pack"), workers=2, count=90, pack=60)
    assert found.load["utilisation"] == 1.25
    assert found.warnings[0] == (
        "the queue 'default' cannot hold the load: its schedules take 125% of the time of its 2 workers; the "
        "backlog grows without end, by 30m of work an hour, and it takes 3 workers to hold it"
    )
    assert found.load["busiest"]["wait_seconds"] > 3 * 3_600


def test_a_queue_that_is_nearly_full_is_tight() -> None:
    assert not any("tight" in one for one in foresee(schedule("one"), count=47).warnings)
    assert foresee(schedule("one"), count=48).warnings[0] == (
        "the queue 'default' is tight: its schedules take 80% of the time of its worker"
    )


@pytest.mark.parametrize("policy", [{"overlap": "skip"}, {"overlap": "replace"}, {"job": "shop.once"}])
def test_one_task_at_a_time_never_takes_more_than_one_worker(policy: dict[str, Any]) -> None:
    found = foresee(schedule("one", **policy), workers=2, count=90, once=90)
    assert (found.load["utilisation"], found.load["busiest"]) == (0.5, None)
    assert not any("without end" in one for one in found.warnings)
    full = foresee(schedule("one", **policy), count=90, once=90)
    assert full.warnings[0] == (
        "the queue 'default' is full: its schedules take 100% of the time of its worker; "
        "schedules that skip or replace runs will do so"
    )


def test_a_job_that_may_not_overlap_may_still_be_allowed_to_queue() -> None:
    found = foresee(schedule("one", job="shop.once", overlap="queue"), once=90)
    assert found.load["utilisation"] == 1.5
    assert "without end" in found.warnings[0]


@pytest.mark.parametrize(
    ("overlap", "says"),
    [
        ("allow", "several of its tasks run at once"),
        ("skip", "the slots meanwhile are skipped"),
        ("queue", "line up behind each other"),
        ("replace", "each task is replaced before it ends"),
    ],
)
def test_a_run_that_takes_longer_than_its_interval_is_told_with_its_policy(overlap: str, says: str) -> None:
    found = foresee(schedule("one", overlap=overlap), workers=9, count=90)
    (warning,) = found.warnings
    assert warning.startswith("a run takes 1m 30s on average, and the next is due after 1m, so ")
    assert says in warning


def test_a_run_that_is_sometimes_longer_than_its_interval_is_told() -> None:
    assert foresee(schedule("one", "0,1 4 * * *"), workers=9, count=40).warnings == [
        "one run in twenty takes 1m 20s or more, and the next is due after 1m"
    ]


def test_a_task_that_waits_past_its_expiry_is_told() -> None:
    busy = schedule("a", "0 3 * * *", job="shop.pack")
    assert foresee(schedule("b", "0 3 * * *", expires="10m"), busy, count=1, pack=599).warnings == []
    assert foresee(schedule("b", "0 3 * * *", expires="10m"), busy, count=1, pack=900).warnings == [
        "a task of this schedule may wait 15m, but expires 10m after its slot: it is dropped then"
    ]
    assert foresee(schedule("b", "every 5 min"), busy, count=1, pack=900).warnings == [
        "a task of this schedule may wait 15m, which is longer than the 5m to its next slot"
    ]


def test_a_task_at_the_head_of_its_queue_does_not_wait_for_those_that_came_before() -> None:
    others = [schedule(f"a{n}", "0 3 * * *", job="shop.pack") for n in range(9)]
    late = foresee(schedule("b", "0 3 * * *", expires="15m"), *others, count=1, pack=600)
    early = foresee(schedule("b", "0 3 * * *", expires="15m", priority="high"), *others, count=1, pack=600)
    assert len(late.warnings) == 1
    assert early.warnings == []


def test_schedules_whose_runs_coincide_are_listed_by_how_often() -> None:
    found = foresee(
        schedule("ours", "0 * * * *"),
        schedule("half", "*/30 * * * *", job="shop.pack"),
        schedule("once", "10 3 * * *", job="shop.sort"),
        schedule("never", "40 * * * *", job="shop.sort"),
        schedule("elsewhere", "0 * * * *", job="shop.mail"),
        count=900, pack=1, sort=1, workers=9,
    )  # fmt: skip
    assert found.load["overlaps"] == [
        {"schedule": "half", "job": "shop.pack", "count": 24, "at": "2026-05-09T13:00:00Z"},
        {"schedule": "once", "job": "shop.sort", "count": 1, "at": "2026-05-10T03:00:00Z"},
    ]


def test_lists_are_bounded_and_have_the_one_that_is_asked_about() -> None:
    many = [schedule(f"a{n:02}", "0 * * * *", job="shop.pack") for n in range(50)]
    load = foresee(schedule("zz", "0 0 * * *"), *many, count=1, pack=1, workers=90).load
    assert (len(load["shares"]), len(load["overlaps"]), load["schedules"]) == (20, 10, 51)
    assert load["shares"][-1]["schedule"] == "zz"


def test_too_many_runs_are_simulated_in_part_and_counted_in_full() -> None:
    many = [schedule(f"a{n}", "every 1 s") for n in range(10)]
    found = foresee(*many, workers=20, count=0.5)
    assert found.load["utilisation"] == 0.25
    assert found.load["shares"][0]["runs"] == 86_400
    assert found.load["simulated"] == {"until": "2026-05-09T13:23:20Z", "tasks": 50_000}
    assert found.notes == [
        "there are too many runs to go through: waits and overlaps are those until 2026-05-09 13:23:20Z, the "
        "share of the workers' time is that of the whole day"
    ]


def test_what_cannot_be_counted_is_estimated_and_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecasts, "LOOKS", 100)
    found = foresee(schedule("one", "* * * * *"), schedule("two", "0 12 * * *"), count=6)
    assert found.load["utilisation"] == round(1_441 * 6 / 86_400, 4)
    assert found.load["simulated"]["until"] < "2026-05-09T14:00:00Z"
    assert found.notes[-1] == "the runs of 1 schedule were counted in part, and the rest estimated"


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(60, 90_000), st.integers(0, 2)), min_size=1, max_size=12),
    st.tuples(*[st.floats(0, 5_000)] * 3),
    st.integers(1, 6),
)
def test_the_numbers_agree_with_each_other(
    chosen: list[tuple[int, int]], seconds: tuple[float, float, float], workers: int
) -> None:
    jobs = ("count", "pack", "sort")
    schedules = [
        schedule(f"s{n}", f"every {every} s", job=f"shop.{jobs[which]}")
        for n, (every, which) in enumerate(chosen)
    ]
    load = foresee(*schedules, workers=workers, **dict(zip(jobs, seconds, strict=True))).load
    since, until = int(NOON.timestamp()), int((NOON + timedelta(days=1)).timestamp())
    work = sum((until // every - since // every) * seconds[which] for every, which in chosen)
    assert load["utilisation"] == pytest.approx(work / (workers * 86_400), abs=1e-4)
    assert sum(one["share"] for one in load["shares"]) == pytest.approx(load["utilisation"], abs=1e-3)
    assert load["simulated"]["tasks"] == sum(one["runs"] for one in load["shares"])
    if load["busiest"] is not None:
        assert load["busiest"]["wait_seconds"] >= 0
        assert load["busiest"]["waiting"] >= 1
    assert json.loads(json.dumps(load)) == load
