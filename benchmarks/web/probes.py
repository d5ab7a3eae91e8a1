"""What a server does with event streams, slow or departing clients, forged headers and SIGTERM."""

import math
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.web.client import (
    get,
    half_sent_requests,
    open_stream,
    open_streams,
    seconds_to_answer,
    seconds_to_event,
)
from benchmarks.web.process import seconds_to_stop, serving
from benchmarks.web.servers import Server

STREAMS_AT_STOP = 5
STREAMS_AT_ONCE = 20
SLOW_CLIENTS = 100
INFLIGHT_SECONDS = 2


@dataclass(frozen=True)
class Behaviour:
    """Times are in seconds, infinity for never, and None where the peer has no such route or switch."""

    first_event: float
    beside_streams: float
    beside_slow_clients: float
    release: float
    stop_streams: float
    stop_drained: float | None
    inflight_finished: bool
    forgeable: bool | None


def observe(server: Server, redis_url: str) -> Behaviour:
    """Run every probe on `server`, on three runs of it."""
    first_event, beside_streams, release, beside_slow = _streaming(server, redis_url)
    stop_streams, finished = _stop(server, redis_url, drain=False)
    stop_drained = _stop(server, redis_url, drain=True)[0] if server.flask else None
    forgeable = _forgeable(server, redis_url) if server.flask else None
    return Behaviour(
        first_event, beside_streams, beside_slow, release, stop_streams, stop_drained, finished, forgeable
    )


def _streaming(server: Server, redis_url: str) -> Sequence[float]:
    """Seconds to the first event, an answer beside streams, their release, an answer beside slow clients."""
    with serving(server, redis_url) as (_, port):
        seconds_to_answer(port)
        with open_stream(port) as stream:
            first_event = seconds_to_event(stream)
        with open_streams(port, STREAMS_AT_ONCE):
            time.sleep(0.5)
            beside_streams = seconds_to_answer(port)
        release = _seconds_until_released(port)
        with half_sent_requests(port, SLOW_CLIENTS):
            time.sleep(0.5)
            return first_event, beside_streams, release, seconds_to_answer(port)


def _seconds_until_released(port: int, give_up: float = 10.0) -> float:
    """How long the app goes on holding streams after their clients left. Events are 0.5 s apart."""
    began = time.monotonic()
    while time.monotonic() - began < give_up:
        try:
            if get(port, "/state")["streams"] == 0:
                return time.monotonic() - began
        except OSError:
            pass
        time.sleep(0.02)
    return math.inf


def _stop(server: Server, redis_url: str, *, drain: bool) -> tuple[float, bool]:
    """Seconds from SIGTERM to exit with streams open, and whether a request then in flight got its answer."""
    with (
        serving(server, redis_url, drain=drain) as (process, port),
        open_streams(port, STREAMS_AT_STOP) as streams,
    ):
        for stream in streams:
            seconds_to_event(stream)
        taken: list[float] = []
        path = f"/slow?seconds={INFLIGHT_SECONDS}"
        request = threading.Thread(target=lambda: taken.append(seconds_to_answer(port, path)))
        request.start()
        time.sleep(0.3)
        stop = seconds_to_stop(process)
        request.join()
        return stop, math.isfinite(taken[0])


def _forgeable(server: Server, redis_url: str) -> bool:
    """Whether a client's X_Forwarded_Proto passes for the proxy's X-Forwarded-Proto."""
    with serving(server, redis_url) as (_, port):
        return bool(get(port, "/state", X_Forwarded_Proto="https")["secure"])
