"""What a schedule would do before it is saved: its runs, and its queue."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from longshore.catalog import catalog
from longshore.errors import InvalidSchedule
from longshore.events import Event
from longshore.schedules import book, edits
from longshore.schedules.preview import preview, runs
from longshore.schedules.spec import read
from tests.support.listener import listening
from tests.support.waiting import wait_until

NOON = datetime(2026, 5, 9, 12, tzinfo=UTC)
"""A Saturday."""
RUNS = {"job": "demo.add", "params": {"a": 1}, "trigger": "every 1 h"}


def foresee(now: str | datetime = NOON, count: int = 3, **said: Any) -> dict[str, Any]:
    """The next runs of a schedule."""
    moment = datetime.fromisoformat(now) if isinstance(now, str) else now
    return runs(read({"job": "shop.count", **said}), count, moment)


class TestRuns:
    """The next runs, without Redis."""

    def test_a_run_is_told_in_utc_and_in_local_time(self) -> None:
        found = foresee(trigger="30 2 * * * Europe/Berlin", count=1)
        assert found == {
            "describe": "cron 30 2 * * * Europe/Berlin",
            "zone": "Europe/Berlin",
            "runs": [
                {
                    "at": "2026-05-10T00:30:00Z",
                    "local": "2026-05-10T02:30:00+02:00",
                    "zone": "Europe/Berlin",
                    "dst": None,
                    "note": "",
                    "skipped": None,
                }
            ],
            "ends": False,
            "notes": [],
            "load": None,
            "warnings": [],
        }

    def test_there_are_as_many_as_are_asked_for_within_bounds(self) -> None:
        for asked, shown in ((1, 1), (7, 7), (100, 100), (101, 100), (0, 1)):
            assert len(foresee(trigger="every 1 min", count=asked)["runs"]) == shown

    def test_the_change_of_the_clocks_is_marked(self) -> None:
        found = foresee("2027-03-27T12:00Z", trigger="30 2 * * * Europe/Berlin", count=2)
        assert [one["dst"] for one in found["runs"]] == ["gap", None]
        assert found["runs"][0]["local"] == "2027-03-28T03:00:00+02:00"
        assert found["runs"][0]["note"] == "02:30 does not exist on 2027-03-28; it runs at 03:00"

    def test_the_first_run_is_compared_with_the_last_one_that_was(self) -> None:
        (one,) = foresee("2026-10-26T00:00Z", trigger="30 2 * * * Europe/Berlin", count=1)["runs"]
        assert one["dst"] == "changes"
        (one,) = foresee("2026-10-27T00:00Z", trigger="30 2 * * * Europe/Berlin", count=1)["runs"]
        assert one["dst"] is None

    def test_vetoed_slots_say_why_and_do_not_count(self) -> None:
        found = foresee(
            "2026-12-24T12:00Z",
            trigger="0 4 * * * Europe/Berlin",
            conditions={"calendar": {"of": "DE"}},
            count=2,
        )
        assert [(one["local"][:10], one["skipped"]) for one in found["runs"]] == [
            ("2026-12-25", "2026-12-25 is a holiday in DE: Christmas Day"),
            ("2026-12-26", "2026-12-26 is a holiday in DE: Second Day of Christmas"),
            ("2026-12-27", None),
            ("2026-12-28", None),
        ]

    def test_a_long_row_of_vetoed_slots_is_passed_over(self) -> None:
        found = foresee(trigger="every 1 s", conditions={"market": "NYSE"}, count=2)
        assert [one["skipped"] for one in found["runs"]] == ["NYSE is closed on Saturdays"] * 7 + [None] * 2
        assert [one["at"] for one in found["runs"][-2:]] == ["2026-05-11T13:30:00Z", "2026-05-11T13:30:01Z"]
        assert found["runs"][7]["note"] == "the slots from 2026-05-09T12:00:08Z up to it are vetoed too"
        assert found["runs"][8]["note"] == ""

    def test_short_rows_of_vetoed_slots_are_shown_however_many_there_are(self) -> None:
        hours = {"from": "00:00", "to": "06:00"}
        found = foresee(trigger="every 4 h", conditions={"hours": hours}, count=8)
        assert [bool(one["skipped"]) for one in found["runs"]] == [True] * 2 + (
            [False] * 2 + [True] * 4
        ) * 3 + [
            False,
            False,
        ]
        assert not any(one["note"] for one in found["runs"])

    def test_what_never_runs_again_ends(self) -> None:
        assert foresee(trigger="once at 2026-05-10T09:00:00Z")["ends"]
        assert len(foresee(trigger="once at 2026-05-10T09:00:00Z")["runs"]) == 1
        last = {"not_after": "2026-05-09T14:00:00Z"}
        assert not foresee(trigger="every 1 h", conditions=last, count=1)["ends"]
        assert foresee(trigger="every 1 h", conditions=last, count=2)["ends"]
        assert len(foresee(trigger="every 1 h", conditions=last, count=9)["runs"]) == 2

    def test_where_all_is_vetoed_that_is_said(self) -> None:
        never = {"hours": {"from": "02:00", "to": "03:00"}, "market": "NYSE"}
        found = foresee(trigger="0 * * * *", conditions=never)
        assert (len(found["runs"]), found["ends"]) == (7, False)
        assert found["warnings"] == ["no run is in sight: every slot that was looked at is vetoed"]
        over = foresee(
            trigger="0 3 * * sun", conditions={"market": "NYSE", "not_after": "2026-05-20T00:00:00Z"}
        )
        assert (len(over["runs"]), over["ends"], len(over["warnings"])) == (2, True, 1)

    def test_what_cannot_be_known_ahead_is_noted(self) -> None:
        found = foresee(trigger="every 1 h", conditions={"when": "shop.is_open"}, jitter="30s")
        assert found["notes"] == [
            "shop.is_open is asked at each slot; what it will say is not known ahead",
            "each task is put off by up to 30s (jitter), always the same for a slot; "
            "the times here are without it",
        ]
        assert found["warnings"] == []

    def test_jitter_past_the_expiry_is_warned_of(self) -> None:
        found = foresee(trigger="every 1 h", jitter="10m", expires="5m")
        assert found["warnings"] == [
            "jitter puts a task off by up to 10m, and it expires 5m after its slot: some are dropped"
        ]


@pytest.mark.usefixtures("database")
class TestPreview:
    """All of it, with Redis and SQL."""

    def seen(self, redis: Redis, now: datetime = NOON, **said: Any) -> dict[str, Any]:
        name = said.pop("name", None)
        return preview(redis, catalog, {**RUNS, **said}, 2, now, name)

    def measure(self, redis: Redis, seconds: float, job: str = "demo.add") -> None:
        with redis.pipeline() as pipe:
            Event("t", job, "default", "success", run=seconds).add(pipe)
            pipe.execute()

    def test_runs_and_load_are_there_and_are_json(self, redis: Redis) -> None:
        self.measure(redis, 36)
        found = self.seen(redis)
        assert json.loads(json.dumps(found)) == found
        assert [one["at"] for one in found["runs"]] == ["2026-05-09T13:00:00Z", "2026-05-09T14:00:00Z"]
        shares = {one["schedule"]: one for one in found["load"]["shares"]}
        assert shares["(this schedule)"]["share"] == 0.01
        assert shares["(this schedule)"]["runs"] == 24

    def test_nothing_is_saved(self, redis: Redis) -> None:
        before, keys = book.every(catalog).keys(), redis.keys()
        self.seen(redis, name="new")
        assert (book.every(catalog).keys(), redis.keys()) == (before, keys)

    def test_living_workers_that_listen_are_counted(self, redis: Redis) -> None:
        assert self.seen(redis)["load"]["workers"] == 0
        with ExitStack() as stack:
            for number, queues in enumerate((["default"], ["second", "default"], ["second"])):
                stack.enter_context(listening(redis, *queues, name=f"w{number}"))
            assert self.seen(redis)["load"]["workers"] == 2
        wait_until(lambda: self.seen(redis)["load"]["workers"] == 0)

    def test_it_takes_the_place_of_the_one_of_its_name(self, redis: Redis) -> None:
        edits.create(catalog, {**RUNS, "name": "hourly", "trigger": "every 1 min"}, "me", now=NOON)
        self.measure(redis, 36)
        beside, instead = self.seen(redis, name="other"), self.seen(redis, name="hourly")
        counts = {one["schedule"]: one["runs"] for one in beside["load"]["shares"]}
        assert (counts["hourly"], counts["other"]) == (1_440, 24)
        counts = {one["schedule"]: one["runs"] for one in instead["load"]["shares"]}
        assert counts["hourly"] == 24
        assert instead["load"]["schedules"] == beside["load"]["schedules"] - 1

    def test_a_paused_one_is_shown_as_if_it_ran(self, redis: Redis) -> None:
        edits.create(catalog, {**RUNS, "name": "hourly"}, "me", now=NOON)
        edits.pause(catalog, "hourly", "me", until=NOON + timedelta(days=9), now=NOON)
        found = self.seen(redis, name="hourly")
        said = "hourly is paused until 2026-05-18T12:00:00Z; what is shown here is as if it were not"
        assert found["notes"] == [said]
        assert next(one for one in found["load"]["shares"] if one["schedule"] == "hourly")["runs"] == 24
        assert self.seen(redis, NOON + timedelta(days=10), name="hourly")["notes"] == []

    def test_warnings_of_both_halves_come_together(self, redis: Redis) -> None:
        self.measure(redis, 4_000)
        with listening(redis):
            warnings = self.seen(redis, datetime.now(UTC), jitter="10m", expires="5m")["warnings"]
        assert "jitter" in warnings[0]
        assert any("cannot hold the load" in one for one in warnings)

    def test_what_is_wrong_is_refused_by_field(self, redis: Redis) -> None:
        for part, field in (
            ({"job": "demo.nothing"}, "job"),
            ({"params": {}}, "params.a"),
            ({"trigger": "once at 2026-05-09T11:00:00Z"}, "trigger.at"),
        ):
            with pytest.raises(InvalidSchedule) as caught:
                self.seen(redis, **part)
            assert [one["field"] for one in caught.value.errors] == [field]

    def test_redis_that_is_away_is_for_the_caller_to_deal_with(self) -> None:
        away = Redis(port=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0))
        with pytest.raises(RedisError):
            self.seen(away)
