"""/api/schedules: what is shown of schedules, what may be made, and what is wrong with the rest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from redis import Redis
from redis.exceptions import ConnectionError
from rq_scheduler import Scheduler
from sqlalchemy.exc import OperationalError

from longshore.schedules import book, entries
from longshore.schedules.spec import ScheduleSpec
from longshore.schedules.table import ScheduleRow
from longshore.storage import session_scope
from tests.web.api.making import DECLARED, FORM, SWEEP, fields, make


def test_a_schedule_has_the_documented_shape(admin: FlaskClient) -> None:
    answer = make(admin, note="for the night")
    assert (answer.status_code, answer.headers["Location"]) == (201, "/api/schedules/nightly")
    body = answer.get_json()
    assert body == admin.get("/api/schedules/nightly").get_json()
    assert body["trigger"] == {"kind": "interval", "every": 10800, "anchor": "1970-01-01T00:00:00Z"}
    assert (body["job"], body["params"], body["note"]) == ("demo.add", {"a": 1}, "for the night")
    assert (body["origin"], body["declared"], body["version"], body["deleted"]) == ("made", None, 1, False)
    assert (body["created_by"], body["changed_by"]) == ("tests", "tests")
    assert (body["paused"], body["paused_until"], body["paused_by"]) == (False, None, "")
    assert (body["describe"], body["fault"], body["last_slot"]) == ("every 10800 s", "", None)
    assert body["url"] == "/api/schedules/nightly"


def test_schedules_are_listed_by_name_and_paged(admin: FlaskClient) -> None:
    for name in ("c", "a", "b"):
        make(admin, name)
    first = admin.get("/api/schedules?limit=2").get_json()
    assert ([one["name"] for one in first["schedules"]], first["total"]) == (["a", "b"], 3 + len(DECLARED))
    rest = admin.get(f"/api/schedules?limit=100&cursor={first['next_cursor']}").get_json()
    assert [one["name"] for one in rest["schedules"]] == ["c", *DECLARED]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(("query", "names"), [("job=demo.add", ["a"]), ("queue=maintenance", [SWEEP])])
def test_a_list_is_filtered_by_job_and_by_queue(admin: FlaskClient, query: str, names: list[str]) -> None:
    make(admin, "a")
    body = admin.get(f"/api/schedules?{query}").get_json()
    assert ([one["name"] for one in body["schedules"]], body["total"]) == (names, len(names))


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "colour=red"])
def test_a_bad_query_names_the_field(admin: FlaskClient, query: str) -> None:
    answer = admin.get(f"/api/schedules?{query}")
    assert (answer.status_code, fields(answer)) == (422, {query.split("=")[0]})


def test_the_next_run_is_computed_until_a_clock_has_it(
    admin: FlaskClient, redis: Redis, tick: Callable[..., None]
) -> None:
    computed = make(admin).get_json()["next_run"]
    tick()
    assert redis.zscore(Scheduler.scheduled_jobs_key, entries.entry_id("nightly"))
    assert admin.get("/api/schedules/nightly").get_json()["next_run"] == computed


def test_an_edit_shows_at_once_in_the_next_run(admin: FlaskClient, tick: Callable[..., None]) -> None:
    make(admin, trigger={"kind": "once", "at": "2099-01-01T00:00:00Z"})
    tick()
    answer = admin.patch("/api/schedules/nightly", json={"trigger": {"at": "2099-02-01T00:00:00Z"}})
    assert answer.get_json()["next_run"] == "2099-02-01T00:00:00.000Z"


def test_the_next_run_is_told_in_the_schedules_own_zone(admin: FlaskClient) -> None:
    trigger = {"kind": "cron", "expression": "30 9 1 7 *", "zone": "Europe/Berlin"}
    body = make(admin, trigger=trigger).get_json()
    assert body["next_run"].endswith("-07-01T07:30:00.000Z")
    assert body["next_run_local"].endswith("-07-01T09:30:00.000+02:00")


def test_the_next_run_is_one_that_no_condition_vetoes(admin: FlaskClient) -> None:
    weekdays = {"hours": {"from": "09:00", "to": "10:00", "zone": "UTC", "days": "wed"}}
    body = make(admin, trigger="Every 1 minute", conditions=weekdays).get_json()
    run = datetime.fromisoformat(body["next_run"])
    assert (run.weekday(), run.hour) == (2, 9)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"trigger": "0 0 31 2 *"}, "trigger"),
    ({"trigger": {"kind": "cron", "expression": "0 0 31 2 *"}}, "trigger.expression"),
    ({"trigger": {"kind": "cron", "expression": "0 2 * * *", "zone": "Europe/Berlim"}}, "trigger.zone"),
    ({"trigger": {"kind": "interval", "every": 0}}, "trigger.every"),
    ({"trigger": {"kind": "once", "at": "2001-01-01T00:00:00Z"}}, "trigger.at"),
    ({"trigger": {"kind": "moon"}}, "trigger"),
    ({"job": "demo.nothing"}, "job"),
    ({"params": {"a": "x"}}, "params.a"),
    ({"params": {"a": 1, "zz": 1}}, "params.zz"),
    ({"overlap": "sometimes"}, "overlap"),
    ({"jitter": "soon"}, "jitter"),
    ({"conditions": {"when": "demo.nothing"}}, "conditions.when"),
    ({"colour": "red"}, "colour"),
    ({"paused": True}, "paused"),
]


@pytest.mark.parametrize(("part", "field"), BAD, ids=[str(part) for part, _ in BAD])
def test_a_wrong_schedule_is_422_with_field_and_example(
    admin: FlaskClient, part: dict[str, Any], field: str
) -> None:
    answer = make(admin, "wrong", **part)
    assert (answer.status_code, fields(answer)) == (422, {field})
    assert "example" in answer.get_json()["errors"][0]
    assert admin.get("/api/schedules/wrong").status_code == 404


@pytest.mark.parametrize("name", ["a/b", "", "x" * 101, "-a", None, 5, "ä"])
def test_a_wrong_name_is_422(admin: FlaskClient, name: Any) -> None:
    answer = make(admin, name)
    assert (answer.status_code, fields(answer)) == (422, {"name"})


def test_a_name_that_is_taken_is_409(admin: FlaskClient) -> None:
    make(admin)
    assert make(admin).status_code == 409
    assert make(admin, SWEEP).status_code == 409
    admin.delete(f"/api/schedules/{SWEEP}")
    assert "restore" in make(admin, SWEEP).get_json()["detail"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", ""), ("put", ""), ("patch", ""), ("delete", ""), ("post", "/pause"), ("post", "/resume"),
        ("post", "/restore"), ("post", "/run"), ("get", "/slots"),
    ],
)  # fmt: skip
def test_an_unknown_schedule_is_404(admin: FlaskClient, method: str, path: str) -> None:
    body = FORM if method == "put" else {}
    answer = admin.open(f"/api/schedules/nothing{path}", method=method.upper(), json=body)
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_names_with_spaces_and_dots_have_addresses(admin: FlaskClient) -> None:
    url = make(admin, "every night. 2").get_json()["url"]
    assert admin.get(url).get_json()["name"] == "every night. 2"


def test_strangers_see_no_schedule(client: FlaskClient, admin: FlaskClient) -> None:
    make(admin)
    for path in ("", "/nightly", "/nightly/slots"):
        assert client.get(f"/api/schedules{path}").status_code == 401
    assert make(client, "theirs").status_code == 401


def test_a_schedule_that_this_code_cannot_run_says_why(admin: FlaskClient, redis: Redis) -> None:
    make(admin)
    with session_scope() as session:
        row = session.get(ScheduleRow, "nightly")
        assert row is not None
        row.spec = {**(row.spec or {}), "job": "demo.gone"}
    body = admin.get("/api/schedules/nightly").get_json()
    assert "demo.gone" in body["fault"]
    assert body["next_run"] is None
    assert admin.post("/api/schedules/nightly/run").status_code == 422
    assert admin.get("/api/schedules?job=demo.gone").get_json()["total"] == 1


def test_schedules_are_read_and_edited_while_redis_is_away(without_redis: FlaskClient) -> None:
    made = make(without_redis)
    assert (made.status_code, made.get_json()["last_slot"]) == (201, None)
    assert made.get_json()["next_run"] is not None
    assert without_redis.post("/api/schedules/nightly/pause").get_json()["paused"] is True
    assert without_redis.get("/api/schedules").get_json()["total"] == 1 + len(DECLARED)
    assert without_redis.post("/api/schedules/nightly/run").status_code == 503
    assert without_redis.get("/api/schedules/nightly/slots").status_code == 503


def test_sql_away_is_503(admin: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> None:
        raise OperationalError("SELECT", {}, Exception("no route to host"))

    monkeypatch.setattr(book, "every", away)
    answer = admin.get("/api/schedules")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


class TestPreview:
    """What is previewed is the business of `longshore.schedules.preview`, which has its own tests."""

    @pytest.fixture
    def asked(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
        """What the preview was asked for."""
        calls: list[tuple[Any, ...]] = []

        def preview(_: Redis, __: Any, document: Any, count: int, name: str | None, **___: Any) -> Any:
            calls.append((document, count, name))
            return {"runs": []}

        monkeypatch.setattr("longshore.schedules.preview.preview", preview)
        return calls

    def test_a_schedule_is_previewed_as_it_was_sent(
        self, admin: FlaskClient, asked: list[tuple[Any, ...]]
    ) -> None:
        answer = admin.post("/api/schedules/preview?count=3", json=FORM)
        assert (answer.status_code, answer.get_json()) == (200, {"runs": []})
        assert asked == [(FORM, 3, None)]

    def test_what_was_answered_may_be_previewed(
        self, admin: FlaskClient, asked: list[tuple[Any, ...]]
    ) -> None:
        admin.post("/api/schedules/preview", json=make(admin).get_json())
        ((document, count, name),) = asked
        assert (document.keys(), count, name) == (ScheduleSpec.model_fields.keys(), 10, "nightly")

    @pytest.mark.parametrize(
        ("path", "part", "field"),
        [
            ("?count=0", {}, "count"),
            ("?count=101", {}, "count"),
            ("", {"name": "a/b"}, "name"),
            ("", {"trigger": "0 0 31 2 *"}, "trigger"),
            ("", {"params": {}}, "params.a"),
        ],
    )
    def test_what_is_wrong_is_422_and_names_the_field(
        self, admin: FlaskClient, path: str, part: dict[str, Any], field: str
    ) -> None:
        answer = admin.post(f"/api/schedules/preview{path}", json={**FORM, **part})
        assert (answer.status_code, fields(answer)) == (422, {field})

    def test_nothing_is_saved(self, admin: FlaskClient, asked: list[tuple[Any, ...]]) -> None:
        admin.post(
            "/api/schedules/preview", json={"name": "x", "job": "demo.add", "trigger": "Every 3 hours"}
        )
        assert admin.get("/api/schedules/x").status_code == 404

    def test_the_runs_are_shown_while_redis_is_away(
        self, without_redis: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(*_: Any, **__: Any) -> None:
            raise ConnectionError("Redis is away")

        def runs(spec: ScheduleSpec, count: int, _now: datetime) -> dict[str, Any]:
            return {"runs": [spec.job] * count}

        monkeypatch.setattr("longshore.schedules.preview.preview", away)
        monkeypatch.setattr("longshore.schedules.preview.runs", runs)
        answer = without_redis.post("/api/schedules/preview?count=2", json=FORM)
        assert (answer.status_code, answer.get_json()) == (200, {"runs": ["demo.add"] * 2})
