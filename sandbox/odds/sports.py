"""The sports: what sports.toml says of each, and the one that is bet on as a whole."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DAY = 86_400


@dataclass(frozen=True, eq=False)
class Slot:
    """When games of a round start.

    Attributes:
        offset: seconds after Monday 00:00 UTC.
        games: how many.
    """

    offset: int
    games: int


@dataclass(frozen=True, eq=False)
class Sport:
    """One sport. sports.toml explains its numbers; times are in seconds here."""

    key: str
    group: str
    title: str
    description: str
    active: bool
    goals: bool
    draw: bool
    regulation: bool
    home: float
    strength_sd: float
    total: float
    total_sd: float
    margin_sd: float
    score_sd: float
    news: float
    news_total: float
    unit: int
    length: int
    line: str
    horizon: float
    pinnacle: float
    rounds: tuple[tuple[Slot, ...], ...]
    teams: tuple[str, ...]


@cache
def sports() -> dict[str, Sport]:
    """All sports with games, by key."""
    tables = tomllib.loads((Path(__file__).parent / "sports.toml").read_text(encoding="utf-8"))
    return {key: _sport(key, table) for key, table in tables.items()}


def _sport(key: str, table: dict[str, Any]) -> Sport:
    same = {name: table[name] for name in Sport.__dataclass_fields__ if name in table}
    derived = {
        "active": table.get("season") != "closed",
        "goals": table["model"] == "goals",
        "draw": table.get("draw", False),
        "regulation": table.get("regulation", False),
        "line": table.get("line", "even"),
        "length": table["minutes"] * 60,
        "horizon": table["horizon"] * DAY,
        "rounds": tuple(tuple(_slot(text) for text in slots) for slots in table["rounds"]),
        "teams": tuple(table["teams"]),
    }
    return Sport(key=key, **(same | derived))


def _slot(text: str) -> Slot:
    day, time, games = text.split()
    hours, minutes = time.split(":")
    return Slot(int(day) * DAY + int(hours) * 3600 + int(minutes) * 60, int(games))
