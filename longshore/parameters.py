"""A job's parameters, read from its signature: the model that checks them and their JSON schema.

The signature is the one place where they are declared. This module turns it into a pydantic model
(unknown fields are errors), and back into keyword arguments for the call.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import typing
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from docstring_parser import Docstring, parse
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model
from pydantic.errors import PydanticUserError
from pydantic.fields import FieldInfo

from longshore.errors import CatalogError, InvalidParameters

_CONFIG = ConfigDict(extra="forbid", allow_inf_nan=False, protected_namespaces=())
MOST_FAULTS = 100
"""Faults that are told of one call."""
_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


@dataclass(frozen=True)
class Parameters:
    """The parameters of one job.

    Attributes:
        job: the job's name, for messages.
        model: a pydantic model with a field for each parameter.
        schema: its JSON schema (draft 2020-12), with the docstring's words.
    """

    job: str
    model: type[BaseModel]
    schema: dict[str, Any]

    def check(self, given: Mapping[str, Any]) -> BaseModel:
        """Validate parameters as they come from outside.

        Raises:
            InvalidParameters: names each field at fault.
        """
        try:
            return self.model.model_validate(dict(given))
        except ValidationError as error:
            raise InvalidParameters(self.job, self._faults(error)) from None

    def bind(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Keyword arguments for the function, of the types that its signature names.

        Raises:
            InvalidParameters: names each field at fault.
        """
        model = self.check(given)
        return {name: getattr(model, name) for name in type(model).model_fields}

    def payload(self, checked: BaseModel) -> dict[str, Any]:
        """What goes to Redis: only the fields that were given, so that a default may change in a deploy."""
        return checked.model_dump(mode="json", exclude_unset=True)

    def digest(self, checked: BaseModel) -> str:
        """A hash that is equal for equal parameters, defaults included."""
        full = json.dumps(checked.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(full.encode()).hexdigest()[:32]

    def _faults(self, error: ValidationError) -> list[dict[str, Any]]:
        """Its faults, or the first of them and how many there are: no answer larger than its question."""
        found = error.errors(include_url=False, include_context=False, include_input=False)
        shown = [self._fault(one) for one in found[:MOST_FAULTS]]
        if more := len(found) - len(shown):
            shown.append({"field": "(more)", "message": f"and {more:,} more faults", "type": "more"})
        return shown

    def _fault(self, error: Any) -> dict[str, Any]:
        field = ".".join(str(part) for part in error["loc"]) or "(body)"
        message = error["msg"].removeprefix("Value error, ")
        if error["type"] == "extra_forbidden":
            parents = self.model.model_fields if len(error["loc"]) == 1 else ()
            known = f"; {self.job} takes {', '.join(parents) or 'no parameters'}" if parents != () else ""
            message = f"unknown field{known}"
        return {"field": field, "message": message, "type": error["type"]}


def read(job: str, func: Callable[..., Any], doc: Docstring) -> Parameters:
    """Build the parameters of `func`.

    Raises:
        CatalogError: a parameter has no annotation, cannot be passed by name, or its type has no JSON schema.
    """
    hints = _hints(job, func)
    described = {one.arg_name: one.description or "" for one in doc.params}
    fields = {
        name: _field(job, parameter, hints, described.get(name, ""))
        for name, parameter in inspect.signature(func).parameters.items()
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a name that hides an attribute of BaseModel
            model = create_model(job.replace(".", "_"), __config__=_CONFIG, **typing.cast(Any, fields))
        return Parameters(job, model, model.model_json_schema() | {"title": job})
    except (PydanticUserError, UserWarning, NameError) as error:
        raise CatalogError(f"{job}: its parameters cannot be described: {_line(error)}") from None


def read_result(job: str, func: Callable[..., Any]) -> TypeAdapter[Any]:
    """The adapter that turns the function's return value into JSON.

    Raises:
        CatalogError: there is no return annotation, or its type cannot be JSON.
    """
    hints = _hints(job, func)
    if "return" not in hints:
        raise CatalogError(
            f"{job}: the return type is not annotated; write e.g. '-> dict[str, int]' or '-> None'"
        )
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(hints["return"])
        adapter.json_schema(mode="serialization")
    except PydanticUserError as error:
        raise CatalogError(f"{job}: the return type cannot be stored as JSON: {_line(error)}") from None
    return adapter


def _hints(job: str, func: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(func, include_extras=True)
    except (NameError, TypeError) as error:
        raise CatalogError(f"{job}: an annotation cannot be resolved: {error}") from None


def _field(job: str, parameter: inspect.Parameter, hints: dict[str, Any], text: str) -> tuple[Any, FieldInfo]:
    if parameter.kind not in _NAMED:
        raise CatalogError(
            f"{job}: parameter {parameter} cannot be passed by name; write it as a plain parameter"
        )
    if parameter.name not in hints:
        raise CatalogError(
            f"{job}: parameter {parameter.name!r} has no annotation; write e.g. '{parameter.name}: int'"
        )
    default = ... if parameter.default is inspect.Parameter.empty else parameter.default
    info: FieldInfo = Field(default, description=text) if text else Field(default)
    return hints[parameter.name], info


def _line(error: BaseException) -> str:
    return str(error).split("\n", 1)[0]


def parse_docstring(func: Callable[..., Any]) -> Docstring:
    """The function's Google-style docstring: summary, Args, Raises."""
    return parse(inspect.getdoc(func) or "")
