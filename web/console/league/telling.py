"""How one game is told: from a team's side, where it is, and where a repair moved it from. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jobs.league.changes import Change, Place
from jobs.league.games import Game
from jobs.league.spec import LeagueSpec
from web.console.league.choice import Choice
from web.console.league.season import brief

GOLDEN_ANGLE = 137.508
"""Degrees between the hues of two divisions: however many there are, neighbours differ."""


@dataclass(frozen=True)
class Mark:
    """What a repair did to a game.

    Attributes:
        word: "moved", "added" or the like.
        was: where and when it was before; empty for a new one.
        why: the reason.
    """

    word: str
    was: str
    why: str


@dataclass(frozen=True)
class Told:
    """A game with what a reader wants to know of it.

    Attributes:
        game: the game.
        side: "home" or "away" of the chosen team; empty when none is chosen.
        opponent: whom the chosen team meets; empty when none is chosen.
        place: the venue, and the pitch where there are several.
        mark: what a repair did to it.
    """

    game: Game
    side: str
    opponent: str
    place: str
    mark: Mark | None


class Teller:
    """Tells the games of one schedule.

    Args:
        league: the league.
        changes: what the schedule changed in the one that it repairs.
        choice: what the visitor chose.
    """

    def __init__(self, league: LeagueSpec, changes: Iterable[Change], choice: Choice) -> None:
        self._pitches = {venue.name: venue.pitches for venue in league.venues}
        self._team = choice.team
        self._marks = {
            (one.home, one.away, one.after.date, one.after.start): self._mark(one)
            for one in changes
            if one.after is not None
        }

    def tell(self, game: Game) -> Told:
        """A game, told."""
        side = "" if not self._team else "home" if game.home == self._team else "away"
        return Told(
            game=game,
            side=side,
            opponent={"home": game.away, "away": game.home, "": ""}[side],
            place=self.place(game.venue, game.pitch),
            mark=self._marks.get((game.home, game.away, game.date, game.start)),
        )

    def place(self, venue: str, pitch: int) -> str:
        """A venue, with the pitch where there are several."""
        return f"{venue}, pitch {pitch}" if self._pitches.get(venue, 1) > 1 else venue

    def spot(self, where: Place | None) -> str:
        """A date, time and place in a line; empty for none."""
        if where is None:
            return ""
        return f"{brief(where.date)}, {where.start}, {self.place(where.venue, where.pitch)}"

    def _mark(self, change: Change) -> Mark:
        was = self.spot(change.before) if change.before != change.after else ""
        return Mark(word=change.kind, was=was, why=change.why)


def hues(league: LeagueSpec) -> dict[str, int]:
    """A hue for each division, in degrees; its name always stands beside it."""
    return {one.name: round(number * GOLDEN_ANGLE) % 360 for number, one in enumerate(league.divisions)}
