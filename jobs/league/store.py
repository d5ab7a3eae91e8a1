"""Schedules that were made, kept in SQL with a version each.

Owns the table, the key that says two leagues are the same, and how many versions are kept. The migration of
the table is in ``migrations/``.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Float, Integer, String, UniqueConstraint, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, make_transient, mapped_column

from jobs.league.schedule import Game, Schedule
from jobs.league.spec import LeagueSpec
from jobs.league.validate import Validation
from longshore.storage import Base, Instant, session_scope

KEPT_VERSIONS = 20
ATTEMPTS = 10  # to take a version number that no other task takes at the same instant


class LeagueSchedule(Base):
    """One row for each schedule."""

    __tablename__ = "league_schedules"
    __table_args__ = (UniqueConstraint("league_key", "version", name="uq_league_schedules_version"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    league_key: Mapped[str] = mapped_column(String(64))
    league_name: Mapped[str] = mapped_column(String(100))
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(Instant, index=True)
    seed: Mapped[int] = mapped_column(Integer)
    total_games: Mapped[int] = mapped_column(Integer)
    generation_time: Mapped[float] = mapped_column(Float)
    home_venue_share: Mapped[float] = mapped_column(Float)
    league: Mapped[dict[str, Any]] = mapped_column(JSON)
    games: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    validation: Mapped[dict[str, Any]] = mapped_column(JSON)


@dataclass(frozen=True)
class ScheduleSummary:
    """A stored schedule without its games.

    Attributes:
        id: 32 hexadecimal digits.
        league_key: Same for equal leagues, whatever the seed.
        league_name: The league's name.
        version: Counts from 1 for each league.
        created_at: When, in UTC.
        seed: The seed that it was made with.
        total_games: Number of games.
        generation_time: Seconds that it took.
        home_venue_share: From 0 to 1.
    """

    id: str
    league_key: str
    league_name: str
    version: int
    created_at: datetime
    seed: int
    total_games: int
    generation_time: float
    home_venue_share: float


@dataclass(frozen=True)
class StoredSchedule(ScheduleSummary):
    """A stored schedule with its league, games and validation."""

    league: LeagueSpec
    games: list[Game]
    validation: Validation


SUMMARY_COLUMNS = [getattr(LeagueSchedule, name) for name in ScheduleSummary.__dataclass_fields__]


def league_key(league: LeagueSpec) -> str:
    """A name for everything that a league says: equal leagues have equal keys, on every machine."""
    canonical = json.dumps(
        league.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=True
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def save(
    league: LeagueSpec, schedule: Schedule, validation: Validation, *, seed: int, generation_time: float
) -> StoredSchedule:
    """Store a schedule as its league's next version, and forget versions beyond the last twenty.

    Args:
        league: The league.
        schedule: Its schedule.
        validation: What the validator said.
        seed: The seed that the solver had.
        generation_time: Seconds that it took.

    Returns:
        The schedule as it is stored, with its id and version.
    """
    row = LeagueSchedule(
        id=uuid.uuid4().hex,
        league_key=league_key(league),
        league_name=league.name,
        created_at=datetime.now(UTC),
        seed=seed,
        total_games=len(schedule.games),
        generation_time=generation_time,
        home_venue_share=schedule.scores.home_venue_share,
        league=league.model_dump(mode="json"),
        games=[game.model_dump(mode="json") for game in schedule.games],
        validation=validation.model_dump(mode="json"),
    )
    _insert(row)
    return _stored(row)


def latest(key: str) -> StoredSchedule | None:
    """The newest schedule of a league, or None."""
    newest = (
        select(LeagueSchedule).where(LeagueSchedule.league_key == key).order_by(LeagueSchedule.version.desc())
    )
    with session_scope() as session:
        row = session.scalars(newest.limit(1)).first()
        return _stored(row) if row else None


def get(schedule_id: str) -> StoredSchedule | None:
    """The schedule of that id, or None."""
    with session_scope() as session:
        row = session.get(LeagueSchedule, schedule_id)
        return _stored(row) if row else None


def recent(limit: int = 20) -> list[ScheduleSummary]:
    """The newest schedules of all leagues, newest first, without their games."""
    columns = select(*SUMMARY_COLUMNS).order_by(
        LeagueSchedule.created_at.desc(), LeagueSchedule.version.desc()
    )
    with session_scope() as session:
        return [ScheduleSummary(**row._mapping) for row in session.execute(columns.limit(limit))]


def _insert(row: LeagueSchedule) -> None:
    """Insert with the league's next version.

    Two tasks of one league may end at once: the loser takes the next number.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with session_scope() as session:
                highest = select(func.max(LeagueSchedule.version)).where(
                    LeagueSchedule.league_key == row.league_key
                )
                row.version = (session.scalar(highest) or 0) + 1
                session.add(row)
                session.flush()
                _drop_old(session, row)
            return
        except IntegrityError:
            make_transient(row)
            if attempt == ATTEMPTS:
                raise


def _drop_old(session: Session, row: LeagueSchedule) -> None:
    old = LeagueSchedule.version <= row.version - KEPT_VERSIONS
    session.execute(delete(LeagueSchedule).where(LeagueSchedule.league_key == row.league_key, old))


def _stored(row: LeagueSchedule) -> StoredSchedule:
    summary = {name: getattr(row, name) for name in ScheduleSummary.__dataclass_fields__}
    return StoredSchedule(
        **summary,
        league=LeagueSpec.model_validate(row.league),
        games=[Game.model_validate(game) for game in row.games],
        validation=Validation.model_validate(row.validation),
    )
