from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from longshore import secret_key
from longshore.errors import SettingsError
from longshore.local import environment
from longshore.local.stand_in import StandIn
from longshore.settings import load


@pytest.fixture(autouse=True)
def _clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("SECRET_KEY", "ENVIRONMENT", "REDIS_URL", "PORT", "HOST", "VAR_DIR"):
        monkeypatch.delenv(name, raising=False)


def test_a_development_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    settings = load(var_dir=tmp_path / "var")
    key = secret_key.find(settings)
    assert len(key) >= 32
    assert secret_key.find(settings) == key
    assert stat.S_IMODE((tmp_path / "var" / "secret_key").stat().st_mode) == 0o600


def test_a_given_key_is_used_and_none_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "given, and long enough")
    assert secret_key.find(load(var_dir=tmp_path)) == "given, and long enough"
    assert not (tmp_path / "secret_key").exists()


def test_production_without_a_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SECRET_KEY must be set"):
        secret_key.find(load(var_dir=tmp_path, environment="production"))


def test_children_see_env_file_under_shell_under_launcher(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("WEB_THREADS=7\nCOLOUR=file\nPORT=1\n")
    monkeypatch.setenv("COLOUR", "shell")
    env = environment.children(load(port=8123), "redis://here")
    assert (env["WEB_THREADS"], env["COLOUR"], env["PORT"]) == ("7", "shell", "8123")
    assert (env["REDIS_URL"], env["PYTHONUNBUFFERED"]) == ("redis://here", "1")
    assert env["VAR_DIR"] == str(tmp_path / "var")


def test_the_variables_file_can_be_sourced_and_is_private(tmp_path: Path) -> None:
    path = environment.write_variables({"REDIS_URL": "unix:///a 'b'", "PATH": os.environ["PATH"]}, tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    shown = subprocess.run(
        ["bash", "-c", f'source "{path}" && printf %s "$REDIS_URL"'],
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout == "unix:///a 'b'"


@pytest.mark.parametrize(
    ("shell", "file", "host"),
    [
        (None, None, "127.0.0.1"),
        ("", None, "127.0.0.1"),
        ("localhost", None, "127.0.0.1"),
        ("0.0.0.0", "10.0.0.1", "0.0.0.0"),
        (None, "10.0.0.1", "10.0.0.1"),
    ],
)
def test_web_listens_on_this_machine_only_unless_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shell: str | None, file: str | None, host: str
) -> None:
    if shell is not None:
        monkeypatch.setenv("HOST", shell)
    if file is not None:
        (tmp_path / ".env").write_text(f"HOST={file}\n")
    assert environment.children(load(), "redis://here")["HOST"] == host


def test_a_host_that_is_no_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "x86_64-conda-linux-gnu")
    with pytest.raises(SettingsError, match=r"^HOST='x86_64-conda-linux-gnu' is not valid: it takes an IP"):
        environment.children(load(), "redis://here")


@pytest.mark.parametrize(
    ("host", "reached"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("10.0.0.1", "10.0.0.1")],
)
def test_the_address_to_ask_is_one_where_web_listens(host: str, reached: str) -> None:
    assert environment.reached_at({"HOST": host}) == reached


def test_the_sandbox_is_told_to_the_children_and_to_other_terminals(tmp_path: Path) -> None:
    stand_in = StandIn("http://127.0.0.1:8001", "python -m sandbox --port 8001", "", asked_for=False)
    for env in (
        environment.children(load(), "redis://here", stand_in),
        environment.decided(load(), "redis://here", stand_in),
    ):
        assert (env["UPSTREAMS"], env["SANDBOX_URL"]) == ("sandbox", "http://127.0.0.1:8001")
    assert "UPSTREAMS" not in environment.decided(load(), "redis://here")
