"""The web process: `create_app()`. Everything that it puts together is in web/."""

from __future__ import annotations

import logging
import sys

from flask_openapi3 import OpenAPI
from werkzeug.middleware.proxy_fix import ProxyFix

from longshore import catalog, secret_key, settings
from longshore.errors import LongshoreError
from longshore.settings import Settings
from web import auth, cli, console, dashboard, headers, limits, openapi, problems
from web.api import alerts, fleet, jobs, league, odds, schedules, system, tasks, tasks_v2
from web.streams import Streams


def create_app(using: Settings | None = None) -> OpenAPI:
    """Build the Flask application.

    Args:
        using: other settings than the environment's, for tests.
    """
    try:
        return _build(using or settings.current())
    except LongshoreError as error:
        sys.exit(f"longshore: {error}")


def _build(using: Settings) -> OpenAPI:
    logging.basicConfig(level=using.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    catalog.load()
    app = openapi.create(__name__)
    app.secret_key = secret_key.find(using)
    app.config["MAX_CONTENT_LENGTH"] = using.max_body_bytes
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions["streams"] = Streams(using.max_streams)
    if using.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, using.trusted_proxies, using.trusted_proxies)  # type: ignore[method-assign]
    for part in (problems, cli):
        part.register(app)
    for door in (auth, limits, headers):
        door.register(app, using)
    for api in (jobs, tasks, schedules, fleet, alerts, system, league, tasks_v2, odds):
        app.register_api(api.blueprint)
    odds.register(app)
    openapi.register(app)
    console.register(app)
    dashboard.register(app, using)
    return app
