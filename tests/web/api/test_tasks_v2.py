"""/api/v2/tasks/schedule: schedules with the actions and the words of the crypto document."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.api.making import DECLARED

PATH = "/api/v2/tasks/schedule"
DOCUMENTED = {
    "action": "add",
    "name": "custom-fetch",
    "task": "src.tasks.scheduled_tasks.fetch_and_update_projects",
    "schedule_type": "interval",
    "schedule_value": {"hours": 2},
}
"""The body of the document's curl line, word for word."""
JOB = "crypto_small.fetch_and_update_projects"


def act(client: FlaskClient, **body: Any) -> Any:
    """Ask for an action."""
    return client.post(PATH, json=body)


def add(client: FlaskClient, **changes: Any) -> Any:
    """Add the documented schedule, with changes; None leaves a member out."""
    body = {**DOCUMENTED, **changes}
    return act(client, **{key: value for key, value in body.items() if value is not None})


def fields(answer: Any) -> set[str]:
    """The fields that a problem names."""
    assert answer.content_type == "application/problem+json"
    assert answer.status_code == 422
    assert all("example" in one or one["type"] == "extra_forbidden" for one in answer.get_json()["errors"])
    return {one["field"] for one in answer.get_json()["errors"]}


def test_the_documented_line_adds_a_schedule_of_our_job(admin: FlaskClient) -> None:
    answer = add(admin)
    body = answer.get_json()
    assert (answer.status_code, body["success"], body["action"]) == (201, True, "add")
    assert "every 7200 s" in body["message"]
    item = body["schedule"]
    assert (item["name"], item["task"], item["enabled"]) == ("custom-fetch", JOB, True)
    assert (item["schedule_type"], item["schedule_value"]) == ("interval", {"hours": 2})
    assert item["next_run"].endswith("Z")
    assert admin.get(answer.headers["Location"]).get_json()["trigger"]["every"] == 7200


def test_schedules_are_listed_as_documented(admin: FlaskClient) -> None:
    add(admin)
    for body in (admin.get(PATH).get_json(), act(admin, action="list").get_json()):
        assert body["count"] == 1 + len(DECLARED)
        assert [one["name"] for one in body["schedules"]] == ["custom-fetch", *DECLARED]
        (sweep,) = (one for one in body["schedules"] if one["name"] == "maintenance.sweep")
        assert sweep["schedule_type"] == "crontab"
        assert sweep["timezone"] == "UTC"
        assert sweep["schedule_value"] == {
            "minute": "17", "hour": "3", "day_of_month": "*", "month_of_year": "*", "day_of_week": "*",
        }  # fmt: skip
        assert body["schedules"][0]["kwargs"] == {}
        assert body["schedules"][0]["created_by"] == "tests"


def test_a_stranger_sees_when_what_runs_and_no_more(client: FlaskClient, admin: FlaskClient) -> None:
    add(admin, kwargs={"filters": {"secret": 1}})
    body = client.get(PATH).get_json()
    assert body["count"] == 1 + len(DECLARED)
    assert {key for one in body["schedules"] for key in one} == {
        "name", "task", "schedule_type", "schedule_value", "timezone", "enabled", "next_run",
    }  # fmt: skip
    assert act(client, action="list").status_code == 401
    assert add(client).status_code == 401


def test_a_list_is_paged(client: FlaskClient, admin: FlaskClient) -> None:
    add(admin)
    first = client.get(f"{PATH}?limit=1").get_json()
    assert ([one["name"] for one in first["schedules"]], first["count"]) == (
        ["custom-fetch"],
        1 + len(DECLARED),
    )
    rest = client.get(f"{PATH}?cursor={first['next_cursor']}").get_json()
    assert [one["name"] for one in rest["schedules"]] == DECLARED


