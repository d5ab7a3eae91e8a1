"""Runs wrk against one route and reads its report."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 32
POST_SCRIPT = str(Path(__file__).with_name("enqueue.lua"))
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True)
class Load:
    """What wrk saw: requests a second, the 99th percentile in ms, and how many answers were errors."""

    per_second: float
    p99_ms: float
    errors: int


def constant(port: int, seconds: float) -> Load:
    """Load the route that answers a constant."""
    return _wrk(f"http://127.0.0.1:{port}/constant", seconds)


def enqueue(port: int, seconds: float) -> Load:
    """Load the route that enqueues."""
    return _wrk(f"http://127.0.0.1:{port}/enqueue", seconds, "--script", POST_SCRIPT)


def _wrk(url: str, seconds: float, *options: str) -> Load:
    argv = ["wrk", "--latency", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:g}s", *options, url]
    report = subprocess.run(argv, check=True, capture_output=True, text=True).stdout
    return parse(report)


def parse(report: str) -> Load:
    """Read wrk's report. Raises ValueError if it is not one."""
    rate = re.search(r"Requests/sec:\s+([\d.]+)", report)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s|m)\b", report)
    if not rate or not p99:
        raise ValueError(report)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", report)
    sockets = re.search(r"Socket errors: (.*)", report)
    counts = re.findall(r"\d+", (refused[1] if refused else "") + " " + (sockets[1] if sockets else ""))
    return Load(float(rate[1]), float(p99[1]) * UNITS[p99[2]], sum(map(int, counts)))
