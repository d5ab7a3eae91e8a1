"""/api/schedules/<name>: changing, pausing, deleting and restoring, and who was faster."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.api.making import FORM, SWEEP, fields, make


def test_a_schedule_is_replaced_and_changed(admin: FlaskClient) -> None:
    make(admin, overlap="skip")
    new = {"job": "demo.add", "params": {"a": 2}, "trigger": "0 2 * * *"}
    body = admin.put("/api/schedules/nightly", json=new).get_json()
    assert (body["params"], body["overlap"], body["describe"]) == ({"a": 2}, None, "cron 0 2 * * *")
    body = admin.patch("/api/schedules/nightly", json={"overlap": "queue", "jitter": "1m"}).get_json()
    assert (body["params"], body["overlap"], body["jitter"]) == ({"a": 2}, "queue", 60)
    assert admin.patch("/api/schedules/nightly", json={"overlap": None}).get_json()["overlap"] is None


def test_what_was_answered_may_be_sent_back(admin: FlaskClient) -> None:
    body = make(admin).get_json()
    again = admin.put("/api/schedules/nightly", json={**body, "note": "new"})
    assert (again.status_code, again.get_json()["note"]) == (200, "new")


def test_a_change_of_nothing_changes_nothing(admin: FlaskClient) -> None:
    answer = admin.patch(f"/api/schedules/{SWEEP}", json={})
    assert (answer.get_json()["origin"], answer.get_json()["version"]) == ("declared", 0)


@pytest.mark.parametrize(
    "body", [{"name": "other"}, {"paused": True}, {"paused_until": "2099-01-01T00:00:00Z"}, {"deleted": True}]
)
def test_what_is_changed_elsewhere_is_said_so(admin: FlaskClient, body: dict[str, Any]) -> None:
    make(admin)
    answer = admin.patch("/api/schedules/nightly", json=body)
    assert (answer.status_code, fields(answer)) == (422, set(body))


def test_a_declared_schedule_shows_both_forms_once_it_is_changed(admin: FlaskClient) -> None:
    assert admin.get(f"/api/schedules/{SWEEP}").get_json()["declared"] is None
    body = admin.patch(f"/api/schedules/{SWEEP}", json={"trigger": "0 5 * * *"}).get_json()
    assert (body["origin"], body["changed_by"], body["trigger"]["expression"]) == (
        "overridden", "tests", "0 5 * * *",
    )  # fmt: skip
    assert body["declared"]["trigger"]["expression"] == "17 3 * * *"
    body = admin.post(f"/api/schedules/{SWEEP}/restore").get_json()
    assert (body["origin"], body["trigger"]["expression"]) == ("declared", "17 3 * * *")


def test_a_deleted_declared_schedule_is_shown_and_only_restored(admin: FlaskClient) -> None:
    body = admin.delete(f"/api/schedules/{SWEEP}").get_json()
    assert (body["deleted"], body["next_run"], body["declared"]["job"]) == (True, None, SWEEP)
    (listed,) = (one for one in admin.get("/api/schedules").get_json()["schedules"] if one["name"] == SWEEP)
    assert listed["deleted"]
    assert admin.get(f"/api/schedules/{SWEEP}").status_code == 200
    assert admin.patch(f"/api/schedules/{SWEEP}", json={"note": "x"}).status_code == 404
    assert admin.post(f"/api/schedules/{SWEEP}/run").status_code == 404
    assert admin.post(f"/api/schedules/{SWEEP}/restore").get_json()["deleted"] is False


def test_a_made_schedule_is_deleted_for_good(admin: FlaskClient) -> None:
    make(admin)
    body = admin.delete("/api/schedules/nightly").get_json()
    assert (body["name"], body["deleted"], body["next_run"]) == ("nightly", True, None)
    assert admin.get("/api/schedules/nightly").status_code == 404


def test_a_pause_has_no_next_run_and_one_with_an_end_has_the_first_after_it(admin: FlaskClient) -> None:
    make(admin)
    body = admin.post("/api/schedules/nightly/pause").get_json()
    assert (body["paused"], body["paused_by"], body["next_run"]) == (True, "tests", None)
    until = {"until": "2099-01-01T03:00:00Z"}
    body = admin.post("/api/schedules/nightly/pause", json=until).get_json()
    assert (body["paused_until"], body["next_run"]) == ("2099-01-01T03:00:00.000Z",) * 2
    body = admin.post("/api/schedules/nightly/resume").get_json()
    assert (body["paused"], body["paused_until"]) == (False, None)
    assert body["next_run"] < "2099"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"until": "2001-01-01T00:00:00Z"}, "until"),
        ({"until": "tomorrow"}, "until"),
        ({"until": 5}, "until"),
        ({"till": "2099-01-01T00:00:00Z"}, "till"),
    ],
)
def test_a_wrong_pause_names_the_field(admin: FlaskClient, body: dict[str, Any], field: str) -> None:
    make(admin)
    answer = admin.post("/api/schedules/nightly/pause", json=body)
    assert (answer.status_code, fields(answer)) == (422, {field})
    assert admin.get("/api/schedules/nightly").get_json()["paused"] is False


CHANGES: list[tuple[str, str, Any]] = [
    ("PUT", "", FORM),
    ("PATCH", "", {"note": "x"}),
    ("DELETE", "", None),
    ("POST", "/pause", {}),
    ("POST", "/resume", {}),
]


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
def test_a_change_holds_only_if_nobody_else_was_faster(
    admin: FlaskClient, method: str, path: str, body: Any
) -> None:
    old = make(admin).headers["ETag"]
    new = admin.patch("/api/schedules/nightly", json={"note": "theirs"}).headers["ETag"]
    assert new != old == admin.get("/api/schedules/nightly").headers["ETag"].replace(new, old)
    stale = admin.open(f"/api/schedules/nightly{path}", method=method, json=body, headers={"If-Match": old})
    assert (stale.status_code, stale.headers["ETag"], stale.get_json()["etag"]) == (412, new, new)
    assert new in stale.get_json()["detail"]
    assert admin.get("/api/schedules/nightly").get_json()["note"] == "theirs"
    header = {"If-Match": f'"other", {new}'}
    assert (
        admin.open(f"/api/schedules/nightly{path}", method=method, json=body, headers=header).status_code
        == 200
    )


@pytest.mark.parametrize(
    ("if_match", "name", "status"),
    [("*", "nightly", 200), ("*", "nothing", 404), ("W/{}", "nightly", 412), ("", "nightly", 412)],
)
def test_any_version_will_do_for_a_star_and_none_for_a_weak_tag(
    admin: FlaskClient, if_match: str, name: str, status: int
) -> None:
    header = {"If-Match": if_match.format(make(admin).headers["ETag"])}
    assert admin.patch(f"/api/schedules/{name}", json={"note": "x"}, headers=header).status_code == status
