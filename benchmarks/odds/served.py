"""The app under load in `serving`: ours as it is, and beside it a route that answers a constant.

The constant has the size of the page that it is held against, and its route goes through the same doors: who
may ask, the rate limit, the headers of every answer.
"""

from __future__ import annotations

import os

from flask import Response
from flask_openapi3 import OpenAPI

from app import create_app as ours
from web import auth

PATH = "/api/constant"


def create_app() -> OpenAPI:
    """Build it. CONSTANT_BYTES says how large the constant is."""
    app = ours()
    body = b'{"constant":"' + b"x" * (int(os.environ["CONSTANT_BYTES"]) - 15) + b'"}'

    @app.get(PATH)
    @auth.public
    def constant() -> Response:
        return Response(body, content_type="application/json")

    return app
