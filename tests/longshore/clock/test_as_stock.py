"""What the clock has to have of rq-scheduler's Scheduler, beyond what rq-scheduler's own tests ask for."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NoConnection
from redis.retry import Retry
from rq import Queue
from rq_scheduler import Scheduler

from longshore.clock import Clock

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
pytestmark = pytest.mark.timeout(20)  # of a run that does not end by itself


def work() -> None:
    """What is scheduled; nothing runs it here."""


@pytest.fixture
def signals() -> Iterator[None]:
    """Handlers of signals as they were."""
    before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def run_until_looked(clock: Clock, number: signal.Signals, look: Callable[[], Any] = lambda: None) -> None:
    """Run a clock that gets a signal behind its first look."""
    tick = clock.tick

    def last() -> float:
        pause = tick()
        look()
        signal.raise_signal(number)
        return pause

    clock.tick = last  # type: ignore[method-assign]
    clock.run()


@pytest.mark.usefixtures("signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_run_with_an_exit_code_of_0(redis: Redis, number: signal.Signals) -> None:
    with pytest.raises(SystemExit) as ended:
        run_until_looked(Clock(connection=redis), number)
    assert not ended.value.code
    assert not redis.exists(Scheduler.scheduler_lock_key)


@pytest.mark.usefixtures("signals")
@pytest.mark.parametrize("led_by", ["", "another"])
def test_its_birth_and_its_death_are_in_redis_for_a_while(redis: Redis, led_by: str) -> None:
    clock, seen = Clock(connection=redis, interval=5), []
    if led_by:
        redis.set(Scheduler.scheduler_lock_key, led_by)
    with pytest.raises(SystemExit):
        run_until_looked(
            clock, signal.SIGTERM, lambda: seen.append((redis.hkeys(clock.key), redis.ttl(clock.key)))
        )
    ((born, ttl),) = seen
    assert born == [b"birth"]
    assert 0 < ttl <= 15
    assert redis.hexists(clock.key, "death")
    assert 0 < redis.ttl(clock.key) <= 60


def test_its_birth_is_noted_anew_in_a_redis_that_has_lost_it(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, now = Clock(connection=redis), [100.0]
    monkeypatch.setattr("longshore.clock.time.monotonic", lambda: now[0])
    clock._beat()
    redis.flushall()
    clock._beat()
    assert not redis.exists(clock.key)  # an idle clock asks Redis for little
    now[0] += 5
    clock._beat()
    assert redis.hexists(clock.key, "birth")


# With burst


@pytest.mark.usefixtures("signals")
@pytest.mark.parametrize("interval", [60, 0])
def test_burst_fires_all_that_is_due_however_many_that_are(redis: Redis, interval: float) -> None:
    clock = Clock(connection=redis, interval=interval)
    for _ in range(501):  # more than one look takes
        clock.enqueue_at(LONG_AGO, work)
    later = clock.enqueue_at(datetime.now(UTC) + timedelta(hours=1), work)
    clock.run(burst=True)
    assert Queue(connection=redis).count == 501
    assert redis.zrange(clock.scheduled_jobs_key, 0, -1) == [later.id.encode()]


@pytest.mark.usefixtures("signals")
@pytest.mark.parametrize("interval", [60, 0])
def test_burst_leaves_what_is_due_to_the_clock_that_leads(redis: Redis, interval: float) -> None:
    clock = Clock(connection=redis, interval=interval)
    redis.set(Scheduler.scheduler_lock_key, "another")
    clock.enqueue_at(LONG_AGO, work)
    clock.run(burst=True)
    assert redis.zcard(clock.scheduled_jobs_key) == 1
    assert redis.get(Scheduler.scheduler_lock_key) == b"another"


@pytest.mark.usefixtures("signals")
def test_burst_does_not_pass_over_a_redis_that_is_away() -> None:
    nowhere = Redis(unix_socket_path="/nowhere/redis.sock", retry=Retry(NoBackoff(), 0))
    with pytest.raises(NoConnection):
        Clock(connection=nowhere).run(burst=True)
