"""The launcher as a whole, with a small house in place of ours, which bin/check_fresh_clone.sh starts."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[3]
READY = "Ctrl-C stops everything."
NOT_PASSED_ON = (
    "REDIS_URL",
    "SECRET_KEY",
    "HOST",
    "UPSTREAMS",
    "ODDS_API_KEY",
    "SANDBOX_URL",
    "SANDBOX_FILES",
)

APP = """
import click, flask
app = flask.Flask(__name__)

@app.get("/ready")
def ready():
    return {}

@app.get("/api/tasks")
def tasks():
    return {}, 200 if "for-start.sh" in flask.request.headers["Authorization"] else 401

@app.post("/api/refresh")
def refresh():
    with open("refreshes", "a") as file:
        file.write(flask.request.headers["Authorization"] + "\\n")
    return {}, 202

@app.cli.group()
def token():
    pass

@token.command()
@click.option("--scope")
@click.option("--label")
@click.option("--quiet", is_flag=True)
def create(scope, label, quiet):
    with open("tokens", "a") as file:
        file.write("made\\n")
    click.echo(f"a-token-of-{scope}-for-{label}")
"""

WORKER = """
import os, redis, time
redis.Redis.from_url(os.environ["REDIS_URL"]).rpush("starts", os.getpid())
if os.fork() == 0:
    os.setpgrp()
time.sleep(600)
"""

PROCFILE = """
release: echo migrated > migrated
web: flask --app app run --host ${HOST:-0.0.0.0} --port ${PORT}
worker: true && python worker.py
"""


@dataclass
class House:
    """A folder with a small application, and the launchers that were started in it."""

    folder: Path
    port: int

    @property
    def var(self) -> Path:
        return self.folder / "my var"

    def start(self, **env: str) -> subprocess.Popen[str]:
        base = {key: value for key, value in os.environ.items() if key not in NOT_PASSED_ON}
        own = {"PYTHONPATH": str(ROOT), "PORT": str(self.port), "VAR_DIR": str(self.var), "UPSTREAMS": "live"}
        with open(self.folder / "log", "w") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "longshore.local"],
                cwd=self.folder,
                env=base | own | env,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def wait_until_ready(self) -> None:
        wait_until(lambda: READY in self.log(), 30)

    def alive(self) -> list[int]:
        """Whatever has our VAR_DIR in its environment: launcher, guard, Redis, children and theirs."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if (
                    entry.name.isdigit()
                    and f"VAR_DIR={self.var}".encode() in (entry / "environ").read_bytes()
                ):
                    found.append(int(entry.name))
            except OSError:
                continue
        return found

    def command_of(self, pid: int) -> str:
        try:
            return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()
        except OSError:
            return ""

    def running(self, command: str) -> list[int]:
        return [pid for pid in self.alive() if self.command_of(pid).endswith(command)]


