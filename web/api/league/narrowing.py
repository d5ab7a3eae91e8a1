"""Which games of a schedule to show: those of a team, a division or a venue."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort
from pydantic import BaseModel, ConfigDict, Field

from jobs.league.changes import Change
from jobs.league.games import Game
from jobs.league.spec import LeagueSpec
from web.problems import invalid

NEAR = 3
"""Names that the error about an unknown one gives at most."""
Names = Mapping[str, Iterable[str]]
"""The names of a league's teams, divisions and venues, by the filter that takes them."""


class GamesQuery(BaseModel):
    """Which games to show; all of them by default."""

    model_config = ConfigDict(extra="forbid")

    team: str | None = Field(None, max_length=100, description="games of this team, home and away")
    division: str | None = Field(None, max_length=100, description="games of this division")
    venue: str | None = Field(None, max_length=100, description="games at this venue")


@dataclass(frozen=True)
class Narrowing:
    """A choice of games by names as the league writes them; empty ones narrow nothing."""

    team: str = ""
    division: str = ""
    venue: str = ""

    @property
    def chosen(self) -> dict[str, str]:
        """The names that narrow it, by filter."""
        return {name: value for name, value in vars(self).items() if value}

    def takes(self, game: Game) -> bool:
        """Whether a game is shown."""
        return self._fits(game.division, game.home, game.away, [game.venue])

    def concerns(self, change: Change) -> bool:
        """Whether a change is of a game that is shown, or was."""
        venues = [place.venue for place in (change.before, change.after) if place is not None]
        return self._fits(change.division, change.home, change.away, venues)

    def _fits(self, division: str, home: str, away: str, venues: list[str]) -> bool:
        return (
            (not self.team or self.team in (home, away))
            and (not self.division or self.division == division)
            and (not self.venue or self.venue in venues)
        )


def names(league: LeagueSpec) -> dict[str, list[str]]:
    """The names that a league's games can be narrowed by."""
    return {
        "team": [team.name for team in league.teams],
        "division": [division.name for division in league.divisions],
        "venue": [venue.name for venue in league.venues],
    }


def narrowing(query: GamesQuery, known: Names) -> Narrowing:
    """The choice that a query says, whatever its case; aborts with a 422 that names near names."""
    found: dict[str, str] = {}
    faults: list[dict[str, Any]] = []
    for name, asked in query.model_dump(exclude_none=True).items():
        by_key = {one.casefold(): one for one in known[name]}
        if asked and asked in known[name]:
            found[name] = asked
        elif asked and asked.casefold() in by_key:
            found[name] = by_key[asked.casefold()]
        elif asked:
            faults.append(_unknown(name, asked, by_key))
    if faults:
        abort(invalid(faults))
    return Narrowing(**found)


def _unknown(name: str, asked: str, by_key: dict[str, str]) -> dict[str, Any]:
    near = [by_key[one] for one in difflib.get_close_matches(asked.casefold(), by_key, NEAR, cutoff=0.5)]
    hint = f"; is it {' or '.join(map(repr, near))}?" if near else ""
    return {"field": name, "message": f"there is no {name} named {asked!r}{hint}", "type": f"unknown_{name}"}
