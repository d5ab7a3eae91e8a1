"""rq-dashboard at /rq, behind the door for admins.

The pages, scripts and routes are rq-dashboard's own. This package owns what stands between them and
us, and each part deals with one kind of fault: `routes` with addresses, methods and connections,
`reading` with what cannot be read in Redis, `escaping` with templates that trust what tasks say.
"""

from __future__ import annotations

from flask import Flask
from rq_dashboard import web as upstream

from longshore import connections
from longshore.serializer import Serializer
from longshore.settings import Settings
from web.dashboard import reading, routes

PREFIX = "/rq"
"""Where it is mounted."""


class _Never(Exception):
    """Nothing raises this."""


_REPLACED = {
    "Job": reading.ReadableTask,
    "Queue": reading.ReadableQueue,
    "Worker": reading.ReadableWorker,
    "requeue_job": routes.requeue,
    "get_queue_registry_jobs_count": reading.page,
    # It answers 200 "Connection Error" when Redis is away; the app's own handler answers 503.
    "RedisConnectionError": _Never,
}
"""Names that rq-dashboard's views look up in their module, and what they find there instead."""


def register(app: Flask, settings: Settings) -> None:
    """Mount rq-dashboard on `app`.

    Raises:
        RuntimeError: this version of rq-dashboard does not have what we replace.
    """
    _replace()
    # Only shown, as the list of instances; its own code never connects.
    app.config["RQ_DASHBOARD_REDIS_URL"] = (connections.place(settings.redis_url),)
    app.register_blueprint(routes.blueprint(), url_prefix=PREFIX)


def _replace() -> None:
    missing = [name for name in (*_REPLACED, "config") if not hasattr(upstream, name)]
    if missing:
        raise RuntimeError(
            f"rq_dashboard.web has no {', '.join(missing)}: use the version in requirements.txt"
        )
    for name, ours in _REPLACED.items():
        setattr(upstream, name, ours)
    # RQ_DASHBOARD_JSON_SERIALIZER exists only in its own app factory.
    upstream.config.serializer = Serializer
