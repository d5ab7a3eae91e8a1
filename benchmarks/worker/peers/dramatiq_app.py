"""Dramatiq: broker and results in the benchmark's Redis; its own middleware as it comes."""

import logging
import os

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.results import Results
from dramatiq.results.backends import RedisBackend

from benchmarks.worker.peers import plain

logging.basicConfig(level=logging.WARNING)  # its command has no such option, only --skip-logging
_url = os.environ["REDIS_URL"]
# Keys that show what they are, so that results can be counted.
results = RedisBackend(url=_url, use_namespace_prefix_keys=True)
broker = RedisBroker(url=_url)
broker.add_middleware(Results(backend=results, store_results=True))
dramatiq.set_broker(broker)
noop = dramatiq.actor(plain.noop)
now = dramatiq.actor(plain.now)
