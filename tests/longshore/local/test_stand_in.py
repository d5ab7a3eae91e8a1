from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from longshore.local import stand_in
from longshore.local.stand_in import MARK, NoPlace
from longshore.settings import load
from sandbox.registry import Options, upstreams
from sandbox.server import MARK as REAL_MARK
from sandbox.server import Server, running
from sandbox.site import Site

NAMES = ("UPSTREAMS", "ODDS_API_KEY", "SANDBOX_URL", "SANDBOX_FILES", "ENVIRONMENT", "PORT")


@pytest.fixture(autouse=True)
def _clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which something listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def server() -> Iterator[Server]:
    with running(Site(upstreams(Options()), "")) as started:
        yield started


@pytest.mark.parametrize(
    ("env", "wanted", "asked_for"),
    [
        ({}, True, False),
        ({"ODDS_API_KEY": ""}, True, False),
        ({"ODDS_API_KEY": "a-key"}, False, False),
        ({"UPSTREAMS": "live"}, False, False),
        ({"UPSTREAMS": "sandbox"}, True, True),
        ({"UPSTREAMS": "sandbox", "ODDS_API_KEY": "a-key"}, True, True),
        ({"ENVIRONMENT": "production"}, False, False),
        ({"ENVIRONMENT": "production", "UPSTREAMS": "sandbox"}, True, True),
    ],
)
@pytest.mark.parametrize("by_file", [False, True])
def test_it_is_wanted_where_nobody_asked_for_the_real_ones_and_no_key_is_set(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    env: dict[str, str],
    wanted: bool,
    asked_for: bool,
    by_file: bool,
) -> None:
    if by_file:
        (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in env.items()))
    for name, value in env.items() if not by_file else ():
        monkeypatch.setenv(name, value)
    found = stand_in.find(load())
    assert (found is not None) is wanted
    assert found is None or found.asked_for is asked_for


def test_it_takes_the_next_free_port_after_that_of_the_web_process(taken: int) -> None:
    found = stand_in.find(load(port=taken - 1))
    assert found is not None
    port = int(found.url.rpartition(":")[2])
    assert taken < port < taken + 50
    assert found.command == f"python -m sandbox --port {port}"
    assert found.variables == {"UPSTREAMS": "sandbox", "SANDBOX_URL": f"http://127.0.0.1:{port}"}


def test_it_is_started_where_the_url_says() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    for host in ("127.0.0.1", "localhost"):
        found = stand_in.find(load(sandbox_url=f"http://{host}:{port}", sandbox_files="here"))
        assert found is not None
        assert (found.url, found.command) == (f"http://{host}:{port}", f"python -m sandbox --port {port}")
        assert found.files == "here"


def test_one_that_answers_there_already_is_used(server: Server) -> None:
    found = stand_in.find(load(sandbox_url=server.url))
    assert found is not None
    assert (found.url, found.command) == (server.url, None)


def test_one_on_another_machine_is_used() -> None:
    found = stand_in.find(load(sandbox_url="http://sandbox.internal:8001"))
    assert found is not None
    assert (found.url, found.command) == ("http://sandbox.internal:8001", None)


def test_something_else_in_its_place_is_named(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stand_in, "TIMEOUT", 0.1)
    with pytest.raises(
        NoPlace, match=f"port {taken} is taken by another process; leave it out, or change it"
    ):
        stand_in.find(load(sandbox_url=f"http://127.0.0.1:{taken}"))


def test_the_mark_by_which_it_is_known_is_the_one_that_it_sets() -> None:
    assert MARK == REAL_MARK
