"""A server that misbehaves, and upstreams whose time and sleep are the test's."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from pydantic import SecretStr
from redis import Redis

from longshore.upstream import Policy, Upstream
from tests.support.misbehaving_server import MisbehavingServer

KEYS = ("first-very-secret", "second-very-secret")


@dataclass
class Time:
    """The time, which only sleeping and the test move."""

    now: float = 1_772_366_400.0  # 2026-03-01T12:00:00Z
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with MisbehavingServer() as running:
        yield running


@pytest.fixture
def time() -> Time:
    return Time()


Make = Callable[..., Upstream]


@pytest.fixture
def make(server: MisbehavingServer, time: Time, redis: Redis) -> Make:
    """Makes an upstream at the server; options change its policy. Each is like another process's."""
    base = Policy(
        "Test Service", server.url, tuple(map(SecretStr, KEYS)), key_param="apiKey", rate=100.0, burst=100
    )

    def made(connection: Redis | None = redis, **options: Any) -> Upstream:
        return Upstream(
            replace(base, **options), connection, now=lambda: time.now, sleep=time.sleep, rng=random.Random(1)
        )

    return made