@pytest.fixture
def house(tmp_path: Path, free_port: int) -> Iterator[House]:
    if sys.platform != "linux":
        pytest.skip("reads /proc")
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "worker.py").write_text(WORKER)
    (tmp_path / "Procfile").write_text(PROCFILE)
    made = House(tmp_path, free_port)
    yield made
    for pid in made.alive():
        with contextlib.suppress(ProcessLookupError):  # it may have ended since
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def launch(house: House) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts launchers, and closes after them."""
    started: list[subprocess.Popen[str]] = []

    def start(**env: str) -> subprocess.Popen[str]:
        started.append(house.start(**env))
        return started[-1]

    yield start
    for process in started:
        process.terminate()  # a killed one leaves its Redis to the next start, which does not come
        _ended(process)


def _ended(process: subprocess.Popen[str]) -> int:
    return process.wait(40)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_comes_up_says_so_and_leaves_nothing(
    house: House, launch: Callable[..., subprocess.Popen[str]], number: signal.Signals
) -> None:
    launcher = launch()
    house.wait_until_ready()
    assert "a-token-of-admin-for-start.sh" in house.log()
    assert (house.folder / "migrated").exists()
    assert "REDIS_URL=unix://" in (house.var / "env").read_text()
    launcher.send_signal(number)
    assert _ended(launcher) == 0
    assert house.alive() == []
    assert not (house.var / "env").exists()


@pytest.mark.slow
def test_the_first_start_with_the_sandbox_has_the_odds_read(
    house: House, launch: Callable[..., subprocess.Popen[str]]
) -> None:
    for _ in range(2):
        process = launch(UPSTREAMS="sandbox")
        house.wait_until_ready()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    asked = (house.folder / "refreshes").read_text().splitlines()
    assert asked == ["Bearer a-token-of-admin-for-start.sh"]


@pytest.mark.slow
@pytest.mark.parametrize(("kept", "made"), [("an-older-token-for-start.sh", 0), ("one-that-expired", 1)])
def test_a_kept_token_is_shown_again_as_long_as_it_is_good(
    house: House, launch: Callable[..., subprocess.Popen[str]], kept: str, made: int
) -> None:
    house.var.mkdir()
    (house.var / "admin_token").write_text(kept)
    launch()
    house.wait_until_ready()
    shown = "a-token-of-admin-for-start.sh" if made else kept
    assert shown in house.log()
    assert (house.var / "admin_token").read_text() == shown
    tokens = house.folder / "tokens"
    assert (tokens.read_text().count("made") if tokens.exists() else 0) == made


@pytest.mark.slow
def test_a_second_start_is_refused_and_harms_nothing(
    house: House, launch: Callable[..., subprocess.Popen[str]]
) -> None:
    first = launch()
    house.wait_until_ready()
    before = sorted(house.alive())
    assert _ended(launch()) == 1
    assert f"Longshore already runs on {house.var} (pid {first.pid})" in house.log()
    assert sorted(house.alive()) == before


@pytest.mark.slow
def test_a_killed_worker_comes_back_without_its_old_horse(
    house: House, launch: Callable[..., subprocess.Popen[str]]
) -> None:
    launch()
    house.wait_until_ready()
    old = wait_until(
        lambda: len(house.running("python worker.py")) >= 2 and house.running("python worker.py")
    )
    os.kill(min(old), signal.SIGKILL)
    wait_until(lambda: len(set(house.running("python worker.py")) - set(old)) >= 2, 15)
    assert not set(house.alive()) & set(old)
    assert "worker" in house.log()


@pytest.mark.slow
def test_a_killed_launcher_leaves_nothing_and_the_next_start_works(
    house: House, launch: Callable[..., subprocess.Popen[str]]
) -> None:
    launcher = launch()
    house.wait_until_ready()
    launcher.kill()
    _ended(launcher)
    second = launch()
    house.wait_until_ready()
    second.send_signal(signal.SIGINT)
    assert _ended(second) == 0
    wait_until(lambda: house.alive() == [], 15)


def test_a_release_that_fails_stops_the_start_with_its_output(
    house: House, launch: Callable[..., subprocess.Popen[str]]
) -> None:
    (house.folder / "Procfile").write_text("release: echo no such table >&2; exit 3\nweb: sleep 600\n")
    assert _ended(launch()) == 1
    assert "no such table\nThe release line of the Procfile failed (exit code 3)" in house.log()
    assert house.alive() == []


def test_a_taken_port_is_one_line(house: House, launch: Callable[..., subprocess.Popen[str]]) -> None:
    with socket.create_server(("127.0.0.1", house.port)):
        assert _ended(launch()) == 1
    assert house.log().count("\n") == 1
    assert f"Port {house.port} is taken" in house.log()


def test_a_redis_that_does_not_answer_is_one_line_without_its_password(
    house: House, launch: Callable[..., subprocess.Popen[str]]
) -> None:
    assert _ended(launch(REDIS_URL="redis://:hush@127.0.0.1:1/0")) == 1
    assert house.log().count("\n") == 1
    assert "Redis at redis://127.0.0.1:1/0 does not answer" in house.log()
    assert "hush" not in house.log()


def test_a_wrong_setting_is_one_line_and_exit_code_2(
    house: House, launch: Callable[..., subprocess.Popen[str]]
) -> None:
    assert _ended(launch(PORT="eighty")) == 2
    assert house.log().count("\n") == 1
    assert house.log().startswith("PORT='eighty' is not valid")


def test_a_key_that_is_too_short_is_one_line_and_exit_code_2(
    house: House, launch: Callable[..., subprocess.Popen[str]]
) -> None:
    assert _ended(launch(SECRET_KEY="short12")) == 2
    assert house.log().count("\n") == 1
    assert house.log().startswith("SECRET_KEY=(hidden) is not valid: it takes 16 characters or more")


def test_a_var_dir_that_cannot_be_made_is_one_line_and_exit_code_2(
    house: House, launch: Callable[..., subprocess.Popen[str]]
) -> None:
    assert _ended(launch(VAR_DIR="/proc/x")) == 2
    assert house.log().count("\n") == 1
    assert house.log().startswith("VAR_DIR=/proc/x is not valid")


@pytest.mark.slow
def test_a_terminal_that_sourced_the_variables_can_start_the_house_again(
    house: House, launch: Callable[..., subprocess.Popen[str]]
) -> None:
    first = launch(UPSTREAMS="sandbox", SANDBOX_URL=f"http://127.0.0.1:{another_port(house.port)}")
    house.wait_until_ready()
    variables = sourced(house)
    assert "HOST" not in variables
    first.send_signal(signal.SIGINT)
    assert _ended(first) == 0
    names = ("REDIS_URL", "SECRET_KEY", "UPSTREAMS", "SANDBOX_URL")
    launch(**{name: variables[name] for name in names})
    house.wait_until_ready()
    wait_until(lambda: marked(variables["SANDBOX_URL"]))


def sourced(house: House) -> dict[str, str]:
    """What another terminal has after sourcing the variables."""
    lines = (house.var / "env").read_text().splitlines()
    return {
        name: value.strip("'")
        for name, value in (line.removeprefix("export ").split("=", 1) for line in lines)
    }


def marked(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.headers["x-longshore-sandbox"] == "1"
    except OSError:
        return False


@pytest.mark.slow
def test_without_a_key_a_sandbox_runs_says_so_and_comes_back_when_it_is_killed(
    house: House, launch: Callable[..., subprocess.Popen[str]]
) -> None:
    url = f"http://127.0.0.1:{another_port(house.port)}"
    launcher = launch(UPSTREAMS="sandbox", SANDBOX_URL=url)
    house.wait_until_ready()
    assert f"made up, none is real: from the sandbox at {url}" in house.log()
    variables = sourced(house)
    assert (variables["UPSTREAMS"], variables["SANDBOX_URL"]) == ("sandbox", url)
    command = f"-m sandbox --port {url.rpartition(':')[2]}"
    wait_until(lambda: marked(url))
    old = house.running(command)
    for pid in old:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: set(house.running(command)) - set(old) and marked(url), 15)
    launcher.send_signal(signal.SIGINT)
    assert _ended(launcher) == 0
    assert house.alive() == []


@pytest.mark.slow
def test_a_sandbox_that_runs_already_is_used_and_left_alone(
    house: House, launch: Callable[..., subprocess.Popen[str]]
) -> None:
    port = another_port(house.port)
    theirs = subprocess.Popen([sys.executable, "-m", "sandbox", "--port", str(port)], cwd=ROOT)
    try:
        wait_until(lambda: marked(f"http://127.0.0.1:{port}"))
        launcher = launch(UPSTREAMS="sandbox", SANDBOX_URL=f"http://127.0.0.1:{port}")
        house.wait_until_ready()
        assert house.running(f"--port {port}") == []
        launcher.send_signal(signal.SIGINT)
        assert _ended(launcher) == 0
        assert marked(f"http://127.0.0.1:{port}")
    finally:
        theirs.terminate()
        theirs.wait()


def test_a_place_of_the_sandbox_that_is_taken_is_one_line(
    house: House, launch: Callable[..., subprocess.Popen[str]]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert _ended(launch(UPSTREAMS="sandbox", SANDBOX_URL=f"http://127.0.0.1:{port}")) == 1
    assert house.log().count("\n") == 1
    assert f"port {port} is taken by another process" in house.log()


def another_port(port: int) -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return found if (found := int(probe.getsockname()[1])) != port else another_port(port)


@pytest.mark.slow
@pytest.mark.parametrize(("env", "address"), [({}, "0100007F"), ({"HOST": "0.0.0.0"}, "00000000")])
def test_web_listens_on_this_machine_only_unless_told(
    house: House, launch: Callable[..., subprocess.Popen[str]], env: dict[str, str], address: str
) -> None:
    launch(**env)
    house.wait_until_ready()
    listening = Path("/proc/net/tcp").read_text()
    assert f" {address}:{house.port:04X} 00000000:0000 0A " in listening


@pytest.mark.slow
def test_a_process_that_cannot_start_stops_the_house_with_its_last_lines(
    house: House, launch: Callable[..., subprocess.Popen[str]]
) -> None:
    (house.folder / "Procfile").write_text(
        "web: echo no such key; exit 3\nworker: true && python worker.py\n"
    )
    assert _ended(launch()) == 1
    last, why = house.log().splitlines()[-2:]
    assert last == "no such key"
    assert why.startswith("web cannot start")
    assert house.alive() == []