VALUES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("interval", {"seconds": 30}, {"seconds": 30}, "every 30 s"),
    ("interval", {"minutes": 90}, {"hours": 1, "minutes": 30}, "every 5400 s"),
    ("interval", {"weeks": 1, "days": 1}, {"days": 8}, "every 691200 s"),
    ("interval", {"hours": 0.5}, {"minutes": 30}, "every 1800 s"),
    (
        "crontab", {"minute": 0, "hour": "*/6", "day_of_week": "mon-fri"},
        {"minute": "0", "hour": "*/6", "day_of_month": "*", "month_of_year": "*", "day_of_week": "1-5"},
        "cron 0 */6 * * 1-5",
    ),
    (
        "crontab", {"minute": 0, "hour": 2, "day": 1, "month": 7},
        {"minute": "0", "hour": "2", "day_of_month": "1", "month_of_year": "7", "day_of_week": "*"},
        "cron 0 2 1 7 *",
    ),
    (
        "solar", {"event": "sunset", "lat": 52.52, "lon": 13.41},
        {"event": "sunset", "latitude": 52.52, "longitude": 13.41, "offset": 0}, "sunset at 52.52, 13.41",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value", "shown", "told"), VALUES, ids=str)
def test_every_documented_type_is_taken_and_told_again(
    admin: FlaskClient, kind: str, value: dict[str, Any], shown: dict[str, Any], told: str
) -> None:
    item = add(admin, schedule_type=kind, schedule_value=value).get_json()["schedule"]
    assert (item["schedule_type"], item["schedule_value"], item["describe"]) == (kind, shown, told)
    again = act(admin, action="modify", name="custom-fetch", schedule_type=kind, schedule_value=shown)
    assert again.get_json()["schedule"]["describe"] == told


def test_a_crontab_has_a_zone(admin: FlaskClient) -> None:
    item = add(
        admin, schedule_type="crontab", schedule_value={"hour": 2, "minute": 30}, timezone="europe/berlin"
    ).get_json()["schedule"]
    assert (item["timezone"], item["describe"]) == ("Europe/Berlin", "cron 30 2 * * * Europe/Berlin")
    moved = act(admin, action="modify", name="custom-fetch", schedule_value={"hour": 3, "minute": 0})
    assert moved.get_json()["schedule"]["describe"] == "cron 0 3 * * * Europe/Berlin"
    moved = act(admin, action="modify", name="custom-fetch", timezone="UTC")
    assert moved.get_json()["schedule"]["describe"] == "cron 0 3 * * *"


@pytest.mark.parametrize(
    "given",
    [
        {"args": [{"max_results": 10}, 5]},
        {"kwargs": {"filters": {"max_results": 10}, "limit": 5}},
        {"params": {"filters": {"max_results": 10}, "limit": 5}},
        {"args": [{"max_results": 10}], "kwargs": {"limit": 5}},
    ],
    ids=str,
)
def test_parameters_are_given_by_place_or_by_name(admin: FlaskClient, given: dict[str, Any]) -> None:
    item = add(admin, **given).get_json()["schedule"]
    assert item["params"] == item["kwargs"] == {"filters": {"max_results": 10}, "limit": 5}


def test_a_schedule_is_disabled_enabled_modified_and_removed(admin: FlaskClient) -> None:
    add(admin)
    item = act(admin, action="disable", name="custom-fetch").get_json()["schedule"]
    assert (item["enabled"], item["next_run"]) == (False, None)
    assert act(admin, action="enable", name="custom-fetch").get_json()["schedule"]["enabled"] is True
    item = act(
        admin,
        action="modify",
        name="custom-fetch",
        schedule_value={"minutes": 5},
        args=[None, 3],
        enabled=False,
    ).get_json()["schedule"]
    assert (item["schedule_value"], item["params"]["limit"], item["enabled"]) == ({"minutes": 5}, 3, False)
    body = act(admin, action="remove", name="custom-fetch").get_json()
    assert (body["success"], body["schedule"]["name"]) == (True, "custom-fetch")
    assert admin.get(PATH).get_json()["count"] == len(DECLARED)
    assert act(admin, action="remove", name="custom-fetch").status_code == 404


def test_a_schedule_may_be_added_disabled(admin: FlaskClient) -> None:
    assert add(admin, enabled=False).get_json()["schedule"]["enabled"] is False


def test_a_removed_declared_schedule_is_not_listed_and_can_be_restored(admin: FlaskClient) -> None:
    assert "restore" in act(admin, action="remove", name="maintenance.sweep").get_json()["message"]
    body = admin.get(PATH).get_json()
    assert [one["name"] for one in body["schedules"]] == [
        one for one in DECLARED if one != "maintenance.sweep"
    ]
    assert (body["count"], body["next_cursor"]) == (len(DECLARED) - 1, None)
    admin.post("/api/schedules/maintenance.sweep/restore")
    assert admin.get(PATH).get_json()["count"] == len(DECLARED)


@pytest.mark.parametrize("action", ["remove", "modify", "enable", "disable"])
def test_an_unknown_schedule_is_404(admin: FlaskClient, action: str) -> None:
    more = {"enabled": True} if action == "modify" else {}
    assert act(admin, action=action, name="nothing", **more).status_code == 404


def test_a_name_that_is_taken_is_409(admin: FlaskClient) -> None:
    add(admin)
    assert add(admin).status_code == 409


BAD: list[tuple[dict[str, Any], set[str]]] = [
    ({"action": "explode"}, {"action"}),
    ({"action": None}, {"action"}),
    ({"name": None}, {"name"}),
    ({"name": "a/b"}, {"name"}),
    (
        {"task": None, "schedule_type": None, "schedule_value": None},
        {"task", "schedule_type", "schedule_value"},
    ),
    ({"task": "src.tasks.scheduled_tasks.nothing"}, {"task"}),
    ({"task": 5}, {"task"}),
    ({"task": 5, "args": [1]}, {"task"}),
    ({"schedule_type": "moon"}, {"schedule_type"}),
    ({"schedule_type": ["interval"]}, {"schedule_type"}),
    ({"schedule_value": 7200}, {"schedule_value"}),
    ({"schedule_value": {}}, {"schedule_value"}),
    ({"schedule_value": {"hours": 0}}, {"schedule_value.hours"}),
    ({"schedule_value": {"hours": "2"}}, {"schedule_value.hours"}),
    ({"schedule_value": {"hours": -2}}, {"schedule_value.hours"}),
    ({"schedule_value": {"hours": True}}, {"schedule_value.hours"}),
    ({"schedule_value": {"hours": 1e300}}, {"schedule_value.hours"}),
    ({"schedule_value": {"seconds": 1.5}}, {"schedule_value.seconds"}),
    ({"schedule_value": {"fortnights": 1}}, {"schedule_value.fortnights"}),
    ({"schedule_type": "crontab", "schedule_value": {"minute": 61}}, {"schedule_value.minute"}),
    ({"schedule_type": "crontab", "schedule_value": {"minute": 0, "hour": "x"}}, {"schedule_value.hour"}),
    ({"schedule_type": "crontab", "schedule_value": {"day": 31, "month": 2}}, {"schedule_value"}),
    ({"schedule_type": "crontab", "schedule_value": {"day": 1, "day_of_week": 1}}, {"schedule_value"}),
    ({"schedule_type": "crontab", "schedule_value": {"second": 1}}, {"schedule_value.second"}),
    ({"schedule_type": "crontab", "schedule_value": {"hour": 2}, "timezone": "Mars/Base"}, {"timezone"}),
    ({"timezone": "Europe/Berlin"}, {"timezone"}),
    (
        {"schedule_type": "solar", "schedule_value": {"event": "moonrise", "lat": 1, "lon": 1}},
        {"schedule_value.event"},
    ),
    (
        {"schedule_type": "solar", "schedule_value": {"event": "sunset", "lat": 99, "lon": 1}},
        {"schedule_value.lat"},
    ),
    (
        {"schedule_type": "solar", "schedule_value": {"event": "sunset", "lat": 1}},
        {"schedule_value.longitude"},
    ),
    ({"kwargs": {"zz": 1}}, {"kwargs.zz"}),
    ({"params": {"limit": "x"}}, {"params.limit"}),
    ({"args": [None, "x"]}, {"args.limit"}),
    ({"args": [None], "kwargs": {"limit": "x"}}, {"kwargs.limit"}),
    ({"task": "demo.add"}, {"kwargs.a"}),
    ({"args": [1, 2, 3]}, {"args"}),
    ({"args": {"limit": 1}}, {"args"}),
    ({"args": [{}], "kwargs": {"filters": {}}}, {"args"}),
    ({"kwargs": [1]}, {"kwargs"}),
    ({"kwargs": {}, "params": {}}, {"params"}),
    ({"enabled": "yes"}, {"enabled"}),
    ({"colour": "red"}, {"colour"}),
]


@pytest.mark.parametrize(("changes", "named"), BAD, ids=[str(changes) for changes, _ in BAD])
def test_what_is_wrong_is_named_as_this_route_calls_it(
    admin: FlaskClient, changes: dict[str, Any], named: set[str]
) -> None:
    assert fields(add(admin, **changes)) == named
    assert admin.get(PATH).get_json()["count"] == len(DECLARED)


def test_a_modification_of_nothing_is_said_so(admin: FlaskClient) -> None:
    add(admin)
    assert fields(act(admin, action="modify", name="custom-fetch")) == {"schedule_value"}
    assert fields(act(admin, action="enable", name="custom-fetch", enabled=True)) == {"enabled"}


def test_other_kinds_of_schedules_are_shown_too(admin: FlaskClient) -> None:
    body = {"name": "one", "job": JOB, "trigger": "once at 2099-01-01T00:00:00Z"}
    admin.post("/api/schedules", json=body)
    (item,) = (each for each in admin.get(PATH).get_json()["schedules"] if each["name"] == "one")
    assert (item["schedule_type"], item["schedule_value"]) == ("once", {"at": "2099-01-01T00:00:00Z"})
