"""The Flask app under test: a constant, an enqueue, an event stream, and routes for the probes.

It is small on purpose: what it costs is Flask and RQ, and the rest is the server.
"""

import os
import threading
import time
from collections.abc import Iterator

from flask import Flask, Response, request
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer
from werkzeug.middleware.proxy_fix import ProxyFix

from benchmarks.web.drain import draining, watch_sigterm

MAX_BODY_BYTES = 1_000_000
streams: set[int] = set()


def nothing(number: int) -> int:
    """The task that the enqueue route queues. No worker runs it."""
    return number


def create_app() -> Flask:
    """Build the app. REDIS_URL is required; DRAIN=1 makes event streams end at SIGTERM."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    queue = Queue("bench", connection=Redis.from_url(os.environ["REDIS_URL"]), serializer=JSONSerializer)
    if os.environ.get("DRAIN") == "1":
        watch_sigterm()
    _add_loads(app, queue)
    _add_probes(app)
    return app


def _add_loads(app: Flask, queue: Queue) -> None:
    @app.get("/constant")
    def constant() -> dict[str, bool]:
        return {"ok": True}

    @app.post("/enqueue")
    def enqueue() -> tuple[dict[str, str], int]:
        number = request.get_json()["number"]
        return {"task_id": queue.enqueue("benchmarks.web.app.nothing", number).id}, 202


def _add_probes(app: Flask) -> None:
    @app.get("/events")
    def events() -> Response:
        seconds = float(request.args.get("every", "0.5"))
        return Response(_tick(seconds), mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})

    @app.get("/slow")
    def slow() -> dict[str, bool]:
        time.sleep(float(request.args.get("seconds", "2")))
        return {"ok": True}

    @app.get("/state")
    def state() -> dict[str, object]:
        return {"streams": len(streams), "threads": threading.active_count(), "secure": request.is_secure}

    @app.post("/upload")
    def upload() -> dict[str, int]:
        return {"bytes": len(request.get_data())}


def _tick(every: float) -> Iterator[bytes]:
    """An event every `every` seconds, until the client leaves or the app drains."""
    mark = threading.get_ident()
    streams.add(mark)
    try:
        while not draining.is_set():
            yield b"data: %.6f\n\n" % time.time()
            draining.wait(every)
    finally:
        streams.discard(mark)
