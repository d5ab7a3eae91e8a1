"""Games out as a table in CSV, for spreadsheets.

Owns its columns, and that a name cannot become a formula there: the league is described by whoever posts it,
and its table is opened by somebody else.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from jobs.league.games import Game

COLUMNS = (
    "date", "weekday", "start", "end", "division", "home", "away", "venue", "pitch", "at_home_venue",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def table(games: Iterable[Game]) -> bytes:
    """The games, one a row.

    UTF-8 with a byte order mark, without which Excel reads names in another encoding; lines end as RFC 4180
    has it. A name that begins as a formula does gets an apostrophe before it.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_row(game) for game in games)
    return out.getvalue().encode("utf-8-sig")


def _row(game: Game) -> list[str]:
    names = [_harmless(name) for name in (game.division, game.home, game.away, game.venue)]
    return [
        game.date.isoformat(),
        f"{game.date:%A}",
        game.start,
        game.end,
        *names,
        str(game.pitch),
        "yes" if game.at_home_venue else "no",
    ]


def _harmless(name: str) -> str:
    return f"'{name}" if name.startswith(_FORMULA) else name
