"""Schedules that were made, kept in SQL with a version each.

Owns the key that says two leagues are the same, the feeds under which versions are published, and how many
are kept. The table's columns are in ``tables``.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import ValidationError
from sqlalchemy import ColumnElement, Select, delete, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, make_transient

from jobs.league.changes import Change
from jobs.league.games import Game
from jobs.league.schedule import Schedule
from jobs.league.scores import Scores
from jobs.league.spec import LeagueSpec
from jobs.league.tables import LeagueSchedule, NamedLeague
from jobs.league.validate import Validation
from longshore.storage import session_scope

KEPT_VERSIONS = 20
"""Versions of one feed."""
KEPT_SCHEDULES = 2_000
"""Schedules in all, as anybody may have one made. Those of named leagues are neither counted nor dropped."""
KEPT_GAMES = 2_000_000
"""Games of these schedules in all, at about 200 bytes each."""
ATTEMPTS = 10  # to take a version number that no other task takes at the same instant

Origin = Literal["generate", "repair"]
_IS_ID = re.compile(r"[0-9a-f]{32}")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ScheduleSummary:
    """A stored schedule without its games.

    Attributes:
        id: 32 hexadecimal digits.
        feed: 32 hexadecimal digits, the same for all versions.
        league_key: Same for equal leagues, whatever the seed.
        league_name: The league's name.
        version: Counts from 1 for each feed.
        created_at: When, in UTC.
        seed: The seed that it was made with.
        total_games: Number of games.
        generation_time: Seconds that it took.
        home_venue_share: From 0 to 1.
        origin: Whether it was generated or repairs another.
        parent: The id of the schedule that it repairs, which may have been dropped since.
    """

    id: str
    feed: str
    league_key: str
    league_name: str
    version: int
    created_at: datetime
    seed: int
    total_games: int
    generation_time: float
    home_venue_share: float
    origin: str
    parent: str | None


@dataclass(frozen=True)
class StoredSchedule(ScheduleSummary):
    """A stored schedule with all that belongs to it.

    Attributes:
        league: What was asked for.
        games: By date, start and venue.
        validation: What the validator said.
        scores: How good it is; None for one that was stored before there were scores.
        changes: What it changed in ``parent``.
        search: How the search for it went, as plain data.
    """

    league: LeagueSpec
    games: list[Game]
    validation: Validation
    scores: Scores | None
    changes: list[Change]
    search: dict[str, Any]


_SUMMARY = list(ScheduleSummary.__dataclass_fields__)
_NEWEST_FIRST = (LeagueSchedule.created_at.desc(), LeagueSchedule.version.desc(), LeagueSchedule.id)


def league_key(league: LeagueSpec) -> str:
    """A name for everything that a league says: equal leagues have equal keys, on every machine."""
    canonical = json.dumps(
        league.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=True
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def save(
    league: LeagueSpec,
    schedule: Schedule,
    validation: Validation,
    *,
    seed: int,
    generation_time: float,
    feed: str | None = None,
    origin: Origin = "generate",
    parent: str | None = None,
    changes: Sequence[Change] = (),
    search: Mapping[str, Any] | None = None,
) -> StoredSchedule:
    """Store a schedule as its feed's next version, and forget what is beyond the bounds above.

    Args:
        league: The league.
        schedule: Its schedule.
        validation: What the validator said.
        seed: The seed that the solver had.
        generation_time: Seconds that it took.
        feed: Where it is published; by default where the league's newest schedule is, unless that is the
            feed of a named league: what is made for a name is for the one who names it.
        origin: Whether it was generated or repairs another.
        parent: The id of the schedule that it repairs.
        changes: What it changed there.
        search: How the search went, as plain data.

    Returns:
        The schedule as it is stored, with its id, feed and version.
    """
    row = LeagueSchedule(
        id=uuid.uuid4().hex,
        feed=feed,
        league_key=league_key(league),
        league_name=league.name,
        created_at=datetime.now(UTC),
        seed=seed,
        total_games=len(schedule.games),
        generation_time=generation_time,
        home_venue_share=schedule.scores.home_venue_share,
        origin=origin,
        parent=parent,
        league=league.model_dump(mode="json"),
        games=_plain(schedule.games),
        validation=validation.model_dump(mode="json"),
        scores=schedule.scores.model_dump(mode="json"),
        changes=_plain(changes),
        search=dict(search) if search else None,
    )
    _insert(row)
    return _stored(row)


def get(schedule_id: str) -> StoredSchedule | None:
    """The schedule of that id, or None."""
    return _first(select(LeagueSchedule).where(LeagueSchedule.id == _id(schedule_id)))


def latest(key: str) -> StoredSchedule | None:
    """The newest schedule of a league, or None."""
    return _first(select(LeagueSchedule).where(LeagueSchedule.league_key == key).order_by(*_NEWEST_FIRST))


def latest_of_feed(feed: str) -> StoredSchedule | None:
    """The newest version under a feed, or None."""
    return _first(
        select(LeagueSchedule).where(LeagueSchedule.feed == _id(feed)).order_by(LeagueSchedule.version.desc())
    )


def recent(limit: int = 20) -> list[ScheduleSummary]:
    """The newest schedules of all leagues, newest first, without their games."""
    return _summaries(_summary().order_by(*_NEWEST_FIRST).limit(limit))


def versions(feed: str) -> list[ScheduleSummary]:
    """The versions under a feed, newest first, without their games; none for an unknown feed."""
    return _summaries(
        _summary().where(LeagueSchedule.feed == _id(feed)).order_by(LeagueSchedule.version.desc())
    )


def newest_id(key: str) -> str | None:
    """The id of the newest schedule of a league, without reading it."""
    newest = select(LeagueSchedule.id).where(LeagueSchedule.league_key == key).order_by(*_NEWEST_FIRST)
    with session_scope() as session:
        return session.scalar(newest.limit(1))


def feed_of(schedule_id: str) -> str | None:
    """The feed of a schedule, without reading it; None if there is no such schedule."""
    with session_scope() as session:
        return session.scalar(select(LeagueSchedule.feed).where(LeagueSchedule.id == _id(schedule_id)))


def names_of_feed(feed: str) -> dict[str, set[str]]:
    """All teams, divisions and venues that a version under a feed has had, by what they are."""
    kinds = {"team": "teams", "division": "divisions", "venue": "venues"}
    with session_scope() as session:
        leagues = session.scalars(select(LeagueSchedule.league).where(LeagueSchedule.feed == _id(feed))).all()
    return {kind: {one["name"] for some in leagues for one in some[key]} for kind, key in kinds.items()}


def _insert(row: LeagueSchedule) -> None:
    """Insert with the feed's next version.

    Two tasks of one feed may end at once: the loser takes the next number.
    """
    wanted = row.feed
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with session_scope() as session:
                row.feed = wanted or _feed_of(session, row.league_key)
                highest = select(func.max(LeagueSchedule.version)).where(LeagueSchedule.feed == row.feed)
                row.version = (session.scalar(highest) or 0) + 1
                session.add(row)
                session.flush()
                _drop_old(session, row)
            return
        except IntegrityError:
            make_transient(row)
            if attempt == ATTEMPTS:
                raise


def _feed_of(session: Session, key: str) -> str:
    """The feed of a league that nobody has named.

    A new one is made of the league's key, which only those know who know the whole league: two first
    schedules that are stored at the same instant so find each other.
    """
    newest = (
        select(LeagueSchedule.feed)
        .where(LeagueSchedule.league_key == key, _of_nobody())
        .order_by(*_NEWEST_FIRST)
    )
    return session.scalar(newest.limit(1)) or hashlib.sha256(f"feed {key}".encode()).hexdigest()[:32]


def _of_nobody() -> ColumnElement[bool]:
    """Schedules of leagues that are not in the library."""
    return LeagueSchedule.feed.not_in(select(NamedLeague.feed))


def _drop_old(session: Session, row: LeagueSchedule) -> None:
    """Drop versions of this feed, and schedules of anybody, that are beyond the bounds."""
    old = LeagueSchedule.version <= row.version - KEPT_VERSIONS
    place = func.row_number().over(order_by=_NEWEST_FIRST).label("place")
    games = func.sum(LeagueSchedule.total_games).over(order_by=_NEWEST_FIRST).label("games")
    counted = select(LeagueSchedule.id, place, games).where(_of_nobody()).subquery()
    beyond = or_(counted.c.place > KEPT_SCHEDULES, counted.c.games > KEPT_GAMES)
    for gone in (
        (LeagueSchedule.feed == row.feed) & old,
        LeagueSchedule.id.in_(select(counted.c.id).where(beyond)),
    ):
        session.execute(delete(LeagueSchedule).where(gone), execution_options={"synchronize_session": False})


def _id(text: str) -> str:
    """An id as it can be looked for: PostgreSQL refuses a NUL, and any other text is no id."""
    return text if _IS_ID.fullmatch(text) else ""


def _plain(models: Sequence[Game] | Sequence[Change]) -> list[dict[str, Any]]:
    return [one.model_dump(mode="json") for one in models]


def _summary() -> Select[Any]:
    return select(*[getattr(LeagueSchedule, name) for name in _SUMMARY])


def _summaries(wanted: Select[Any]) -> list[ScheduleSummary]:
    with session_scope() as session:
        return [ScheduleSummary(**row._mapping) for row in session.execute(wanted)]


def _first(wanted: Select[LeagueSchedule]) -> StoredSchedule | None:
    """The first of the schedules, if there is one that this code can read."""
    with session_scope() as session:
        row = session.scalars(wanted.limit(1)).first()
    try:
        return _stored(row) if row else None
    except ValidationError as error:  # of a league that an older version took, and this one refuses
        log.warning("Schedule %s cannot be read any more: %d faults", row and row.id, error.error_count())
        return None


def _stored(row: LeagueSchedule) -> StoredSchedule:
    return StoredSchedule(
        **{name: getattr(row, name) for name in _SUMMARY},
        league=LeagueSpec.model_validate(row.league),
        games=[Game.model_validate(game) for game in row.games],
        validation=Validation.model_validate(row.validation),
        scores=Scores.model_validate(row.scores) if row.scores else None,
        changes=[Change.model_validate(change) for change in row.changes],
        search=row.search or {},
    )
