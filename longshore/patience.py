"""A worker that outlives the absence of Redis: at its start, while it listens for commands, and at its end.

What it does meanwhile with its tasks is in steps.py (the quick way) and recorder.py (RQ's).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq.utils import as_text

from longshore.caretaker import Caretaker
from longshore.connections import AWAY, is_away

_OF_ANSWERS = (RedisError, OSError, ValueError, TypeError, LookupError, AttributeError)
"""What redis-py raises when Redis is away, an answer is broken, or a connection was closed under it."""


class PatientWorker(Caretaker):
    """RQ's worker, which waits for Redis where RQ's ends."""

    def _set_connection(self, connection: Redis) -> Redis:
        """Leave the client as it is: nothing here blocks for RQ's 405 seconds."""
        return connection

    def first_steps(self, *logging_options: Any) -> None:
        """RQ's bootstrap; if it is not the first try, an earlier one may have registered us."""
        there = [as_text(one) if one else "" for one in self.connection.hmget(self.key, "pid", "hostname")]
        if there == [str(self.pid), self.hostname]:
            self.connection.delete(self.key)
        if self.pubsub_thread is not None:
            self.unsubscribe()
        self.get_redis_server_version()  # type: ignore[no-untyped-call]  # so that horses need not ask
        self.bootstrap(*logging_options)

    def _set_ip_address(self, connection: Redis) -> None:
        """As in RQ, which asks Redis; a worker may start before its Redis does."""
        self.until_there(lambda: super(PatientWorker, self)._set_ip_address(connection))

    def until_there(self, action: Callable[[], object]) -> bool:
        """Do what needs Redis, and wait for it if it is away: a dyno may start before its Redis does.

        Returns:
            Whether it was done; False if the worker was told to stop while Redis was away.
        """
        told = False
        while True:
            try:
                action()
                return True
            except RedisError as error:
                if not is_away(error):
                    raise
                if not told:
                    self.log.warning("Worker %s: Redis is away, waiting for it: %s", self.name, error)
                told = True
                if self.told_to_stop:
                    return False
                time.sleep(1)

    @property
    def told_to_stop(self) -> bool:
        """Whether a signal to stop has come."""
        return self._shutdown_requested_date is not None

    def unsubscribe(self) -> None:
        """As in RQ, which waits a second longer than it needs to."""
        if self.pubsub_thread:
            self.pubsub_thread.stop()
        super().unsubscribe()  # type: ignore[no-untyped-call]

    def teardown(self) -> None:
        """As in RQ, but Redis being away is no reason to end in an error."""
        try:
            super().teardown()  # type: ignore[no-untyped-call]
        except RedisError as error:
            if not is_away(error):
                raise
            self.log.warning("Worker %s: could not say goodbye to Redis: %s", self.name, error)

    def _pubsub_exception_handler(self, exc: Exception, pubsub: Any, pubsub_thread: Any) -> None:
        """As in RQ, but neither a Redis that is away nor an answer that makes no sense ends the listening."""
        if not isinstance(exc, _OF_ANSWERS):
            super()._pubsub_exception_handler(exc, pubsub, pubsub_thread)
        if not isinstance(exc, AWAY):  # of that the other threads tell, once
            self.log.error("Worker %s: cannot listen for commands just now: %r", self.name, exc)
        time.sleep(2)
