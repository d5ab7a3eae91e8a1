"""Schedules in SQL: what people have changed while the system runs, and how far the clock has come.

A row stands for a schedule that was made at run time, or for what was changed about a declared one. What the
code declares, and nobody has changed, has no row.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Integer, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from longshore.storage import Base, Instant, session_scope


class ScheduleRow(Base):
    """A schedule that was made or changed at run time.

    Attributes:
        spec: the whole schedule as JSON; null where a declared one keeps what the code says.
        deleted: a declared schedule that is not to run; those that were made are deleted for good.
        version: counts the changes from 1. SQLAlchemy updates a row only if it still has the version that
            was read.
    """

    __tablename__ = "schedules"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    spec: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    paused: Mapped[bool] = mapped_column(Boolean, default=False)
    paused_until: Mapped[datetime | None] = mapped_column(Instant)
    paused_by: Mapped[str] = mapped_column(String(100), default="")
    deleted: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(Integer)
    created_by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_by: Mapped[str] = mapped_column(String(100))
    changed_at: Mapped[datetime] = mapped_column(Instant)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy's own form)


class ClockMark(Base):
    """Until when all slots are decided. It is read only when Redis has lost its data and no clock
    remembers.
    """

    __tablename__ = "clock_marks"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    decided_until: Mapped[datetime] = mapped_column(Instant)


def row(name: str) -> ScheduleRow | None:
    """The row of that name, or None."""
    with session_scope() as session:
        return session.get(ScheduleRow, name)


def count() -> int:
    """How many rows there are."""
    with session_scope() as session:
        return session.scalar(select(func.count()).select_from(ScheduleRow)) or 0


def rows() -> list[ScheduleRow]:
    """All rows, by name."""
    with session_scope() as session:
        return list(session.scalars(select(ScheduleRow).order_by(ScheduleRow.name)))
