"""Reading and writing many rows of the record in few statements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import Row, Select, Table, bindparam, insert, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from longshore.storage import Base

CHUNK = 1_000
"""Most values in one IN list."""
AnyRow = Row[*tuple[Any, ...]]
Some = TypeVar("Some")


def table_of(model: type[Base]) -> Table:
    """The table of a model, for statements that go past the session's objects."""
    return cast(Table, model.__table__)


def chunks(values: Sequence[Some]) -> Iterator[Sequence[Some]]:
    """The values in parts that an IN list can take."""
    for first in range(0, len(values), CHUNK):
        yield values[first : first + CHUNK]


def select_in(
    session: Session,
    wanted: Select[*tuple[Any, ...]],
    column: InstrumentedAttribute[Some],
    values: Sequence[Some],
) -> list[AnyRow]:
    """The rows whose column has one of these values, a statement for each ``CHUNK`` of them."""
    parts = (session.execute(wanted.where(column.in_(part))) for part in chunks(values))
    return [row for part in parts for row in part]


def insert_each(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, all of which name the same columns: one statement, run once a row."""
    if rows:
        session.connection().execute(insert(table_of(model)), rows)


def update_each(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Update rows by their primary key ``id``: one statement, run once a row. All name the same columns."""
    if not rows:
        return
    table = table_of(model)
    changes: dict[str, Any] = {name: bindparam(f"_{name}") for name in rows[0] if name != "id"}
    wanted = update(table).where(table.c.id == bindparam("_id")).values(changes)
    session.connection().execute(wanted, [{f"_{name}": value for name, value in row.items()} for row in rows])
