"""Huey: queue and results in the benchmark's Redis, all else as it comes."""

import os

from huey import RedisHuey

from benchmarks.worker.peers import plain

huey = RedisHuey("bench", url=os.environ["REDIS_URL"])
noop = huey.task(name="noop")(plain.noop)
now = huey.task(name="now")(plain.now)
