"""Reading a request's JSON body, with an answer that says what is wrong with it."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from flask import abort, request

from web.problems import invalid, problem


def json_object() -> dict[str, Any]:
    """The body as a JSON object; an empty body is an empty object.

    Aborts with 413 if it is too large, 415 if it says it is not JSON, 400 if it is not JSON, and 422
    if it is no object.
    """
    value = _json()
    if not isinstance(value, dict):
        abort(invalid([_fault(f"a JSON object is needed, e.g. {{}}, not {_kind(value)}")]))
    return value


def json_list(field: str) -> list[dict[str, Any]]:
    """The list of objects under `field` of the body; aborts as `json_object` does."""
    body = json_object()
    value = body.get(field)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        abort(invalid([{"field": field, "message": "a list of JSON objects is needed", "type": "list_type"}]))
    if unknown := body.keys() - {field}:
        abort(
            invalid(
                [{"field": one, "message": "unknown field", "type": "extra_forbidden"} for one in unknown]
            )
        )
    return value


def sized() -> None:
    """Abort with 411 if the body does not say how long it is.

    Past MAX_CONTENT_LENGTH such a body would be cut silently, and half a league is still JSON at times.
    """
    if request.content_length is None and "chunked" in request.headers.get("Transfer-Encoding", ""):
        abort(problem(411, "Send the body with a Content-Length, not chunked."))


def _json() -> Any:
    sized()
    raw = request.get_data(cache=True)
    if not raw.strip():
        return {}
    if not request.is_json:
        said = request.mimetype or "no Content-Type"
        abort(
            problem(415, f"The body is sent as {said}; send JSON with -H 'Content-Type: application/json'.")
        )
    try:
        value = json.loads(raw, parse_constant=_no_constant)
        if b"\\u" in raw:
            json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair is no text
        return value
    except UnicodeEncodeError:
        abort(problem(400, "The body holds half of a surrogate pair, which is no character."))
    except RecursionError:
        abort(problem(400, "The body is nested too deeply."))
    except ValueError as error:
        abort(problem(400, f"The body is not JSON: {error}."))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _fault(message: str) -> dict[str, Any]:
    return {"field": "(body)", "message": message, "type": "dict_type"}


def _kind(value: Any) -> str:
    return {list: "a list", str: "a string", type(None): "null", bool: "a boolean"}.get(
        type(value), "a number"
    )
