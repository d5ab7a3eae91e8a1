"""When workers that died at their start are tried again."""

from __future__ import annotations

from longshore.restarts import LONGEST_WAIT, Restarts


def waits(restarts: Restarts, deaths: int, *, now: float = 100.0, redis: bool = False) -> list[float]:
    """Seconds between each of some deaths, one second after birth, and the next try."""
    found = []
    for _ in range(deaths):
        restarts.died(now, now + 1, redis=redis)
        now += 1
        found.append(next(n / 4 for n in range(1000) if restarts.allowed(now + n / 4)))
        now += found[-1]
    return found


def test_each_try_waits_twice_as_long_up_to_a_limit() -> None:
    assert waits(Restarts(), 7) == [0.5, 1, 2, 4, 8, LONGEST_WAIT, LONGEST_WAIT]


def test_after_some_tries_in_a_row_there_is_no_hope() -> None:
    restarts = Restarts(tries=3)
    waits(restarts, 2)
    assert not restarts.hopeless
    waits(restarts, 1, now=200)
    assert restarts.hopeless


def test_a_redis_that_is_away_never_ends_hope() -> None:
    restarts = Restarts(tries=3)
    assert waits(restarts, 100, redis=True)[-1] == LONGEST_WAIT
    assert not restarts.hopeless


def test_workers_that_were_started_together_count_once() -> None:
    restarts = Restarts(tries=2)
    for death in (10.1, 10.2, 10.3):
        restarts.died(10.0, death)
    assert not restarts.hopeless
    assert not restarts.allowed(10.5)
    assert restarts.allowed(10.6)


def test_a_worker_that_has_lived_is_replaced_at_once() -> None:
    restarts = Restarts()
    restarts.died(0, 10)
    assert restarts.allowed(10)


def test_a_worker_that_lives_ends_the_row() -> None:
    restarts = Restarts(tries=3)
    waits(restarts, 2)
    restarts.lives(born=200, now=209)
    assert not restarts.allowed(102)
    restarts.lives(born=200, now=210)
    assert restarts.allowed(102)


def test_one_that_lived_before_the_trouble_says_nothing_about_it() -> None:
    restarts = Restarts()
    restarts.died(100, 101)
    restarts.lives(born=0, now=101)
    assert not restarts.allowed(101)
