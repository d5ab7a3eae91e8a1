"""`flask release-check`: its output and exit code."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from redis import Redis
from rq import Queue

from longshore.settings import Settings
from tests.conftest import install
from web.cli import release

Check = Callable[[], Result]


@pytest.fixture
def check(settings: Settings) -> Check:
    """A function that runs the command."""
    return lambda: CliRunner().invoke(release.command, prog_name="release-check")


def test_it_ends_well_where_all_would_run(check: Check) -> None:
    done = check()
    assert done.exit_code == 0
    assert done.stdout.startswith("all that waits runs on this code")


def test_it_fails_with_a_table_of_what_would_not(check: Check, redis: Redis) -> None:
    stock = Queue("default", connection=redis, serializer="json")
    ids = [stock.enqueue("jobs.shop.gone", n).id for n in range(3)]
    done = check()
    heading, row, result = done.stdout.splitlines()
    assert done.exit_code == 1
    assert heading.split()[:4] == ["count", "where", "queue", "job"]
    assert row.split()[:4] == ["3", "queued", "default", "jobs.shop.gone"]
    assert row.split()[4] in ids
    assert result.startswith("3 would not run on this code")


def test_redis_away_is_one_line(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    away = settings.model_copy(update={"redis_url": "redis://user:hunter2@127.0.0.1:1/0"})
    for _ in install(away, monkeypatch):
        done = CliRunner().invoke(release.command)
        assert done.exit_code == 1
        assert "REDIS_URL" in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert "hunter2" not in done.output
