"""Celery: broker and results in the benchmark's Redis, all else as it comes."""

import os

from celery import Celery

from benchmarks.worker.peers import plain

_url = os.environ["REDIS_URL"]
if _url.startswith("unix://"):
    _broker = _backend = "redis+socket://" + _url.removeprefix("unix://")
else:
    _broker = _backend = _url

app = Celery("bench", broker=_broker, backend=_backend)
noop = app.task(name="bench.noop")(plain.noop)
now = app.task(name="bench.now")(plain.now)
