"""The columns that tables of a league have, and how a header names them.

Headers are compared without case, spaces and underscores. A few obvious other names are understood; for any
other, the nearest known one is offered.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.league.formats import cells
from jobs.league.formats.grid import Grid
from jobs.league.formats.outcome import shown
from jobs.league.windows import WEEKDAYS


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        path: Fields from the part of the league to the value, e.g. ``("slots", "saturday")``.
        parse: Makes a cell's text a value, or raises ``BadCell``.
        others: Further names that are understood.
        required: Whether the table is of no use without it.
    """

    path: tuple[str, ...]
    parse: Callable[[str], Any]
    others: tuple[str, ...] = ()
    required: bool = False

    @property
    def name(self) -> str:
        """The name that documentation and messages use."""
        return self.path[-1] if self.path[0] in ("slots", "location") else "_".join(self.path)


def _column(name: str, parse: Callable[[str], Any], *others: str, required: bool = False) -> Column:
    return Column((name,), parse, others, required)


def _slots(day: str) -> Column:
    return Column(("slots", day), cells.starts, (day[:3], day + "s", f"{day}_slots", f"{day}_times"))


COLUMNS: dict[str, tuple[Column, ...]] = {
    "teams": (
        _column("name", cells.text, "team", "team_name", required=True),
        _column("division", cells.text, "div", "age_group", "league", "grade", required=True),
        _column(
            "home_venue", cells.text, "home", "venue", "ground", "home_ground", "home_field", required=True
        ),
        _column("club", cells.text),
        _column("coach", cells.text, "manager", "coach_name"),
        _column("blackout_dates", cells.dates, "blackouts", "blackout", "unavailable", "unavailable_dates"),
        _column("preferred_times", cells.windows, "preferred", "preferences"),
        _column("forbidden_times", cells.windows, "forbidden", "unavailable_times", "not_available"),
        _column("fewer_games", cells.number),
    ),
    "divisions": (
        _column("name", cells.text, "division", "division_name", required=True),
        _column("games_per_team", cells.number, "games", "games_each"),
        _column("rounds", cells.rounds, "round_robin", "format"),
        _column("game_minutes", cells.number, "minutes", "length", "duration", "game_length"),
    ),
    "venues": (
        _column("name", cells.text, "venue", "venue_name", "ground", required=True),
        _column("pitches", cells.number, "fields", "courts", "rinks", "capacity"),
        *(_slots(day) for day in WEEKDAYS),
        _column("closed_dates", cells.dates, "closed", "closures"),
        _column("open_dates", cells.dates, "open"),
        _column("divisions", cells.names, "allowed_divisions", "only_divisions"),
        Column(("location", "latitude"), cells.degrees, ("lat",)),
        Column(("location", "longitude"), cells.degrees, ("lon", "lng", "long")),
    ),
    "season": (
        _column("name", cells.text, "league", "league_name"),
        _column("first_date", cells.date, "start", "start_date", "season_start", "from"),
        _column("last_date", cells.date, "end", "end_date", "season_end", "until"),
        _column("play_days", cells.weekdays, "days", "weekdays", "game_days"),
        _column("holidays", cells.dates, "no_play_dates"),
        _column("max_games_per_team_per_day", cells.number, "max_games_per_day"),
        _column("max_games_per_team_per_week", cells.number, "max_games_per_week"),
        _column("max_games_per_team_per_weekend", cells.number, "max_games_per_weekend"),
        _column("max_gap_days", cells.number, "max_gap", "longest_gap"),
        _column("min_rest_days", cells.number, "min_rest", "rest_days", "least_rest"),
        _column("require_home_away_balance", cells.yes_or_no, "home_away_balance"),
        _column("timezone", cells.text, "time_zone", "zone"),
        *(
            Column(("goals", goal), cells.number, (f"{goal}_weight", f"weight_{goal}"))
            for goal in (
                *("home_venue", "balance", "early_late", "preferred_times"),
                *("spread", "travel", "rematch"),
            )
        ),
    ),
}


def key(name: str) -> str:
    """A header as it is compared."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def known(kind: str) -> dict[str, Column]:
    """Columns of a table by every name that is understood, as it is compared."""
    found: dict[str, Column] = {}
    for column in COLUMNS[kind]:
        for name in (column.name, *column.others):
            found.setdefault(key(name), column)
    return found


def recognise(kind: str, table: Grid, header: Sequence[str], row: int | None = 1) -> list[Column | None]:
    """The column under each header; faults of the header are added to the table.

    A header cell that is empty, unknown or a second time the same has no column.
    """
    columns = known(kind)
    found: list[Column | None] = []
    for name in header:
        column = columns.get(key(name))
        if column is None and name:
            table.fault(f"is not a column of {kind}{_nearest(kind, name)}", row, shown(name), breaks=False)
        elif column is None:
            table.fault("a column has no name in the header", row, breaks=False)
        elif column in found:
            table.fault(f"names {column.name} a second time", row, shown(name), breaks=False)
            column = None
        found.append(column)
    return found


def _nearest(kind: str, name: str) -> str:
    names = {key(other): column.name for column in COLUMNS[kind] for other in (column.name, *column.others)}
    if close := difflib.get_close_matches(key(name)[:60], names, n=1, cutoff=0.6):
        return f"; is {names[close[0]]} meant?"
    shown_names = [column.name for column in COLUMNS[kind] if column.path[0] != "goals"]
    return "; there are " + ", ".join(shown_names)


def guess(header: Sequence[str]) -> str | None:
    """The kind of table that a header belongs to, if it is clearly that of one."""
    names = {key(name) for name in header}
    if "field" in names and "value" in names:
        return "season"
    if (
        names
        & set(known("season"))
        & {"firstdate", "startdate", "seasonstart", "playdays", "lastdate", "enddate"}
    ):
        return "season"
    if names & {*WEEKDAYS, *(day[:3] for day in WEEKDAYS), "pitches", "closeddates", "latitude"}:
        return "venues"
    if names & {"homevenue", "homeground", "coach", "blackoutdates", "club"}:
        return "teams"
    if names & {"gamesperteam", "rounds", "gameminutes", "roundrobin"}:
        return "divisions"
    return None
