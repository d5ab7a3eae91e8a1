"""The API's description: /openapi.json and the page at /docs.

flask-openapi3 describes the routes. Jobs come from the catalog: each gets its own entry, with its
parameters' schema, although one route serves them all.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import flask_openapi3_swagger
from flask import Blueprint, Response, current_app, jsonify, render_template, send_from_directory
from flask_openapi3 import Info, OpenAPI
from pydantic import BaseModel

import longshore
from longshore import catalog
from longshore.catalog import Job
from web import auth
from web.problems import from_pydantic

_SWAGGER = Path(flask_openapi3_swagger.__file__).parent / "templates" / "swagger"
_BEARER = {"bearer": {"type": "http", "scheme": "bearer", "description": "flask token create --scope admin"}}
blueprint = Blueprint("docs", __name__)


class Problem(BaseModel):
    """An error, as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] = []


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
        static_folder=str(Path(__file__).parent / "static"),
        template_folder=str(Path(__file__).parent / "templates"),
    )


def register(app: OpenAPI) -> None:
    """Serve the description and its page."""
    app.register_blueprint(blueprint)


def describe(app: OpenAPI) -> dict[str, Any]:
    """The OpenAPI 3.1 document: the routes, who may use them, and an entry for each job."""
    document = dict(app.api_doc)
    paths = dict(document["paths"])
    for one in catalog.catalog:
        paths[f"/api/jobs/{one.name}"] = {"post": _operation(one)}
    document["paths"] = {path: _with_access(app, path, item) for path, item in paths.items()}
    return document


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


def _operation(one: Job) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "tags": ["run a job"],
        "summary": one.summary,
        "description": one.text,
        "operationId": f"run_{one.name}",
        "requestBody": {"content": {"application/json": {"schema": _inlined(one.parameters.schema)}}},
        "responses": {
            "202": {"description": "It is in its queue"},
            "422": {"description": "The parameters are not valid; every field at fault is named"},
        },
    }
    if one.access == "admin":
        operation["security"] = [{"bearer": []}]
    return operation


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without `$defs` of its own, which an OpenAPI document looks for at its root."""
    definitions = schema.get("$defs", {})

    def walk(node: Any) -> Any:
        if isinstance(node, dict):
            target = str(node.get("$ref", ""))
            if target.startswith("#/$defs/"):
                return walk(definitions[target.removeprefix("#/$defs/")])
            return {key: walk(value) for key, value in node.items() if key != "$defs"}
        return [walk(one) for one in node] if isinstance(node, list) else node

    inlined: dict[str, Any] = walk(schema)
    return inlined


def _with_access(app: OpenAPI, path: str, item: dict[str, Any]) -> dict[str, Any]:
    """The path's operations, those for admins marked so."""
    rules = {str(rule).replace("<", "{").replace(">", "}"): rule for rule in app.url_map.iter_rules()}
    rule = rules.get(path)
    if rule is None:
        return item
    marked = {}
    for method, operation in item.items():
        endpoint = next(
            (one.endpoint for one in app.url_map.iter_rules()
             if one.rule == rule.rule and method.upper() in (one.methods or ())), None
        )  # fmt: skip
        closed = auth.access_of(endpoint) == "admin"
        marked[method] = {**operation, "security": [{"bearer": []}]} if closed else operation
    return marked
