"""`GET /api/odds`: the opportunities."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, request

from jobs.odds import selection
from jobs.odds.board import Board
from jobs.odds.selection import Choice
from jobs.odds.shown import OPPORTUNITIES
from web import auth
from web.api.odds import serving, table
from web.api.odds.blueprint import blueprint
from web.api.odds.edition import Edition
from web.api.odds.pages import Rendered
from web.api.odds.queries import OddsQuery, key


@blueprint.get("/odds", summary="List the opportunities")
@auth.public
def index(query: OddsQuery) -> Response:
    """Prices that pay more than they should, of events that have not begun, as the last refresh found them.

    `stale` says that they are older than they should be, or a kept copy while Redis is away.
    """
    edition = serving.serving().edition()
    choice, limit = query.choice(query.min_ev), _limit(query)
    name = key(choice, query.sort, limit, query.cursor, query.format)
    return serving.answer(edition, name, lambda: _render(edition, query, choice, limit))


def _limit(query: OddsQuery) -> int | None:
    """Most lines of the page; a table has all of them unless it is said how many."""
    return None if query.format == "csv" and "limit" not in query.model_fields_set else query.limit


def _render(edition: Edition, query: OddsQuery, choice: Choice, limit: int | None) -> Rendered:
    board = edition.board
    listed = board.opportunities if board else ()
    page = selection.opportunities(
        listed, choice, edition.now, sort=query.sort, limit=limit, cursor=query.cursor
    )
    if query.format == "csv":
        return _table(edition, choice, page)
    rows = [board.rows[OPPORTUNITIES][place] for place in page.places] if board else []
    members = {
        **serving.head(edition, choice.sports),
        "message": _message(edition, choice, page.total),
        "count": len(rows),
        "total": page.total,
        "next_cursor": page.next_cursor,
    }
    return Rendered(serving.document(members, OPPORTUNITIES, rows))


def _table(edition: Edition, choice: Choice, page: selection.Page) -> Rendered:
    head = serving.head(edition, choice.sports)
    listed = [edition.board.opportunities[place] for place in page.places] if edition.board else []
    headers = {
        "Content-Disposition": 'attachment; filename="odds.csv"',
        "X-Odds-Source": head["source"],
        "X-Odds-Stale": "true" if head["stale"] else "false",
    }
    if page.next_cursor is not None:
        headers["Link"] = f'<{_next(page.next_cursor)}>; rel="next"'
    return Rendered(table.table(listed, head), "text/csv; charset=utf-8", headers)


def _next(cursor: str) -> str:
    """The address of the page after this one."""
    return f"{request.path}?{urlencode({**request.args.to_dict(), 'cursor': cursor})}"


def _message(edition: Edition, choice: Choice, total: int) -> str | None:
    """What a reader should know, in words; null if there is nothing."""
    board = edition.board
    if board is None:
        return serving.NO_BOARD
    said = [serving.kept(edition)] if edition.fallback else []
    if total == 0:
        said.append(_nothing(edition, board, choice))
    return " ".join(said) or None


def _nothing(edition: Edition, board: Board, choice: Choice) -> str:
    begun = sum(one.commence_time <= edition.now for one in board.opportunities)
    unknown = [one for one in choice.sports if one not in board.sports]
    if unknown:
        return f"Nothing was read of {', '.join(unknown)}; sports are {', '.join(sorted(board.sports))}."
    if begun == len(board.opportunities) > 0:
        return "All events with opportunities have begun."
    return (
        "No opportunity is as asked for." if board.opportunities else "The last refresh found no opportunity."
    )
