"""The checks on each server that is here. What is missing is skipped with a reason, or fails in CI."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from tests.compat import servers
from tests.compat.checks import CHECKS
from tests.compat.servers import FAMILIES, Program

pytestmark = pytest.mark.slow
_HERE = {program.family: program for program in servers.found()}


@pytest.fixture(scope="module", params=FAMILIES)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server of each family."""
    program: Program | None = _HERE.get(request.param)
    if program is None and servers.is_excused(request.param):
        pytest.skip(f"no {request.param} here; LONGSHORE_COMPAT_SERVERS may name one")
    assert program is not None, f"{request.param} is missing, but comes with our requirements"
    with servers.serving(program, tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.mark.parametrize("check", CHECKS)
def test_the_worker_runs_on_every_server(server: str, tmp_path: Path, check: str) -> None:
    with Redis.from_url(server) as client:
        client.flushall()
    CHECKS[check](server, tmp_path)
