"""The API's description says of every route what it takes, who may use it and what it answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from longshore import keys
from longshore.catalog import catalog
from longshore.schedules import ledger
from longshore.schedules import spec as specs
from longshore.schedules.aside import SetAside
from longshore.schedules.spec import ScheduleSpec
from web import auth
from web.openapi import schedules, shapes

Operation = dict[str, Any]
BODY = {"400", "411", "413", "415", "422"}


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    """What /openapi.json answers."""
    found: dict[str, Any] = client.get("/openapi.json").get_json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, Operation]]:
    """Each operation with its method and path."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method} {path}", operation


def resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """What a node says, or what it refers to."""
    if "$ref" not in node:
        return node
    found: Any = document
    for part in node["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    assert isinstance(found, dict)
    return found


def references(node: Any) -> Iterator[dict[str, Any]]:
    """Every `$ref` below a node."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_every_route_of_the_api_has_an_entry_with_its_answers(app: Flask, document: dict[str, Any]) -> None:
    described = dict(operations(document))
    rules = [one for one in app.url_map.iter_rules() if one.rule.startswith("/api")]
    assert len(rules) > 10
    with app.app_context():
        for rule in rules:
            path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                operation = described[f"{method.lower()} {path}"]
                assert any(status.startswith("2") for status in operation["responses"])
                if auth.access_of(rule.endpoint) == "admin":
                    assert "401" in operation["responses"]
                    assert operation["security"] == [{"bearer": []}]
                else:
                    assert {} in operation.get("security", [{}])


def test_every_error_is_a_problem_document(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        for status, response in operation["responses"].items():
            if status.startswith("2") or (name, status) == ("get /ready", "503"):
                continue
            content = resolved(document, response)["content"]
            assert content == {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            }


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    found = list(references(document))
    assert len(found) > 20
    for one in found:
        assert resolved(document, one)


def test_names_of_operations_are_not_shared(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in operations(document)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", [one.name for one in catalog])
def test_every_job_has_an_entry_with_its_parameters(document: dict[str, Any], name: str) -> None:
    job = catalog.get(name)
    item = document["paths"][f"/api/jobs/{name}"]
    assert set(item) == {"post"}
    operation = item["post"]
    schema = resolved(document, operation["requestBody"]["content"]["application/json"]["schema"])
    assert set(schema["properties"]) == set(job.parameters.schema["properties"])
    assert operation["requestBody"]["required"] == bool(job.parameters.schema.get("required"))
    assert [one["name"] for one in operation["parameters"]] == ["delay", "run_at", "Idempotency-Key"]
    assert BODY | {"202", "401", "403", "503"} <= set(operation["responses"])
    assert ("200" in operation["responses"]) == (job.inline is not None)
    for_admins = operation["security"] == [{"bearer": []}]
    assert for_admins == (job.access == "admin")
    assert ("429" in operation["responses"]) != for_admins


@pytest.mark.parametrize("name", [one.name for one in catalog])
def test_every_job_has_an_entry_for_its_batches(document: dict[str, Any], name: str) -> None:
    operation = document["paths"][f"/api/jobs/{name}/batch"]["post"]
    body = operation["requestBody"]
    tasks = body["content"]["application/json"]["schema"]["properties"]["tasks"]
    assert body["required"]
    assert (tasks["minItems"], tasks["maxItems"]) == (1, keys.BATCH_LIMIT)
    assert tasks["items"] == {"$ref": f"#/components/schemas/{name}"}
    assert [one["name"] for one in operation["parameters"]] == ["Idempotency-Key"]


@pytest.mark.parametrize(
    ("operation", "statuses"),
    [
        ("post /api/jobs/{job}", BODY | {"200", "202", "401", "403", "404", "429", "503"}),
        ("post /api/schedule/async", BODY | {"202", "401", "403", "429", "503"}),
        ("post /api/schedule/repair", BODY | {"202", "401", "403", "404", "429", "503"}),
        ("get /api/schedule/{schedule_id}.ics", {"200", "404", "422", "429", "503"}),
        ("get /api/schedule/feeds/{feed}", {"200", "404", "429", "503"}),
        ("get /api/schedule/leagues", {"200", "401", "422", "503"}),
        ("post /api/schedule/leagues", BODY | {"201", "401", "403", "409", "503"}),
        ("put /api/schedule/leagues/{name}", BODY | {"200", "201", "401", "403", "503"}),
        ("delete /api/schedule/leagues/{name}", {"200", "401", "403", "404", "503"}),
        ("get /api/jobs", {"200", "429"}),
        ("get /api/tasks", {"200", "401", "422", "503"}),
        ("get /api/tasks/{task_id}", {"200", "404", "429", "503"}),
        ("post /api/tasks/{task_id}/cancel", {"200", "401", "403", "404", "409", "503"}),
        ("delete /api/tasks/{task_id}", {"200", "401", "403", "404", "409", "503"}),
        ("post /api/tasks/{task_id}/retry", {"202", "401", "403", "404", "409", "503"}),
        ("get /api/tasks/{task_id}/logs", {"200", "401", "404", "422", "503"}),
        ("get /api/schedules", {"200", "401", "422", "503"}),
        ("post /api/schedules", BODY | {"201", "401", "403", "409", "503"}),
        ("put /api/schedules/{name}", BODY | {"200", "401", "403", "404", "412", "503"}),
        ("delete /api/schedules/{name}", {"200", "401", "403", "404", "412", "503"}),
        ("post /api/schedules/{name}/run", BODY | {"202", "401", "403", "404", "503"}),
        ("post /api/schedules/preview", BODY | {"200", "401", "403", "503"}),
        ("get /api/v2/tasks/schedule", {"200", "422", "429", "503"}),
        ("post /api/v2/tasks/schedule", BODY | {"200", "201", "401", "403", "404", "409", "503"}),
        ("get /health", {"200"}),
        ("get /ready", {"200", "503"}),
    ],
)
def test_an_operation_names_what_it_can_answer_and_no_more(
    document: dict[str, Any], operation: str, statuses: set[str]
) -> None:
    assert set(dict(operations(document))[operation]["responses"]) == statuses


def test_events_are_a_stream_of_text(document: dict[str, Any]) -> None:
    operation = document["paths"]["/api/tasks/{task_id}/events"]["get"]
    assert set(operation["responses"]["200"]["content"]) == {"text/event-stream"}
    assert "Last-Event-ID" in [one["name"] for one in operation["parameters"]]


def test_a_league_schedules_own_route_has_its_own_default(document: dict[str, Any]) -> None:
    body = document["paths"]["/api/schedule/async"]["post"]["requestBody"]
    own = body["content"]["application/json"]["schema"]["properties"]
    assert own["force_regenerate"]["default"] is False
    job = document["components"]["schemas"]["league.generate_schedule"]["properties"]
    assert job["force_regenerate"]["default"] is True
    assert set(own) == set(job)
    assert not body["required"]


def test_answers_have_the_shapes_that_are_described(client: FlaskClient, admin: FlaskClient) -> None:
    """Strictly: with no member that the shape does not name."""

    def fits(shape: type[shapes.Shape], answer: Any) -> bool:
        return set(shape.model_validate(answer).model_dump()) == set(shape.model_fields)

    queued = client.post("/api/jobs/demo.add", json={"a": 1}).get_json()
    batch = admin.post("/api/jobs/demo.add/batch", json={"tasks": [{"a": 1}]}).get_json()
    wrong = client.post("/api/jobs/demo.add", json={"a": "x"}).get_json()
    assert fits(shapes.Queued, queued)
    assert fits(shapes.Batch, batch)
    assert fits(shapes.Problem, wrong)
    assert fits(shapes.Task, admin.get(queued["status_url"]).get_json())
    assert fits(shapes.Task, client.get(queued["status_url"]).get_json())
    assert fits(shapes.Tasks, admin.get("/api/tasks").get_json())
    assert fits(shapes.Started, client.post("/api/schedule/async", json={}).get_json())


def test_answers_about_schedules_have_the_shapes_that_are_described(
    client: FlaskClient, admin: FlaskClient, redis: Redis
) -> None:
    def fits(shape: type[shapes.Shape], answer: Any) -> bool:
        return set(shape.model_validate(answer).model_dump()) == set(shape.model_fields) == set(answer)

    form = {"name": "nightly", "job": "demo.add", "params": {"a": 1}, "trigger": "Every 3 hours"}
    made = admin.post("/api/schedules", json=form)
    redis.lpush(keys.slots("nightly"), ledger.record(datetime(2026, 5, 9, 12, tzinfo=UTC), "fired", 0.01))
    aside = SetAside("e1", "demo.gone", "default", "no such job", due=1e9, at=1.5e9)
    redis.hset(keys.aside(), aside.entry_id, aside.text())
    assert fits(schedules.ScheduleShape, made.get_json())
    listed = admin.get("/api/schedules").get_json()
    assert fits(schedules.Schedules, listed)
    assert fits(schedules.SlotShape, listed["schedules"][1]["last_slot"])
    assert fits(schedules.SlotOfTask, admin.get("/api/schedules/nightly/slots").get_json()["slots"][0])
    assert fits(schedules.AsideShape, admin.get("/api/set-aside").get_json()["entries"][0])
    documented = client.get("/api/v2/tasks/schedule").get_json()
    assert fits(schedules.DocumentedList, documented)
    assert set(documented["schedules"][0]) == {*schedules.Documented.model_fields, "timezone"}
    done = admin.post("/api/v2/tasks/schedule", json={"action": "disable", "name": "nightly"}).get_json()
    assert set(done) == {*schedules.Acted.model_fields, "schedule"}
    stale = admin.patch("/api/schedules/nightly", json={"note": "x"}, headers={"If-Match": '"0"'})
    assert shapes.Problem.model_validate(stale.get_json()).etag == stale.headers["ETag"]


def test_the_form_of_a_schedule_has_an_example_for_each_member(document: dict[str, Any]) -> None:
    body = document["paths"]["/api/schedules"]["post"]["requestBody"]
    form, named = body["content"]["application/json"]["schema"]["allOf"]
    assert (body["required"], named) == (True, {"required": ["name"]})
    members = resolved(document, form)["properties"]
    assert set(members) == {"name", *ScheduleSpec.model_fields}
    specs.read({name: one["examples"][0] for name, one in members.items() if name != "name"})
    kinds = [resolved(document, one) for one in members["trigger"]["anyOf"] if "$ref" in one]
    assert [one["title"] for one in kinds] == ["Interval", "Cron", "Solar", "Once"]
    assert all("kind" in one["required"] for one in kinds)
    assert "string" in [one.get("type") for one in members["trigger"]["anyOf"]]
    for duration in (members["jitter"], members["expires"], kinds[0]["properties"]["every"]):
        assert [one["type"] for one in duration["anyOf"]] == ["integer", "string"]


def test_an_edit_of_a_schedule_takes_if_match_and_answers_an_etag(document: dict[str, Any]) -> None:
    for operation in ("put", "patch", "delete"):
        found = document["paths"]["/api/schedules/{name}"][operation]
        assert "If-Match" in [one["name"] for one in found["parameters"]]
        assert "ETag" in found["responses"]["200"]["headers"]
