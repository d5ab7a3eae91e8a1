"""The classes under test are in place in every process of a run, or the process ends."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conformance.one_file import INSIDE, ROOT

SAY = """
import socket, rq_scheduler, rq_scheduler.scheduler
from rq_scheduler.scripts import rqscheduler
found = [rq_scheduler.Scheduler, rq_scheduler.scheduler.Scheduler, rqscheduler.Scheduler]
print(*{f"{one.__module__}:{one.__name__}" for one in found})
print(*{address[1] for *_, address in socket.getaddrinfo("localhost", 6379, type=socket.SOCK_STREAM)})
"""


def said(scheduler: str) -> subprocess.CompletedProcess[str]:
    """What a process of a run with this class says."""
    environment = {
        "CONFORMANCE_REDIS_PORT": "12345",
        "CONFORMANCE_SCHEDULER": scheduler,
        "CONFORMANCE_WORKER": "stock",
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(map(str, (INSIDE, ROOT))),
    }
    command = [sys.executable, "-c", SAY]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("longshore.clock:Clock", "longshore.clock:Clock"),
        ("stock", "rq_scheduler.scheduler:Scheduler"),
    ],
)
def test_the_scheduler_is_the_one_asked_for_in_the_package_and_in_its_command(asked: str, found: str) -> None:
    assert said(asked).stdout.splitlines()[0] == found


def test_port_6379_of_this_machine_is_another_one() -> None:
    assert said("stock").stdout.splitlines()[1] == "12345"


@pytest.mark.parametrize("name", ["longshore.clock:None", "nowhere:Clock", "rq_scheduler:Scheduler"])
def test_a_process_without_the_class_asked_for_runs_nothing(name: str) -> None:
    done = said(name)
    assert (done.returncode, done.stdout) == (70, "")
