"""A stored schedule as an answer: JSON, a table in CSV, or a calendar."""

from __future__ import annotations

import io
import re
from dataclasses import asdict
from typing import Any, Literal

from flask import Response, jsonify, request, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from jobs.league.formats import sheets
from jobs.league.games import Game
from jobs.league.store import ScheduleSummary, StoredSchedule
from web import answers
from web.api.league.narrowing import Narrowing

_NOT_IN_FILE_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
Form = Literal["json", "csv", "ics"]
_MEDIA = {"csv": "text/csv", "ics": "text/calendar"}


def summary(stored: ScheduleSummary) -> dict[str, Any]:
    """A schedule without its games."""
    shown = {name: getattr(stored, name) for name in ScheduleSummary.__dataclass_fields__}
    del shown["league_key"]
    return {
        "schedule_id": shown.pop("id"),
        "league": shown.pop("league_name"),
        **shown,
        "created_at": answers.moment(stored.created_at),
        "url": url_for("league.show", schedule_id=stored.id),
    }


def answer(stored: StoredSchedule, narrowing: Narrowing, form: Form, *, newest: bool = False) -> BaseResponse:
    """A schedule in one of its forms, with an ETag; 304 to a client that has it already.

    Args:
        stored: the schedule.
        narrowing: which games to show.
        form: the form.
        newest: whether the address is that of whatever version is the newest.
    """
    games = [game for game in stored.games if narrowing.takes(game)]
    if form == "json":
        made = jsonify(_json(stored, narrowing, games))
    else:
        made = _file(stored, narrowing, games, form, attached=not newest)
    made.headers["Cache-Control"] = "private, no-cache" if newest else "private, max-age=300"
    made.add_etag(overwrite=True)
    return made.make_conditional(request)


def _json(stored: StoredSchedule, narrowing: Narrowing, games: list[Game]) -> dict[str, Any]:
    changes = [change.model_dump(mode="json") for change in stored.changes if narrowing.concerns(change)]
    return {
        **summary(stored),
        "timezone": stored.league.timezone,
        "validation": stored.validation.model_dump(mode="json"),
        "scores": stored.scores.model_dump(mode="json") if stored.scores else None,
        "search": stored.search,
        "filter": asdict(narrowing),
        "changes": changes,
        "games": [game.model_dump(mode="json") for game in games],
        "page_url": url_for("console_league.show", schedule_id=stored.id, **narrowing.chosen),  # type: ignore[arg-type]
        "feed_url": url_for("league.feed_calendar", feed=stored.feed, **narrowing.chosen),  # type: ignore[arg-type]
    }


def _file(
    stored: StoredSchedule, narrowing: Narrowing, games: list[Game], form: Form, *, attached: bool
) -> Response:
    title = " – ".join((stored.league_name, *narrowing.chosen.values()))
    content = sheets.table(games) if form == "csv" else _calendar(stored, narrowing, games, title)
    name = _NOT_IN_FILE_NAMES.sub("_", f"{title} v{stored.version}").strip(". ")
    made = send_file(
        io.BytesIO(content),
        mimetype=_MEDIA[form],
        as_attachment=attached,
        download_name=f"{name}.{form}",
        conditional=False,
        etag=False,
    )
    made.direct_passthrough = False  # it is in memory, and the ETag is of its content
    return made


def _calendar(stored: StoredSchedule, narrowing: Narrowing, games: list[Game], title: str) -> bytes:
    from jobs.league.formats import ical  # icalendar: only where somebody asks for a calendar

    page = url_for("console_league.show", schedule_id=stored.id, _external=True, **narrowing.chosen)
    source = ical.Source(
        stored.league, stored.games, stored.feed, stored.version, stored.created_at, page=page
    )
    return ical.calendar(source, games, title)
