"""Declarations: what they give, and how broken ones are refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from longshore import cron, every, job
from longshore.catalog import Catalog, catalog
from longshore.errors import CatalogError, InvalidParameters, UnknownJob


@pytest.fixture
def empty() -> Catalog:
    """A catalog of its own with one queue."""
    made = Catalog()
    made.queues["default"] = "tests"
    return made


def declare(into: Catalog, func: Callable[..., Any], **options: Any) -> None:
    """Declare a function as if it stood in jobs/shop/."""
    func.__module__ = "jobs.shop.orders"
    job(into=into, **options)(func)


def test_a_job_is_named_by_its_package_and_function(empty: Catalog) -> None:
    def ship() -> None: ...

    declare(empty, ship)
    assert empty.get("shop.ship").path.startswith("jobs.shop.orders")


def test_the_decorated_function_stays_the_plain_function() -> None:
    from tests.support.jobs.demo import add

    assert add(1, 2) == 3
    assert catalog.get("demo.add").func is add


def test_a_name_is_resolved_also_after_the_function_moved_inside_its_package(empty: Catalog) -> None:
    def ship() -> None: ...

    declare(empty, ship)
    assert empty.resolve("jobs.shop.elsewhere.ship") is empty.get("shop.ship")


@pytest.mark.parametrize("name", ["shop.sink", "os.ship", "jobs.ship", "ship", "", "jobs.other.ship"])
def test_what_is_not_declared_is_not_resolved(empty: Catalog, name: str) -> None:
    def ship() -> None: ...

    declare(empty, ship)
    with pytest.raises(UnknownJob):
        empty.resolve(name)


def no_annotation(a) -> None: ...  # type: ignore[no-untyped-def]


def no_return():  # type: ignore[no-untyped-def]
    ...


def starred(*args: int) -> None: ...


def unserialisable() -> object: ...


def hides_an_attribute(model_dump: int) -> None: ...


def unresolved(a: Nowhere) -> None: ...  # type: ignore[name-defined]  # noqa: F821


def fine() -> None: ...


@pytest.mark.parametrize(
    ("func", "options", "named"),
    [
        (no_annotation, {}, "shop.no_annotation: parameter 'a' has no annotation"),
        (no_return, {}, "shop.no_return: the return type is not annotated"),
        (starred, {}, "cannot be passed by name"),
        (hides_an_attribute, {}, "model_dump"),
        (unresolved, {}, "Nowhere"),
        (fine, {"timeout": "soon"}, "'soon' is no duration"),
        (fine, {"timeout": 0}, "at least 1 second"),
        (fine, {"retries": -1}, "retries is 0 to 100"),
        (fine, {"backoff": "random"}, "'fixed' or 'exponential'"),
        (fine, {"access": "everyone"}, "'public' or 'admin'"),
        (fine, {"fallback": "hope"}, "'wait', 'refuse' or Inline("),
    ],
)
def test_a_broken_declaration_is_one_line_that_names_it(
    empty: Catalog, func: Callable[..., Any], options: dict[str, Any], named: str
) -> None:
    with pytest.raises(CatalogError) as caught:
        declare(empty, func, **options)
    assert named in str(caught.value)
    assert "shop." in str(caught.value)
    assert "\n" not in str(caught.value)


class Opaque:
    """A type that JSON does not know."""


def opaque_result() -> Opaque: ...


def opaque_parameter(a: Opaque) -> None: ...


@pytest.mark.parametrize("func", [opaque_result, opaque_parameter])
def test_types_that_are_not_json_are_refused(empty: Catalog, func: Callable[..., Any]) -> None:
    with pytest.raises(CatalogError, match=f"shop.{func.__name__}"):
        declare(empty, func)


def test_an_unknown_queue_is_refused_by_name(empty: Catalog) -> None:
    declare(empty, fine, queue="fast")
    with pytest.raises(CatalogError, match=r"shop\.fine: unknown queue 'fast'; the queues are default"):
        empty.check()


def test_two_functions_of_one_name_are_refused(empty: Catalog) -> None:
    def ship() -> None: ...

    def other() -> None: ...

    other.__name__ = "ship"
    declare(empty, ship)
    with pytest.raises(CatalogError, match=r"shop\.ship: declared twice"):
        declare(empty, other)


def test_schedules_are_checked_against_the_signature(empty: Catalog) -> None:
    def ship(a: int) -> None: ...

    declare(empty, ship, schedules=[every("5m", a="x")])
    with pytest.raises(CatalogError, match=r"shop\.ship: schedule 'shop\.ship': .*a: "):
        empty.check()


def test_two_schedules_of_a_job_need_names(empty: Catalog) -> None:
    declare(empty, fine, schedules=[every("5m"), cron("0 2 * * *")])
    with pytest.raises(CatalogError, match="several schedules need a name each"):
        empty.check()


def test_the_schema_has_limits_descriptions_and_defaults() -> None:
    schema = catalog.get("demo.add").parameters.schema
    assert schema["properties"]["b"] == {
        "default": 1, "minimum": 0, "maximum": 1000, "type": "integer", "title": "B",
        "description": "The second number,\non two lines.",
    }  # fmt: skip
    assert schema["required"] == ["a"]
    assert schema["additionalProperties"] is False


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(InvalidParameters) as caught:
        catalog.get("demo.add").parameters.check({"a": "x", "b": 1001, "c": 1})
    assert {one["field"] for one in caught.value.errors} == {"a", "b", "c"}
    assert "demo.add takes a, b" in str(caught.value)


def test_a_fault_inside_a_model_names_its_path() -> None:
    with pytest.raises(InvalidParameters) as caught:
        catalog.get("demo.place").parameters.check({"point": {"x": "no"}, "day": "2026-01-01"})
    assert [one["field"] for one in caught.value.errors] == ["point.x"]


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), None, [], {}, "1e999"])
def test_numbers_that_json_lacks_are_refused(bad: Any) -> None:
    with pytest.raises(InvalidParameters):
        catalog.get("demo.add").parameters.check({"a": bad})


def test_defaults_are_not_stored_but_count_for_equality() -> None:
    parameters = catalog.get("demo.add").parameters
    short, long = parameters.check({"a": 1}), parameters.check({"a": 1, "b": 1})
    assert parameters.payload(short) == {"a": 1}
    assert parameters.digest(short) == parameters.digest(long)


def test_the_real_catalog_is_sound() -> None:
    assert "league.generate_schedule" in catalog
    catalog.check()
    assert catalog.get("league.generate_schedule").queue == "schedules"
