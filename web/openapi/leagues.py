"""Leagues in the description: bodies with files, answers that are files, and the shapes of the others."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from jobs.league.changes import Change
from jobs.league.games import Game
from jobs.league.scores import Scores
from jobs.league.validate import Validation
from web.api.league.uploads import FORM, RAW
from web.openapi.shapes import REF, Shape, described

_SPEC = {"$ref": f"{REF}league.generate_schedule.LeagueSpec"}
_FILES = {
    "type": "array",
    "items": {"type": "string", "format": "binary"},
    "description": "teams.csv, divisions.csv, venues.csv, season.csv; a ZIP of them; or one JSON or XML file",
}
_EVERY_CALENDAR = ("league.show_calendar", "league.feed_calendar")
_EVERY_TABLE = ("league.show_table", "league.feed_table")
_WITH_ETAG = (
    "league.show", "league.show_json", "league.feed_json", *_EVERY_CALENDAR, *_EVERY_TABLE,
)  # fmt: skip


class NoteShape(Shape):
    """What could not be taken of a file as it stands there."""

    where: str
    message: str


class ScheduleSummaryShape(Shape):
    """A schedule without its games."""

    schedule_id: str
    league: str
    feed: str = Field(description="the same for all versions: calendars are published under it")
    version: int
    created_at: datetime
    seed: int
    total_games: int
    generation_time: float = Field(description="seconds that it took")
    home_venue_share: float = Field(description="from 0 to 1")
    origin: Literal["generate", "repair"]
    parent: str | None = Field(description="the schedule that it repairs")
    url: str


class LeagueScheduleShape(ScheduleSummaryShape):
    """A schedule with its games."""

    timezone: str | None
    validation: Validation
    scores: Scores | None = Field(description="null for one that was stored before there were scores")
    search: dict[str, Any] = Field(description="how the search went")
    filter: dict[str, str] = Field(description="what the games are narrowed by")
    changes: list[Change] = Field(description="what a repair has changed")
    games: list[Game]
    page_url: str
    feed_url: str


class FeedShape(Shape):
    """The versions under a feed."""

    feed: str
    league: str
    calendar_url: str
    versions: list[ScheduleSummaryShape]


class LeagueSummaryShape(Shape):
    """A league of the library without its teams and venues."""

    name: str
    feed: str
    source: Literal["json", "csv", "osss", "robinx"]
    teams: int
    total_games: int
    created_at: datetime
    changed_at: datetime
    changed_by: str
    url: str
    calendar_url: str


class KeptLeague(LeagueSummaryShape):
    """A league of the library, with what could not be taken of its files."""

    notes: list[NoteShape]


class FullLeague(KeptLeague):
    """A league of the library with all that it says."""

    league: dict[str, Any] = Field(description="as POST /api/schedule/async takes it")


class Leagues(Shape):
    """A page of leagues, by name."""

    leagues: list[LeagueSummaryShape]
    total: int
    next_cursor: str | None


class ForgottenLeague(LeagueSummaryShape):
    """A league that was in the library."""

    deleted: Literal[True]


ANSWERS: dict[str, type[Shape]] = {
    "league.show": LeagueScheduleShape,
    "league.show_json": LeagueScheduleShape,
    "league.feed_json": LeagueScheduleShape,
    "league.feed": FeedShape,
    "league.leagues": Leagues,
    "league.create": KeptLeague,
    "league.replace": KeptLeague,
    "league.show_league": FullLeague,
    "league.delete": ForgottenLeague,
}
"""What these endpoints answer."""
MEDIA = dict.fromkeys(_EVERY_CALENDAR, "text/calendar") | dict.fromkeys(_EVERY_TABLE, "text/csv")
"""Endpoints whose answer is a file."""
TAGGED = frozenset(_WITH_ETAG)
"""Endpoints whose answer has an ETag, and is a 304 for If-None-Match."""


def schemas() -> dict[str, Any]:
    """The shapes of answers, by name."""
    return described(sorted(set(ANSWERS.values()), key=lambda one: one.__name__))


def body(endpoint: str, parameters: dict[str, Any] | None = None) -> dict[str, Any] | None:
    """The body of a route that takes a league, or None.

    Args:
        endpoint: Flask's name of the view.
        parameters: the schema of the JSON body, where it is not a league itself.
    """
    if endpoint not in ("league.start", "league.create", "league.replace"):
        return None
    kept = parameters is None
    content = {"application/json": {"schema": parameters or _SPEC}, FORM: {"schema": _form(kept)}}
    raw = {media: {"schema": {"type": "string", "format": "binary"}} for media in RAW}
    return {"required": kept, "content": content | raw}


def _form(kept: bool) -> dict[str, Any]:
    """The form: files, the league's name, fields of its season, and what goes to the job."""
    text = {"type": "string"}
    job = {"league": text, "force_regenerate": {"type": "boolean"}, "seed": {"type": "integer"}}
    season = {name: {**text, "format": "date"} for name in ("first_date", "last_date")}
    days = {"play_days": {"type": "array", "items": text}}
    own = {} if kept else job | {"time_limit": {"type": "number"}}
    return {
        "type": "object",
        "properties": {"files": _FILES, "name": text, **own, **season, **days},
        "additionalProperties": {"type": "string", "description": "further fields of the season"},
    }
