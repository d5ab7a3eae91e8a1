"""Server-sent events over plain WSGI: each open stream holds one thread, so their number is bounded."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from flask import Response, current_app, request, stream_with_context
from redis.exceptions import RedisError
from werkzeug.wrappers import Response as BaseResponse

from longshore.connections import shared
from longshore.errors import UnknownTask
from longshore.following import POLL, Event
from longshore.following import follow as follow_task
from longshore.tasks import TaskView
from web import answers
from web.problems import problem

logger = logging.getLogger(__name__)
BEAT = 15
"""Seconds of silence after which a comment is sent: routers cut silent connections (Heroku at 55 s)."""
Shown = Callable[[TaskView], dict[str, Any]]
LONGEST = 600
"""Seconds after which a stream ends; a browser then opens it again where it left off."""


class Streams:
    """Counts the open streams of this process, in all and of each address."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._open: Counter[str] = Counter()

    def enter(self, address: str) -> bool:
        """Take a place; False if none is free, or the address has its share."""
        with self._lock:
            if self._open.total() >= self._most or self._open[address] >= max(self._most // 2, 1):
                return False
            self._open[address] += 1
            return True

    def leave(self, address: str) -> None:
        """Give the place back."""
        with self._lock:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]


def follow(task_id: str, shown: Shown, *, after: str | None, with_log: bool) -> BaseResponse:
    """A response that streams a task's events until it is over."""
    streams: Streams = current_app.extensions["streams"]
    address = request.remote_addr or ""
    if not streams.enter(address):
        return problem(503, "Too many streams are open; poll the task instead.", headers={"Retry-After": "5"})
    looks = follow_task(shared(), task_id, after=after, wait=time.sleep, limit=int(LONGEST / POLL))
    body = stream_with_context(_text(looks, shown, with_log))
    answer = Response(body, content_type="text/event-stream; charset=utf-8")
    answer.call_on_close(lambda: streams.leave(address))
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def _text(looks: Iterator[Event], shown: Shown, with_log: bool) -> Iterator[str]:
    silent = 0.0
    yield "retry: 2000\n\n"
    try:
        for event in looks:
            text = _written(event, shown, with_log)
            silent = 0.0 if text else silent + POLL
            if text:
                yield text
            elif silent >= BEAT:
                silent = 0.0
                yield ": still here\n\n"
    except UnknownTask:
        yield "event: gone\ndata: {}\n\n"
    except RedisError as error:
        logger.info("a stream ends, Redis is away: %s", error)  # the browser comes back by itself


def _written(event: Event, shown: Shown, with_log: bool) -> str:
    lines = event.lines if with_log else ()
    parts = [f"id: {one.position}\nevent: log\ndata: {json.dumps(answers.line(one))}\n\n" for one in lines]
    if event.task is not None:
        parts.append(f"event: task\ndata: {json.dumps(shown(event.task))}\n\n")
    return "".join(parts)
