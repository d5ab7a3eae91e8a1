"""Settings: read from the environment, and a wrong one is a line that says what is right."""

from __future__ import annotations

from pathlib import Path

import pytest

from longshore import settings
from longshore.errors import SettingsError


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder and environment."""
    monkeypatch.chdir(tmp_path)
    for name in settings.Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)
    return tmp_path


def test_defaults_need_nothing() -> None:
    now = settings.load()
    assert now.sql_url == "sqlite:///var/longshore.db"
    assert now.worker_queues == ()


def test_the_environment_wins_over_the_env_file(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / ".env").write_text("PORT=1234\nTOKEN_DAYS=7\n")
    monkeypatch.setenv("PORT", "4321")
    now = settings.load()
    assert (now.port, now.token_days) == (4321, 7)


def test_celerys_name_for_the_broker_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELERY_BROKER_URL", "redis://elsewhere:6379/3")
    assert settings.load().redis_url == "redis://elsewhere:6379/3"


def test_queues_are_comma_separated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKER_QUEUES", "schedules, default,")
    assert settings.load().worker_queues == ("schedules", "default")


def test_herokus_postgres_url_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://u:p@h:5432/d")
    assert settings.load().sql_url == "postgresql+psycopg://u:p@h:5432/d"


@pytest.mark.parametrize(
    ("name", "value", "takes"),
    [
        ("PORT", "eighty", "valid integer"),
        ("PORT", "99999", "less than or equal to 65535"),
        ("ENVIRONMENT", "prod", "'development' or 'production'"),
        ("WORKER_CONCURRENCY", "0", "greater than or equal to 1"),
        ("PUBLIC_RATE_LIMIT", "often", "120/minute"),
        ("REDIS_URL", "localhost:6379", "redis://"),
        ("DATABASE_URL", "mysql://x", "postgresql://"),
        ("DATABASE_URL", "postgresql://u:p@h:x/d", "a port that is a number"),
        ("REDIS_URL", "redis://:hunter2/x@127.0.0.1:1/0", "%2F"),
        ("REDIS_URL", "redis://127.0.0.1:port/0", "a port that is a number"),
        ("SECRET_KEY", "short", "16 characters"),
    ],
)
def test_a_wrong_value_is_one_line_with_name_and_what_it_takes(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, takes: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        settings.load()
    text = str(caught.value)
    assert text.startswith(f"{name}=")
    assert takes in text
    assert "\n" not in text
    assert (value in text) != name.endswith(("_URL", "_KEY"))


def test_a_secret_does_not_reach_the_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "rdis://user:hunter2@host")
    with pytest.raises(SettingsError) as caught:
        settings.load()
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(caught.value.__cause__)
