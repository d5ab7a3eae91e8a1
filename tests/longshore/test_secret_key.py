"""The key that signs sessions."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from app import create_app
from longshore import secret_key
from longshore.settings import Settings


def settings(folder: Path, **given: object) -> Settings:
    """Settings with no key unless one is given."""
    return Settings(_env_file=None, var_dir=folder, **{"secret_key": SecretStr(""), **given})


def test_a_crowd_that_starts_at_once_agrees_on_one_whole_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: secret_key.find(settings(tmp_path)), range(32)))
    (key,) = keys
    assert len(key) == 64
    assert [one.name for one in tmp_path.iterdir()] == ["secret_key"]
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_production_without_a_key_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="SECRET_KEY must be set"):
        create_app(settings(tmp_path, environment="production"))
