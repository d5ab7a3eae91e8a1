"""Changing schedules: all or nothing, and nobody overwrites what somebody else has done."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from redis import Redis

from longshore import connections, keys
from longshore.catalog import catalog
from longshore.errors import InvalidSchedule, ScheduleExists, StaleSchedule, UnknownSchedule
from longshore.schedules import book, edits, table

pytestmark = pytest.mark.usefixtures("database")
DOCUMENT = {"name": "mine", "job": "demo.add", "params": {"a": 1}, "trigger": "every 5m"}
SWEEP = "maintenance.sweep"


def make(**fields: Any) -> Any:
    """A schedule of demo.add."""
    return edits.create(catalog, {**DOCUMENT, **fields}, "ann")


def test_a_name_is_taken_once() -> None:
    make()
    with pytest.raises(ScheduleExists):
        make()
    with pytest.raises(ScheduleExists):
        make(name=SWEEP)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "a/b"}, "name"),
        ({"name": ""}, "name"),
        ({"job": "gone.away"}, "job"),
        ({"params": {"b": 1}}, "params.a"),
        ({"params": {"a": "x"}}, "params.a"),
        ({"trigger": {"kind": "cron", "expression": "0 0 31 2 *"}}, "trigger.expression"),
        ({"trigger": {"kind": "cron", "expression": "0 2 * * *", "zone": "Mars"}}, "trigger.zone"),
        ({"trigger": {"kind": "interval", "every": 0}}, "trigger.every"),
        ({"trigger": {"kind": "once", "at": "2020-01-01T00:00:00Z"}}, "trigger.at"),
        ({"conditions": {"not_after": "2020-01-01T00:00:00Z"}}, "conditions.not_after"),
        ({"conditions": {"calendar": {"of": "Atlantis"}}}, "conditions.calendar.of"),
        ({"conditions": {"calendar": {"of": "US", "rule": "shift"}}}, "conditions.calendar.rule"),
        ({"conditions": {"when": "demo.add"}}, "conditions.when"),
        ({"overlap": "maybe"}, "overlap"),
        ({"jitter": -1}, "jitter"),
        ({"misfire": {"policy": "panic"}}, "misfire.policy"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_what_is_wrong_is_named_with_an_example_and_nothing_is_saved(
    fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidSchedule) as caught:
        make(**fields)
    assert [one["field"] for one in caught.value.errors] == [field]
    assert all("example" in one for one in caught.value.errors)
    assert table.rows() == []


def test_the_etag_of_before_does_not_change_what_is_there_now() -> None:
    seen = make().etag
    edits.change(catalog, "mine", {"note": "first"}, "bob", if_match=seen)
    with pytest.raises(StaleSchedule):
        edits.change(catalog, "mine", {"note": "second"}, "cat", if_match=seen)
    now = book.one(catalog, "mine")
    assert (now.document["note"], now.changed_by, now.version) == ("first", "bob", 2)


def test_of_many_at_once_with_one_etag_one_wins() -> None:
    seen, said = make().etag, []

    def change(n: int) -> None:
        try:
            said.append(edits.change(catalog, "mine", {"params": {"a": n}}, "bob", if_match=seen).version)
        except StaleSchedule:
            said.append("stale")

    threads = [threading.Thread(target=change, args=(n,)) for n in range(2, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, said)) == ["2", "stale", "stale", "stale"]


def test_an_etag_changes_with_the_code_too() -> None:
    before = book.one(catalog, SWEEP)
    other = before.declared.model_copy(update={"note": "a deploy"}) if before.declared else None
    assert book.Schedule(SWEEP, other, "declared", other).etag != before.etag


def test_a_declared_schedule_can_be_changed_and_taken_back() -> None:
    edits.change(catalog, SWEEP, {"trigger": "Daily 4:00 AM UTC"}, "bob")
    now = book.one(catalog, SWEEP)
    assert (now.origin, now.changed_by, now.document["trigger"]["expression"]) == (
        "overridden",
        "bob",
        "0 4 * * *",
    )
    assert now.declared is not None
    assert now.declared.trigger.describe() == "cron 17 3 * * *"
    restored = edits.restore(catalog, SWEEP, "cat")
    assert (restored.origin, restored.document) == ("declared", now.declared.document())


def test_a_trigger_of_another_kind_takes_the_place_of_the_old_one() -> None:
    make()
    now = edits.change(catalog, "mine", {"trigger": {"kind": "cron", "expression": "0 2 * * *"}}, "bob")
    assert now.document["trigger"] == {"kind": "cron", "expression": "0 2 * * *", "zone": "UTC"}


def test_null_gives_a_member_its_default() -> None:
    make(jitter="30s")
    assert edits.change(catalog, "mine", {"jitter": None}, "bob").document["jitter"] == 0


def test_what_is_deleted_cannot_be_changed() -> None:
    edits.delete(catalog, SWEEP, "bob")
    with pytest.raises(UnknownSchedule):
        edits.change(catalog, SWEEP, {"note": "x"}, "bob")
    assert edits.restore(catalog, SWEEP, "bob").deleted is False


def test_what_was_made_has_nothing_to_go_back_to() -> None:
    make()
    with pytest.raises(InvalidSchedule):
        edits.restore(catalog, "mine", "bob")


def test_each_change_tells_the_clock(redis: Redis) -> None:
    make()
    edits.pause(catalog, "mine", "bob")
    edits.delete(catalog, "mine", "bob")
    assert redis.get(keys.schedule_changes()) == b"3"


def test_a_change_is_saved_while_redis_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "shared", lambda: Redis(host="127.0.0.1", port=1))
    assert make().name == "mine"


def test_there_is_a_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "SCHEDULES", 1)
    make()
    with pytest.raises(InvalidSchedule, match="the most that there may be"):
        make(name="one more")


def test_the_documents_path_means_our_job_of_that_name() -> None:
    path = "src.tasks.scheduled_tasks.fetch_and_update_projects"
    assert make(job=path, params={}).job == "crypto_small.fetch_and_update_projects"
