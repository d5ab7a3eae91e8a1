from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.console.results import COLUMNS, DEPTH, ROWS, Shape, shape

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, "nothing", "–"),
        ("", "nothing", "–"),
        ([], "nothing", "an empty list"),
        ({}, "nothing", "an empty object"),
        (True, "word", "yes"),
        (False, "word", "no"),
        (0, "number", "0"),
        (1234567, "number", "1,234,567"),
        (0.98891, "number", "0.9889"),
        (2.0, "number", "2"),
        (1e-9, "number", "1e-09"),
        ("short", "string", "short"),
        ("two\nlines", "text", "two\nlines"),
    ],
)
def test_each_scalar_is_written_for_people(value: object, kind: str, text: str) -> None:
    assert shape(value) == Shape(kind, text)  # type: ignore[arg-type]


def test_objects_become_fields_in_their_order() -> None:
    found = shape({"b": 1, "a": {"c": 2}})
    assert found.kind == "fields"
    assert [name for name, _ in found.entries] == ["b", "a"]
    assert found.entries[1][1].kind == "fields"


def test_a_list_of_objects_becomes_a_table_with_all_their_columns() -> None:
    found = shape([{"a": 1}, {"a": 2, "b": "x"}])
    assert found.kind == "table"
    assert found.columns == ("a", "b")
    assert [[cell.text for cell in row] for row in found.rows] == [["1", "–"], ["2", "x"]]


def test_a_list_of_brief_values_is_one_line_and_another_is_a_list() -> None:
    assert shape([1, "two", True]).kind == "words"
    assert shape([1, [2, 3]]).kind == "list"


def test_a_table_too_wide_to_read_becomes_a_list() -> None:
    assert shape([{str(n): n for n in range(COLUMNS + 1)}]).kind == "list"


def test_what_is_left_off_is_counted() -> None:
    rows = shape([{"n": n} for n in range(ROWS + 7)])
    assert len(rows.rows) == ROWS
    assert rows.left_off == 7
    assert shape(list(range(ROWS + 2))).left_off == 2
    assert shape({str(n): n for n in range(ROWS + 3)}).left_off == 3


def test_what_is_nested_too_deeply_is_shown_as_json() -> None:
    value: object = 1
    for _ in range(DEPTH + 3):
        value = {"in": value}
    deepest = shape(value)
    while deepest.entries:
        deepest = deepest.entries[0][1]
    assert deepest.kind == "text"
    assert json.loads(deepest.text)


@given(json_values)
def test_any_json_has_a_shape(value: object) -> None:
    assert shape(value).kind
