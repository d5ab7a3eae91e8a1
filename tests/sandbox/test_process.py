"""`python -m sandbox`: it starts, says where it answers, and stops at once."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).parents[2]
Processes = list[subprocess.Popen[str]]


@pytest.fixture
def processes() -> Iterator[Processes]:
    started: Processes = []
    yield started
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(processes: Processes, *arguments: str, **env: str) -> subprocess.Popen[str]:
    given = {name: value for name, value in os.environ.items() if name != "SANDBOX_FILES"}
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", *arguments],
        cwd=ROOT,
        env=given | env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    processes.append(process)
    return process


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_stop_and_waits_for_nobody(
    processes: Processes, free_port: int, number: signal.Signals
) -> None:
    process = start(processes, "--port", str(free_port))
    assert first_line(process).startswith(f"http://127.0.0.1:{free_port} answers")
    url = f"http://127.0.0.1:{free_port}/the-odds-api/v4/sports?apiKey=any"
    assert requests.get(url, timeout=10).status_code == 200
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.get(f"{url}&fault=stall&seconds=500", timeout=0.1)
    process.send_signal(number)
    assert process.wait(10) == 0


def test_a_taken_port_is_one_line(processes: Processes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = start(processes, "--port", str(port))
        _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert said == f"sandbox: port {port} of 127.0.0.1 cannot be had: Address already in use\n"


def test_files_are_named_by_the_environment_too_and_must_be_there(
    processes: Processes, tmp_path: Path, free_port: int
) -> None:
    process = start(processes, "--port", str(free_port), SANDBOX_FILES=str(tmp_path))
    _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert said == f"sandbox: {tmp_path} is no folder with recorded answers (*.json)\n"


def test_a_port_that_is_none_is_refused(processes: Processes) -> None:
    process = start(processes, "--port", "99999")
    _, said = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "a number from 1 to 65535" in said
