"""Leagues that are kept by name, to be scheduled again and again.

Owns the library: a league each name, told apart without regard to case, and the feed under which its
schedules are published. The table's columns are in ``tables``.
"""

from __future__ import annotations

import difflib
import unicodedata
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete as delete_from
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from jobs.league import store
from jobs.league.errors import LeagueExists, UnknownLeague
from jobs.league.spec import LeagueSpec
from jobs.league.tables import NamedLeague
from longshore.storage import session_scope

NEAR = 3
"""Names that the error about an unknown one gives at most."""
_ATTEMPTS = 3


@dataclass(frozen=True)
class LeagueSummary:
    """A league of the library without its teams and venues.

    Attributes:
        name: As it was last written.
        feed: 32 hexadecimal digits: where its schedules are published.
        source: What it was read from: ``json``, ``csv``, ``osss`` or ``robinx``.
        teams: Number of teams.
        total_games: Number of games of a season.
        created_at: When it was first put there, in UTC.
        changed_at: When the league itself was last changed.
        changed_by: Who did that.
    """

    name: str
    feed: str
    source: str
    teams: int
    total_games: int
    created_at: datetime
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True)
class StoredLeague(LeagueSummary):
    """A league of the library, with what could not be taken when it was read: ``where`` and ``message``."""

    league: LeagueSpec
    notes: list[dict[str, str]]


@dataclass(frozen=True)
class LibraryPage:
    """Some leagues by name, how many there are, and where the next ones begin."""

    leagues: list[LeagueSummary]
    total: int
    next_cursor: str | None


_SUMMARY = list(LeagueSummary.__dataclass_fields__)


def put(
    league: LeagueSpec,
    *,
    name: str | None = None,
    source: str = "json",
    notes: Sequence[Mapping[str, str]] = (),
    by: str = "",
    replace: bool = True,
) -> StoredLeague:
    """Keep a league by its name, in the place of one that had it before.

    Args:
        league: The league.
        name: Its name from now on; its own by default.
        source: What it was read from.
        notes: What could not be taken then, ``where`` and ``message`` of each.
        by: Who keeps it.
        replace: False refuses a name that is taken.

    Raises:
        LeagueExists: the name is taken, and ``replace`` is false.
    """
    if name and name != league.name:
        league = LeagueSpec.model_validate(league.model_dump() | {"name": name})
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return _put(league, source, [dict(one) for one in notes], by, replace)
        except IntegrityError:  # somebody else put the first one of that name at the same instant
            if attempt == _ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def get(name: str) -> StoredLeague:
    """The league of that name.

    Raises:
        UnknownLeague: there is none; the error gives names that look like it.
    """
    with session_scope() as session:
        row = session.get(NamedLeague, _key(name))
        if row is None:
            raise UnknownLeague(name, _near(name, session.scalars(select(NamedLeague.name)).all()))
    return _stored(row)


def has(name: str) -> bool:
    """Whether there is a league of that name."""
    with session_scope() as session:
        return session.get(NamedLeague, _key(name)) is not None


def page(limit: int = 50, cursor: str | None = None) -> LibraryPage:
    """Leagues by name.

    Args:
        limit: Most leagues of the page.
        cursor: ``next_cursor`` of the page before.
    """
    wanted = select(NamedLeague.key, *[getattr(NamedLeague, one) for one in _SUMMARY])
    if cursor is not None:
        wanted = wanted.where(NamedLeague.key > _key(cursor))
    with session_scope() as session:
        total = session.scalar(select(func.count()).select_from(NamedLeague)) or 0
        rows = session.execute(wanted.order_by(NamedLeague.key).limit(limit + 1)).all()
    shown = [LeagueSummary(**{one: getattr(row, one) for one in _SUMMARY}) for row in rows[:limit]]
    return LibraryPage(shown, total, rows[limit - 1].key if len(rows) > limit else None)


def recent(limit: int = 50) -> list[LeagueSummary]:
    """The leagues that were changed last, the newest first."""
    wanted = select(*[getattr(NamedLeague, one) for one in _SUMMARY])
    with session_scope() as session:
        found = session.execute(wanted.order_by(NamedLeague.changed_at.desc()).limit(limit))
        return [LeagueSummary(**row._mapping) for row in found]


def delete(name: str) -> None:
    """Forget a league. Its schedules stay, as those of a league that nobody has named.

    Raises:
        UnknownLeague: there is none of that name.
    """
    get(name)
    with session_scope() as session:
        session.execute(delete_from(NamedLeague).where(NamedLeague.key == _key(name)))


def names_feed(feed: str) -> bool:
    """Whether a feed is that of a named league."""
    with session_scope() as session:
        return session.scalar(select(NamedLeague.key).where(NamedLeague.feed == feed)) is not None


def newest(known: StoredLeague) -> store.StoredSchedule | None:
    """The newest schedule of a named league as it is now, repairs included; None if there is none yet."""
    found = store.latest_of_feed(known.feed)
    return found if found and found.created_at >= known.changed_at else None


def _put(
    league: LeagueSpec, source: str, notes: list[dict[str, str]], by: str, replace: bool
) -> StoredLeague:
    now = datetime.now(UTC)
    with session_scope() as session:
        row = session.get(NamedLeague, _key(league.name), with_for_update=True)
        if row is not None and not replace:
            raise LeagueExists(row.name)
        if row is None:
            row = NamedLeague(key=_key(league.name), feed=uuid.uuid4().hex, created_at=now, spec={})
            session.add(row)
        spec = league.model_dump(mode="json")
        if row.spec != spec:
            row.spec, row.changed_at, row.changed_by = spec, now, by
        row.name, row.source, row.notes = league.name, source, notes
        row.teams, row.total_games = len(league.teams), league.total_games
    return _stored(row)


def _key(name: str) -> str:
    """What tells names apart; a NUL, which no name has and PostgreSQL refuses to look for, is no letter."""
    return unicodedata.normalize("NFC", name.strip().casefold()).replace("\0", "\N{REPLACEMENT CHARACTER}")


def _near(name: str, names: Sequence[str]) -> list[str]:
    by_key = {_key(one): one for one in names}
    return [by_key[one] for one in difflib.get_close_matches(_key(name), by_key, NEAR, cutoff=0.5)]


def _stored(row: NamedLeague) -> StoredLeague:
    summary = {name: getattr(row, name) for name in _SUMMARY}
    return StoredLeague(**summary, league=LeagueSpec.model_validate(row.spec), notes=row.notes)
