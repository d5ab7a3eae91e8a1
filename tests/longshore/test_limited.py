"""What a declaration may say about doing without workers, and how it cuts parameters."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from longshore import Inline, job, limited
from longshore.catalog import Catalog, Job
from longshore.errors import CatalogError


class Item(BaseModel):
    """Something in a list."""

    name: str


def shop(
    names: list[str],
    items: Annotated[tuple[Item, ...], Field(min_length=1)] = (),
    count: Annotated[int, Field(ge=2, le=100)] = 50,
    share: Annotated[float, Field(gt=0)] = 1.0,
    price: Decimal = Decimal("9.5"),
    limit: int | None = None,
    some: list[int] | None = None,
    label: str = "",
    flag: bool = False,
) -> None:
    """A job with parameters of all kinds."""


def declared(**said: Any) -> Job:
    """The job that the function is with such a declaration."""
    into = Catalog()
    job(into=into, **said)(shop)
    (found,) = into
    return found


def cut(at_most: dict[str, Any], **given: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is left of parameters, and what was cut."""
    made = declared(fallback=Inline(at_most=at_most))
    assert made.inline is not None
    return limited.cut(
        made.parameters, made.parameters.check({"names": ["a", "b", "c"], **given}), made.inline
    )


def test_a_job_that_says_nothing_waits() -> None:
    assert (declared().fallback, declared().inline) == ("wait", None)
    assert declared(fallback="refuse").fallback == "refuse"


def test_the_short_form_is_inline_with_its_defaults() -> None:
    assert declared(fallback="inline").fallback == declared(fallback=Inline()).fallback == Inline("20s", {})


@pytest.mark.parametrize(
    ("fallback", "said"),
    [
        ("hope", "fallback is 'wait', 'refuse' or Inline(timeout=…, at_most=…), got 'hope'"),
        (None, "got None"),
        (Inline("26s"), "1 to 25 seconds"),
        (Inline("soon"), "no duration"),
        (Inline(0), "1 to 25 seconds"),
        (Inline(at_most={"sports": 1}), "there is no parameter 'sports'; there is names, items, count"),
        (Inline(at_most={"label": 1}), "'label' is neither a number nor a list"),
        (Inline(at_most={"flag": 1}), "'flag' is neither a number nor a list"),
        (Inline(at_most={"names": 0}), "'names' takes a whole number, 1 or more, got 0"),
        (Inline(at_most={"names": 1.5}), "'names' takes a whole number, 1 or more, got 1.5"),
        (Inline(at_most={"count": 2.5}), "'count' takes a whole number, got 2.5"),
        (Inline(at_most={"count": True}), "got True"),
        (Inline(at_most={"count": "3"}), "got '3'"),  # type: ignore[dict-item]
        (Inline(at_most={"share": float("nan")}), "got nan"),
        (Inline(at_most={"count": 1}), "'count' is at least 2 by its own annotation, got 1"),
        (Inline(at_most={"share": 0}), "'share' is at least 0 by its own annotation, got 0"),
        (Inline(at_most=7), "not iterable"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_a_declaration_that_cannot_be_kept_is_one_line_that_says_why(fallback: Any, said: str) -> None:
    with pytest.raises(CatalogError) as caught:
        declared(fallback=fallback)
    assert said in str(caught.value)
    assert str(caught.value).startswith("test_limited.shop: ")


def test_inline_cannot_promise_that_nothing_overlaps() -> None:
    with pytest.raises(CatalogError, match="overlap=False cannot be kept by an inline run"):
        declared(fallback="inline", overlap=False)


def test_a_list_keeps_its_first_items_and_a_number_its_maximum() -> None:
    payload, gone = cut(
        {"names": 2, "items": 1, "count": 10, "share": 0.5, "price": 3},
        items=[{"name": "x"}, {"name": "y"}], count=99, share=0.75,
    )  # fmt: skip
    assert payload == {"names": ["a", "b"], "items": [{"name": "x"}], "count": 10, "share": 0.5, "price": 3}
    assert gone["names"] == {"asked": ["a", "b", "c"], "used": ["a", "b"]}
    assert gone["count"] == {"asked": 99, "used": 10}
    assert gone["price"] == {"asked": "9.5", "used": 3}


def test_a_default_is_cut_as_well() -> None:
    assert cut({"count": 10}) == (
        {"names": ["a", "b", "c"], "count": 10}, {"count": {"asked": 50, "used": 10}},
    )  # fmt: skip


def test_what_is_within_limits_stays_as_it_is() -> None:
    given = {"names": ["a"], "count": 10, "share": 0.5}
    assert cut({"names": 1, "count": 10, "share": 0.5, "items": 3}, **given) == (given, {})


def test_a_number_that_is_null_counts_as_without_limit_and_a_list_that_is_null_stays() -> None:
    payload, gone = cut({"limit": 7, "some": 1})
    assert payload == {"names": ["a", "b", "c"], "limit": 7}
    assert gone == {"limit": {"asked": None, "used": 7}}


def test_what_is_cut_still_fits_the_signature() -> None:
    payload, _ = cut({"count": 2, "share": 0.1, "items": 1, "price": 1})
    declared().parameters.check(payload)
