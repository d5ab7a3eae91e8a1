"""How long failures wait, and which are tried again."""

from __future__ import annotations

import random

import pytest

from longshore.retries import MAX_DELAY, RetryPolicy, policy


def test_exponential_waits_double_and_jitter_adds_a_tenth_at_most() -> None:
    waits = RetryPolicy(retries=3, base=300).delays(random.Random(1))
    for wait, least in zip(waits, (300, 600, 1200), strict=True):
        assert least <= wait <= least * 1.1


def test_jitter_keeps_tasks_apart_that_failed_together() -> None:
    rng = random.Random(1)
    assert len({tuple(RetryPolicy(retries=3, base=300).delays(rng)) for _ in range(20)}) == 20


def test_fixed_waits_stay_and_none_is_longer_than_a_day() -> None:
    assert RetryPolicy(3, "fixed", 600, jitter=0).delays(random.Random(1)) == [600, 600, 600]
    assert RetryPolicy(30, base=300, jitter=0).delays(random.Random(1))[-1] == MAX_DELAY


@pytest.mark.parametrize(
    ("error", "again"),
    [(ValueError(), True), (KeyError(), False), (UnicodeError(), False), (OSError(), False)],
)
def test_an_error_is_tried_again_if_it_is_listed_and_not_given_up(error: Exception, again: bool) -> None:
    chosen = policy(3, "exponential", "5m", (ValueError, KeyError), (KeyError, UnicodeError))
    assert chosen.allows(error) is again
    assert chosen.base == 300
