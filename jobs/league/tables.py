"""The SQL tables of schedules and of named leagues.

Owns their columns only: ``store`` and ``library`` read and write them, and the migrations that make them are
in ``migrations/``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Float, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from longshore.storage import Base, Instant


class LeagueSchedule(Base):
    """One row for each schedule."""

    __tablename__ = "league_schedules"
    __table_args__ = (UniqueConstraint("feed", "version", name="uq_league_schedules_feed_version"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    feed: Mapped[str] = mapped_column(String(32), index=True)
    league_key: Mapped[str] = mapped_column(String(64), index=True)
    league_name: Mapped[str] = mapped_column(String(100))
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(Instant, index=True)
    seed: Mapped[int] = mapped_column(Integer)
    total_games: Mapped[int] = mapped_column(Integer)
    generation_time: Mapped[float] = mapped_column(Float)
    home_venue_share: Mapped[float] = mapped_column(Float)
    origin: Mapped[str] = mapped_column(String(16))
    parent: Mapped[str | None] = mapped_column(String(32))
    league: Mapped[dict[str, Any]] = mapped_column(JSON)
    games: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    validation: Mapped[dict[str, Any]] = mapped_column(JSON)
    scores: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    search: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class NamedLeague(Base):
    """One row for each league of the library; ``key`` is its name without regard to case."""

    __tablename__ = "leagues"

    key: Mapped[str] = mapped_column(String(300), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    feed: Mapped[str] = mapped_column(String(32), unique=True)
    source: Mapped[str] = mapped_column(String(16))
    teams: Mapped[int] = mapped_column(Integer)
    total_games: Mapped[int] = mapped_column(Integer)
    spec: Mapped[dict[str, Any]] = mapped_column(JSON)
    notes: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    changed_by: Mapped[str] = mapped_column(String(100))
