"""Running a job here and now, without Redis: `flask jobs run`, and the fallback when Redis is away."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from longshore.catalog import Job, load

TIMEOUT = 20
"""Most seconds that a caller waits for an inline run; a web request may not wait for longer."""


def call(job: Job, params: Mapping[str, Any]) -> Any:
    """Run the function in this process and return its result as JSON would hold it.

    Raises:
        InvalidParameters: names each field at fault.
        Exception: whatever the job raises.
    """
    result = job.func(**job.parameters.bind(params))
    return job.returns.dump_python(result, mode="json", warnings="error")


def run(job: Job, params: Mapping[str, Any], timeout: float = TIMEOUT) -> dict[str, Any]:
    """Run the job in a child process, which is killed at its deadline; a thread could not be stopped.

    Args:
        job: what to run.
        params: its parameters; checked here, so that bad ones are the caller's error.
        timeout: seconds; the job's own limit if that is shorter.

    Returns:
        `status` SUCCESS and `result`, or `status` FAILURE and `error` with type and message.

    Raises:
        InvalidParameters: names each field at fault.
    """
    payload = job.parameters.payload(job.parameters.check(params))
    try:
        done = subprocess.run(
            [sys.executable, "-m", "longshore.inline", job.name],
            input=json.dumps(payload),
            capture_output=True,
            text=True,
            timeout=min(timeout, job.timeout),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        return _failure(
            "Deadline", f"It took longer than {error.timeout:g} s, which is all that a request waits."
        )
    lines = done.stdout.strip().splitlines()
    if not lines:
        return _failure("ProcessDied", f"Its process ended with code {done.returncode} and no result.")
    answer: dict[str, Any] = json.loads(lines[-1])
    return answer


def _failure(kind: str, message: str) -> dict[str, Any]:
    return {"status": "FAILURE", "error": {"type": kind, "message": message}}


def main(name: str) -> None:
    """The child: parameters on standard input, the answer as the last line of standard output."""
    try:
        result = call(load().get(name), json.load(sys.stdin))
        answer = {"status": "SUCCESS", "result": result}
    except Exception as error:  # whatever the job raises is its answer
        answer = _failure(type(error).__name__, str(error)[:2_000])
    sys.stdout.write("\n" + json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
