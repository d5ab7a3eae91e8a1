from __future__ import annotations

from typing import Any

import pytest

from longshore import catalog
from longshore.schedules import spec as specs
from web.console import schedule_form
from web.console.controls import Control
from web.console.schedule_form import ScheduleForm


def form_of(job: str = "demo.add", **parts: Any) -> ScheduleForm:
    spec = specs.read({"job": job, "params": {"a": 1}, "trigger": "Every 2 hours", **parts})
    return schedule_form.build(catalog.catalog.get(job).parameters.schema, spec.document())


def controls(form: ScheduleForm) -> dict[str, Control]:
    panels = [*form.triggers, *form.conditions]
    every = [*form.params, *form.policies, form.note, *(one for panel in panels for one in panel.controls)]
    return {one.name: one for one in every}


@pytest.mark.parametrize(
    ("trigger", "kind", "shown"),
    [
        ({"kind": "interval", "every": 7200}, "interval", {"every": "2h", "anchor": ""}),
        (
            {"kind": "cron", "expression": "0 2 * * *", "zone": "Europe/Berlin"},
            "cron",
            {"expression": "0 2 * * *", "zone": "Europe/Berlin"},
        ),
        (
            {"kind": "solar", "event": "dusk", "latitude": 0, "longitude": 13.41, "offset": "-30m"},
            "solar",
            {"event": '"dusk"', "latitude": "0.0", "longitude": "13.41", "offset": "-30m"},
        ),
        ({"kind": "once", "at": "2030-01-01T09:00:00Z"}, "once", {"at": "2030-01-01T09:00:00Z"}),
    ],
)
def test_the_kind_of_the_trigger_is_chosen_and_filled_in(
    trigger: dict[str, Any], kind: str, shown: dict[str, str]
) -> None:
    (chosen,) = [one for one in form_of(trigger=trigger).triggers if one.chosen]
    assert chosen.key == kind
    assert {one.name.removeprefix("trigger."): one.value for one in chosen.controls} == shown


def test_every_member_of_a_schedule_has_a_control() -> None:
    full = specs.read(
        {
            "job": "demo.add",
            "trigger": "Every 2 hours",
            "conditions": {
                "calendar": {"of": "US", "subdivision": "CA", "rule": "only", "zone": "UTC"},
                "market": "NYSE",
                "hours": {"from": "09:00", "to": "17:00", "zone": "UTC", "days": "mon"},
                "not_before": "2030-01-01T00:00:00Z",
                "not_after": "2031-01-01T00:00:00Z",
                "when": "shop.is_open",
            },
        }
    )
    document = full.document()
    paths = {f"{name}.{inner}" for name in ("trigger", "misfire") for inner in document[name]} - {
        "trigger.kind"
    }
    paths |= {f"conditions.{name}" for name in document["conditions"]} - {
        "conditions.calendar", "conditions.hours",
    }  # fmt: skip
    paths |= {
        f"conditions.{one}.{name}" for one in ("calendar", "hours") for name in document["conditions"][one]
    }
    paths |= document.keys() - {"job", "params", "trigger", "conditions", "misfire"}
    assert paths - controls(form_of()).keys() == set()


def test_what_holds_by_itself_is_left_empty_and_said_beside() -> None:
    found = controls(form_of())
    for name in ("misfire.grace", "misfire.limit", "misfire.policy", "overlap", "jitter", "priority", "note"):
        assert (found[name].value, found[name].was) == ("", "")
    assert found["misfire.grace"].placeholder == "60s"


def test_what_is_set_is_shown_as_people_write_it_and_kept_as_it_is() -> None:
    found = controls(form_of(misfire={"grace": 300}, expires="10m", overlap="queue"))
    assert (found["misfire.grace"].value, found["misfire.grace"].was) == ("5m", "300")
    assert (found["expires"].value, found["overlap"].value) == ("10m", '"queue"')


def test_parameters_show_what_the_schedule_gives() -> None:
    found = controls(form_of(params={"a": 7}))
    assert (found["params.a"].value, found["params.a"].was) == ("7", "7")
    assert (found["params.b"].value, found["params.b"].was) == ("", "")
    assert controls(form_of("demo.echo", params={"value": {"x": [1]}}))["params.value"].was == '{"x": [1]}'


@pytest.mark.parametrize(("given", "was"), [(None, "null"), ("", '""')])
def test_a_parameter_that_is_given_as_nothing_is_told_from_one_left_out(given: Any, was: str) -> None:
    found = controls(form_of(params={"a": given}))
    assert (found["params.a"].value, found["params.a"].was) == ("", was)


def test_parameters_that_the_job_has_lost_are_named() -> None:
    assert form_of(params={"a": 1, "old": 2}).lost == ("old",)


def test_a_new_schedule_has_an_empty_form() -> None:
    form = schedule_form.build(catalog.catalog.get("demo.add").parameters.schema, {})
    assert not any(one.value or one.was for one in controls(form).values())
    assert [one.key for one in form.triggers if one.chosen] == ["interval"]


def test_conditions_and_policies_are_open_only_where_they_say_something() -> None:
    assert (form_of().conditional, form_of().strict) == (False, False)
    assert form_of(conditions={"market": "NYSE"}).conditional
    assert form_of(jitter="1m").strict
