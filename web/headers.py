"""Response headers that keep browsers safe, on every answer."""

from __future__ import annotations

from flask import Flask, Response, request

from longshore.settings import Settings

CSP = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Scripts come from files only, so markup that slips into a page cannot run."""


def register(app: Flask, settings: Settings) -> None:
    """Add the headers to every answer of `app`."""

    @app.after_request
    def _add(answer: Response) -> Response:
        answer.headers.setdefault("Content-Security-Policy", CSP)
        answer.headers.setdefault("X-Content-Type-Options", "nosniff")
        answer.headers.setdefault("Referrer-Policy", "same-origin")
        if request.path.startswith("/api"):
            answer.headers.setdefault("Cache-Control", "no-store")
        if settings.production:
            answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return answer
