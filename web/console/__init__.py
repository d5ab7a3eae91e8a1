"""The console: server-rendered pages for people. One look, no build step, nothing from elsewhere."""

from __future__ import annotations

from flask import Flask

from web.console import frame, jobs, league, odds, queues, schedules, session, tasks


def register(app: Flask) -> None:
    """Add the pages to `app`, and what every page's frame needs, the error and docs pages' too."""
    frame.register(app)
    for page in (jobs, tasks, schedules, queues, odds, league, session):
        app.register_blueprint(page.blueprint)
