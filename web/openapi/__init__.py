"""The API's description: /openapi.json and the page at /docs.

This module owns serving the description. What is in it is made in `description`, from the routes as
flask-openapi3 knows them (`responses` adds what they answer) and from the catalog (`entries`).
"""

from __future__ import annotations

from pathlib import Path

import flask_openapi3_swagger
from flask import Blueprint, Response, current_app, jsonify, render_template, send_from_directory
from flask_openapi3 import Info, OpenAPI

import longshore
from web import auth
from web.openapi.description import describe
from web.openapi.shapes import Problem
from web.problems import from_pydantic

_WEB = Path(__file__).parent.parent
_SWAGGER = Path(flask_openapi3_swagger.__file__).parent / "templates" / "swagger"
_BEARER = {"bearer": {"type": "http", "scheme": "bearer", "description": "flask token create --scope admin"}}
blueprint = Blueprint("docs", __name__)


def create(name: str) -> OpenAPI:
    """A Flask application that describes its API."""
    return OpenAPI(
        name,
        info=Info(
            title="Longshore",
            version=longshore.__version__,
            description="Background jobs for Flask, on RQ. Errors are RFC 9457 problem documents.",
        ),
        security_schemes=_BEARER,  # type: ignore[arg-type]
        validation_error_model=Problem,
        validation_error_callback=from_pydantic,
        doc_ui=False,
        static_folder=str(_WEB / "static"),
        template_folder=str(_WEB / "templates"),
    )


def register(app: OpenAPI) -> None:
    """Serve the description and its page."""
    app.register_blueprint(blueprint)


@blueprint.get("/openapi.json")
@auth.public
def document() -> Response:
    """The OpenAPI document."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if "openapi" not in app.extensions:
        app.extensions["openapi"] = describe(app)
    return jsonify(app.extensions["openapi"])


@blueprint.get("/docs")
@auth.public
def page() -> str:
    """The API's page, by Swagger UI from its wheel: nothing comes from elsewhere."""
    return render_template("docs.html")


@blueprint.get("/docs/assets/<path:name>")
@auth.public
def asset(name: str) -> Response:
    """A file of Swagger UI."""
    return send_from_directory(_SWAGGER, name, max_age=86_400)
