"""Whatever happens in whatever order: no slot is decided twice, and none is left out."""

from __future__ import annotations

import pytest
from redis import Redis

from longshore.catalog import Catalog
from tests.support.clock_histories import History, declared


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """What the code declares."""
    return declared()


@pytest.mark.parametrize("emptied", [False, True], ids=["entries get lost", "redis is emptied"])
@pytest.mark.parametrize(
    "seeds", [range(6), pytest.param(range(6, 306), marks=[pytest.mark.slow, pytest.mark.soak])]
)
def test_random_histories_decide_each_slot_once(
    redis: Redis, redis_url: str, catalog: Catalog, seeds: range, emptied: bool
) -> None:
    for seed in seeds:
        redis.flushall()
        wrong = History(redis, redis_url, catalog, seed, emptied=emptied).run()
        assert not wrong, "\n".join([f"seed {seed}", *wrong])
