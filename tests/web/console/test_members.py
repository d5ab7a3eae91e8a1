from __future__ import annotations

from typing import Any

from longshore.schedules import spec as specs
from longshore.schedules.spec import ScheduleSpec
from web.console.members import Member, members


def spec(**parts: Any) -> ScheduleSpec:
    return specs.read({"job": "demo.add", "trigger": "Every 2 hours", **parts})


def said(**parts: Any) -> dict[str, str]:
    return {one.label: one.now for one in members(spec(**parts))}


def test_a_plain_schedule_says_what_holds_by_itself() -> None:
    assert said() == {
        "job": "demo.add",
        "when": "every 2h",
        "while one still runs": "as the job says",
        "after downtime": "one task for all missed slots; missed is what is over 1m late",
    }


def test_everything_that_is_set_is_said() -> None:
    found = said(
        params={"a": 1, "name": "Ann", "many": [1, 2]},
        trigger={"kind": "cron", "expression": "0 2 * * *", "zone": "Europe/Berlin"},
        conditions={
            "calendar": {"of": "US", "rule": "skip"},
            "market": "NYSE",
            "hours": {"from": "09:00", "to": "17:00"},
            "not_before": "2030-01-01T00:00:00Z",
            "not_after": "2031-01-01T00:00:00Z",
            "when": "shop.is_open",
        },
        overlap="replace",
        misfire={"policy": "run_each", "grace": "5m", "limit": 3},
        jitter="30s",
        expires="1h",
        priority="high",
        note="for the night",
    )
    assert found["when"] == "daily at 02:00 Europe/Berlin (cron 0 2 * * * Europe/Berlin)"
    assert (found["parameter name"], found["parameter many"]) == ("Ann", "[1, 2]")
    assert (found["holidays"], found["market"]) == ("not on holidays in US", "while NYSE is open")
    assert (found["hours"], found["only if"]) == ("09:00 to 17:00", "shop.is_open says yes")
    assert found["not before"] == "2030-01-01 00:00:00 UTC"
    assert found["after downtime"] == "a task for each missed slot, 3 at most; missed is what is over 5m late"
    assert (found["put off by up to"], found["dropped if not begun within"]) == ("30s", "1h")
    assert (found["place in the queue"], found["note"]) == ("at the head", "for the night")


def test_only_what_differs_from_the_declaration_counts_as_changed() -> None:
    now, declared = spec(params={"a": 2}, note="x"), spec(params={"a": 1}, jitter="5s")
    changed = [one for one in members(now, declared) if one.changed]
    assert changed == [
        Member("parameter a", "2", "1"), Member("note", "x", ""), Member("put off by up to", "", "5s"),
    ]  # fmt: skip


def test_what_cannot_be_read_is_shown_beside_the_declaration() -> None:
    assert [one.declared for one in members(None, spec())][:2] == ["demo.add", "every 2h"]
    assert members(None) == []
