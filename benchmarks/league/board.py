"""A league by number, for the two systems that ours is held against.

Owns what they have in common: the fixtures with their sides, which are paired as ours are, the slots of the
season, and who may play in which. Knows the rules that the sample has, and refuses a league with others; what
comes out is checked by ``jobs.league.validate`` like ours.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from jobs.league.games import Game
from jobs.league.solver.fixtures import Fixture, pair_teams
from jobs.league.solver.openings import Opening, Openings, time_of
from jobs.league.solver.orientation import balance_sides
from jobs.league.spec import LeagueSpec
from jobs.league.weeks import play_weeks


class Slot(NamedTuple):
    """An opening on one date; ``date`` and ``week`` count from 0."""

    date: int
    week: int
    opening: Opening


@dataclass(frozen=True)
class Board:
    """Fixtures and slots."""

    league: LeagueSpec
    fixtures: list[Fixture]
    slots: list[Slot]

    def choices(self, fixture: Fixture) -> list[int]:
        """Slots that a fixture could have if it were alone."""
        dates, barred = self.league.season.play_dates, {*fixture.home.blackout_dates}
        barred |= {*fixture.away.blackout_dates}
        return [
            number
            for number, slot in enumerate(self.slots)
            if fixture.division.name in slot.opening.divisions and dates[slot.date] not in barred
        ]

    def at_home(self, fixture: Fixture, slot: int) -> bool:
        """Whether a slot is at the home team's venue."""
        return self.slots[slot].opening.venue == fixture.home.home_venue

    def games(self, assigned: Sequence[int]) -> list[Game]:
        """The games when each fixture has the slot of this number."""
        pitches = [0] * len(self.slots)
        found = []
        for fixture, number in zip(self.fixtures, assigned, strict=True):
            pitches[number] += 1
            found.append(self._game(fixture, number, pitches[number]))
        return found

    def _game(self, fixture: Fixture, number: int, pitch: int) -> Game:
        date, _, opening = self.slots[number]
        return Game(
            division=fixture.division.name,
            home=fixture.home.name,
            away=fixture.away.name,
            date=self.league.season.play_dates[date],
            start=time_of(opening.start),
            end=time_of(opening.start + fixture.division.game_minutes),
            venue=opening.venue,
            pitch=pitch,
            at_home_venue=self.at_home(fixture, number),
        )


def board_of(league: LeagueSpec, seed: int) -> Board:
    """Pair the teams and number the slots.

    Raises:
        ValueError: the league has rules that the sample has not.
    """
    season = league.season
    others = (season.min_rest_days, season.max_gap_days, season.max_games_per_team_per_weekend)
    if season.max_games_per_team_per_week != 1 or any(others):
        raise ValueError("only leagues with one game a week and no rule of rest or gaps can be compared")
    openings = Openings(league)
    slots = [
        Slot(season.play_dates.index(date), week, opening)
        for week, dates in enumerate(play_weeks(season.play_dates))
        for date in dates
        for opening in openings.on(date)
    ]
    return Board(league, balance_sides(pair_teams(league, random.Random(seed))), slots)


def coaches_of(fixture: Fixture) -> list[str]:
    """The coaches who must be at a game, each once."""
    return list(dict.fromkeys(team.coach for team in (fixture.home, fixture.away) if team.coach))
