from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, SecretStr

from longshore import catalog, parameters
from web.console import forms


class Point(BaseModel):
    x: int
    label: str = ""


class Tree(BaseModel):
    name: str
    children: list[Tree]


def fields_of(func: Callable[..., Any]) -> dict[str, forms.Field]:
    read = parameters.read("tests.job", func, parameters.parse_docstring(func))
    return {one.name: one for one in forms.fields(read.schema)}


def field_of(annotation: Any, **default: Any) -> forms.Field:
    def run(value: Any) -> None: ...

    run.__annotations__["value"] = annotation
    run.__defaults__ = (default["default"],) if default else None
    return fields_of(run)["value"]


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        (str, "text"),
        (int, "integer"),
        (float, "number"),
        (bool, "boolean"),
        (Literal["a", "b"], "choice"),
        (Literal["a"], "choice"),
        (dt.date, "date"),
        (dt.datetime, "text"),
        (Point, "json"),
        (list[int], "json"),
        (dict[str, int], "json"),
        (int | str, "json"),
        (Any, "json"),
    ],
)
def test_each_type_has_its_control(annotation: Any, kind: str) -> None:
    assert field_of(annotation).kind == kind


@pytest.mark.parametrize("annotation", [str, int, float, bool, Literal["a", "b"], dt.date, Point, list[int]])
def test_an_optional_type_has_the_control_of_its_type(annotation: Any) -> None:
    optional = field_of(annotation | None, default=None)
    assert optional.kind == field_of(annotation).kind
    assert not optional.required


def test_a_parameter_without_default_is_required_and_comes_first() -> None:
    def run(late: int = 1, *, early: str) -> None: ...

    found = fields_of(run)
    assert list(found) == ["early", "late"]
    assert found["early"].required
    assert not found["late"].required


def test_the_description_is_the_docstrings() -> None:
    def run(count: int) -> None:
        """Run.

        Args:
            count: How many.
        """

    assert fields_of(run)["count"].description == "How many."


@pytest.mark.parametrize(
    ("default", "shown"),
    [("Ann", "Ann"), (3, "3"), (0, "0"), (0.5, "0.5"), (True, "true"), (False, "false"), ([1, 2], "[1, 2]")],
)
def test_the_default_is_the_placeholder(default: Any, shown: str) -> None:
    assert field_of(type(default), default=default).placeholder == shown


def test_limits_are_said_and_checked_by_the_browser() -> None:
    whole = field_of(Annotated[int, Field(ge=1, le=5000)])
    assert whole.hint == "1 to 5,000"
    assert dict(whole.attributes) == {"min": "1", "max": "5000", "step": "1"}
    text = field_of(Annotated[str, Field(max_length=40)])
    assert text.hint == "at most 40 characters"
    assert dict(text.attributes) == {"maxlength": "40"}


def test_exclusive_limits_are_said_and_left_to_the_server() -> None:
    share = field_of(Annotated[float, Field(gt=0, lt=1)])
    assert share.hint == "above 0, below 1"
    assert dict(share.attributes) == {"step": "any"}


def test_limits_of_an_optional_number_are_kept() -> None:
    assert field_of(Annotated[int, Field(ge=3)] | None, default=None).hint == "at least 3"


def test_choices_are_json_so_that_numbers_stay_numbers() -> None:
    found = field_of(Literal["red", 2])
    assert found.choices == ('"red"', "2")
    assert found.labels == [('"red"', "red"), ("2", "2")]


def test_an_example_shows_the_shape_of_nested_parameters() -> None:
    assert '"x": 1' in field_of(Point).example
    assert "label" not in field_of(Point).example
    assert field_of(dict[str, int]).example.replace("\n", "").replace(" ", "") == '{"name":1}'


def test_a_schema_that_contains_itself_has_an_example() -> None:
    assert '"children"' in field_of(Tree).example


def test_an_example_of_the_declaration_wins() -> None:
    assert "17" in field_of(Annotated[list[int], Field(examples=[[17]])]).example


def test_a_secret_is_not_shown_while_it_is_typed() -> None:
    assert field_of(SecretStr).secret


def test_every_job_of_the_catalog_has_a_form() -> None:
    for job in catalog.catalog:
        names = {one.name for one in forms.fields(job.parameters.schema)}
        assert names == set(job.parameters.model.model_fields), job.name
