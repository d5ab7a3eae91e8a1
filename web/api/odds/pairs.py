"""`GET /api/odds/arbitrages` and `/api/odds/middles`: bets at several books that belong together."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from flask import Response

from jobs.odds import selection
from jobs.odds.board import Board
from jobs.odds.selection import Choice
from web import auth
from web.api.odds import serving
from web.api.odds.blueprint import blueprint
from web.api.odds.edition import Edition
from web.api.odds.pages import Rendered
from web.api.odds.queries import PairsQuery, key

Kind = Literal["arbitrages", "middles"]


@blueprint.get("/odds/arbitrages", summary="List the arbitrages")
@auth.public
def arbitrages(query: PairsQuery) -> Response:
    """Bets that pay more than they cost however the event ends, the highest profit first.

    `stake_share` of each leg is its share of the whole stake.
    """
    return _answer("arbitrages", query)


@blueprint.get("/odds/middles", summary="List the middles")
@auth.public
def middles(query: PairsQuery) -> Response:
    """Bets on both sides at different points; both may win. The least break-even probability first."""
    return _answer("middles", query)


def _answer(name: Kind, query: PairsQuery) -> Response:
    edition, choice = serving.serving().edition(), query.choice(query.min_profit)
    said = key(choice, query.limit, query.cursor)
    return serving.answer(edition, said, lambda: _render(edition, name, query, choice))


def _render(edition: Edition, name: Kind, query: PairsQuery, choice: Choice) -> Rendered:
    board = edition.board
    page = _page(board, name, query, choice, edition.now) if board else selection.Page((), 0, None)
    rows = [board.rows[name][place] for place in page.places] if board else []
    said = serving.NO_BOARD if board is None else serving.kept(edition) if edition.fallback else None
    members = {
        **serving.head(edition, choice.sports),
        "message": said,
        "count": len(rows),
        "total": page.total,
        "next_cursor": page.next_cursor,
    }
    return Rendered(serving.document(members, name, rows))


def _page(board: Board, name: Kind, query: PairsQuery, choice: Choice, now: datetime) -> selection.Page:
    if name == "arbitrages":
        return selection.arbitrages(board.arbitrages, choice, now, limit=query.limit, cursor=query.cursor)
    return selection.middles(board.middles, choice, now, limit=query.limit, cursor=query.cursor)
