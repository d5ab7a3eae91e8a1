"""`flask schedules`: the same schedules as over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from redis import Redis
from rq import Queue

from app import create_app
from longshore import keys
from longshore.catalog import catalog
from longshore.clock import Clock
from longshore.schedules import book, ledger
from longshore.settings import Settings
from tests.conftest import install

Flask_ = Callable[..., Result]
MADE = ("schedules", "create", "nightly", "--job", "demo.add", "--param", "a=1")


@pytest.fixture
def flask(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask_:
    """A function that runs `flask …` as the user `jo`."""
    monkeypatch.setenv("LOGNAME", "jo")
    runner = app.test_cli_runner()
    return lambda *args: runner.invoke(args=[str(one) for one in args])


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--every", "2h"), "every 7200 s"),
        (("--every", "90"), "every 90 s"),
        (("--cron", "0 2 * * *"), "cron 0 2 * * *"),
        (("--cron", "0 2 * * *", "--zone", "Europe/Berlin"), "cron 0 2 * * * Europe/Berlin"),
        (("--solar", "sunset", "52.52", "13.41"), "sunset at 52.52, 13.41"),
        (("--solar", "sunset", "-33.9", "-70.1"), "sunset at -33.9, -70.1"),
        (("--at", "2099-01-01T09:00:00Z"), "once at 2099-01-01T09:00:00Z"),
        (("--phrase", "Daily 4:00 AM UTC"), "cron 0 4 * * *"),
        (("--json", '{"trigger": "Every 3 hours"}'), "every 10800 s"),
    ],
)
def test_a_schedule_is_made_as_the_options_say(flask: Flask_, options: tuple[str, ...], told: str) -> None:
    done = flask(*MADE, *options)
    assert done.exit_code == 0, done.output
    shown = json.loads(done.stdout)
    assert (shown["name"], shown["describe"], shown["params"]) == ("nightly", told, {"a": 1})
    assert shown["created_by"] == "cli:jo"
    assert shown == json.loads(flask("schedules", "show", "nightly").stdout)


def test_options_stand_where_the_form_has_them(flask: Flask_) -> None:
    options = ["overlap=skip", "misfire.policy=run_each", "misfire.limit=3", "jitter=30s", "market=NYSE",
               "calendar.of=US", "calendar.rule=skip", "priority=high", "note=for the night"]  # fmt: skip
    given = [part for one in options for part in ("--option", one)]
    shown = json.loads(flask(*MADE, "--every", "2h", *given).stdout)
    assert (shown["overlap"], shown["jitter"], shown["priority"]) == ("skip", 30, "high")
    assert shown["misfire"] == {"policy": "run_each", "grace": 60, "limit": 3}
    assert shown["conditions"] == {"calendar": {"of": "US", "rule": "skip"}, "market": "NYSE"}
    assert shown["note"] == "for the night"


def test_a_schedule_is_read_from_a_file(flask: Flask_, tmp_path: Path) -> None:
    path = tmp_path / "nightly.json"
    path.write_text('{"name": "nightly", "job": "demo.add", "params": {"a": 1}, "trigger": "Every 3 hours"}')
    assert json.loads(flask("schedules", "create", "--json", f"@{path}").stdout)["name"] == "nightly"


def test_an_edit_changes_what_is_given_and_no_more(flask: Flask_) -> None:
    flask(*MADE, "--cron", "0 2 * * *", "--zone", "Europe/Berlin", "--option", "overlap=skip")
    shown = json.loads(flask("schedules", "edit", "nightly", "--param", "b=2", "--cron", "0 3 * * *").stdout)
    assert (shown["params"], shown["overlap"]) == ({"a": 1, "b": 2}, "skip")
    assert shown["describe"] == "cron 0 3 * * * Europe/Berlin"
    shown = json.loads(flask("schedules", "edit", "nightly", "--zone", "UTC").stdout)
    assert shown["describe"] == "cron 0 3 * * *"
    assert flask("schedules", "edit", "nightly").exit_code == 2


def test_an_edit_that_somebody_else_has_overtaken_is_refused(
    flask: Flask_, monkeypatch: pytest.MonkeyPatch
) -> None:
    flask(*MADE, "--every", "2h")
    old = book.one(catalog, "nightly")
    flask("schedules", "edit", "nightly", "--option", "note=theirs")
    monkeypatch.setattr("web.cli.schedules.book.one", lambda *_: old)
    done = flask("schedules", "edit", "nightly", "--param", "b=2")
    assert done.exit_code == 1
    assert "changed by somebody else" in done.stderr


def test_a_schedule_is_paused_resumed_and_listed(flask: Flask_) -> None:
    flask(*MADE, "--every", "2h")
    assert "nightly is paused; next run: none" in flask("schedules", "pause", "nightly").stdout
    done = flask("schedules", "pause", "nightly", "--until", "2099-01-01T00:00:00Z")
    assert "paused until 2099-01-01T00:00:00.000Z; next run: 2099-01-01T00:00:00.000Z" in done.stdout
    listed = {line.split()[0]: line for line in flask("schedules", "list").stdout.splitlines()}
    assert listed["nightly"].split()[1] == "paused"
    assert listed["nightly"].endswith("demo.add  every 7200 s")
    assert "nightly is made; next run: 2" in flask("schedules", "resume", "nightly").stdout
    assert "nightly" not in flask("schedules", "list", "--queue", "maintenance").stdout


def test_a_declared_schedule_is_deleted_and_restored(flask: Flask_) -> None:
    assert "restore" in flask("schedules", "delete", "maintenance.sweep").stdout
    assert "deleted" in flask("schedules", "list").stdout
    assert flask("schedules", "run", "maintenance.sweep").exit_code == 1
    assert "is declared" in flask("schedules", "restore", "maintenance.sweep").stdout
    flask(*MADE, "--every", "2h")
    assert flask("schedules", "delete", "nightly").stdout == "deleted\n"


def test_a_schedule_runs_now(flask: Flask_, redis: Redis) -> None:
    flask(*MADE, "--every", "2h")
    task_id = flask("schedules", "run", "nightly").stdout.strip()
    assert Queue("default", connection=redis).job_ids == [task_id]


def test_a_schedule_is_previewed_as_it_is_or_as_it_would_be(
    flask: Flask_, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "longshore.schedules.preview.preview",
        lambda _redis, _catalog, document, count, name, now: [document["trigger"], count, name],
    )
    flask(*MADE, "--cron", "0 2 * * *")
    trigger, count, name = json.loads(flask("schedules", "preview", "nightly").stdout)
    assert (trigger["expression"], count, name) == ("0 2 * * *", 10, "nightly")
    changed = flask("schedules", "preview", "nightly", "--zone", "Europe/Berlin", "--count", "3")
    assert json.loads(changed.stdout)[:2] == [{**trigger, "zone": "Europe/Berlin"}, 3]
    new = flask("schedules", "preview", "--job", "demo.add", "--param", "a=1", "--phrase", "Every 3 hours")
    assert json.loads(new.stdout) == ["Every 3 hours", 10, None]


def test_an_export_is_a_python_file(flask: Flask_) -> None:
    flask(*MADE, "--every", "2h")
    done = flask("schedules", "export")
    compile(done.stdout, "cron_config.py", "exec")
    assert "name='nightly'" in done.stdout
    assert "# left out: maintenance.sweep" in done.stdout


def test_slots_are_told(flask: Flask_, redis: Redis) -> None:
    flask(*MADE, "--every", "2h")
    slot = book.one(catalog, "nightly").created_at
    assert slot is not None
    redis.lpush(keys.slots("nightly"), ledger.record(slot, "skipped", 0.5, "a holiday"))
    redis.lpush(keys.slots("nightly"), ledger.record(slot, "fired", 0.02))
    first, second = flask("schedules", "slots", "nightly").stdout.splitlines()
    assert "fired" in first
    assert first.endswith("expired")
    assert "skipped" in second
    assert second.endswith("0.500 s late  a holiday")


def test_a_listing_shows_what_the_clock_holds(flask: Flask_, redis: Redis) -> None:
    flask(*MADE, "--every", "2h")
    before = flask("schedules", "list").stdout
    clock = Clock(connection=redis, catalog=catalog)
    clock.tick()
    clock.leave()
    assert flask("schedules", "list").stdout == before


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("show", "nothing"), "no schedule named 'nothing'"),
        (("edit", "nothing", "--every", "2h"), "no schedule named"),
        (("slots", "nothing"), "no schedule named"),
        (("pause", "maintenance.sweep", "--until", "tomorrow"), "until: 'tomorrow' is no instant"),
        (("create", "x", "--job", "demo.gone", "--every", "2h"), "job: 'demo.gone' is not in the catalog"),
        (("create", "x", "--job", "demo.add", "--every", "2h"), "params.a: Field required"),
        (("create", "x", "--job", "demo.add", "--every", "0"), "trigger.every: an interval is at least"),
        (("create", "x", "--job", "demo.add", "--cron", "0 0 31 2 *"), "trigger.expression"),
        (("create", "a/b", "--job", "demo.add", "--every", "2h"), "name: 'a/b' is no name"),
        (("create", "x", "--every", "2h", "--cron", "0 2 * * *"), "give one of --every"),
        (("create", "x", "--every", "2h", "--zone", "UTC"), "--zone goes with --cron"),
        (("create", "x", "--every", "2h", "--option", "colour=red"), "--option colour"),
        (("create", "x", "--json", "[1]"), "--json takes a JSON object"),
        (("create", "x", "--json", "@nowhere.json"), "nowhere.json"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(flask: Flask_, args: tuple[str, ...], said: str) -> None:
    done = flask("schedules", *args)
    assert done.exit_code == 1, done.output
    assert said in done.stderr
    assert "Traceback" not in done.output


def test_schedules_are_changed_while_redis_is_away(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0", "redis_timeout": 0.2})
    for chosen in install(away, monkeypatch):
        runner = create_app(chosen).test_cli_runner()
        assert runner.invoke(args=[*MADE, "--every", "2h"]).exit_code == 0
        assert "nightly" in runner.invoke(args=["schedules", "list"]).stdout
