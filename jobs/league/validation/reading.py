"""The league and its games as the validator reads them.

Owns its own understanding of weekdays, times, weeks, openness and numbers of games: it asks no method of the
league's, so that a mistake there is seen here.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from jobs.league.schedule import Game
from jobs.league.spec import Division, LeagueSpec, Team, Venue

MIDNIGHT = 24 * 60
Span = tuple[int, int]  # start and end in minutes since midnight
Weekly = dict[str, list[Span]]  # spans of each weekday
DAY = dt.timedelta(days=1)
_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Reading:
    """The league, by name."""

    def __init__(self, league: LeagueSpec) -> None:
        self.season = league.season
        self.teams = {team.name: team for team in league.teams}
        self.divisions = {division.name: division for division in league.divisions}
        self.venues = {venue.name: venue for venue in league.venues}
        self.members: dict[str, list[Team]] = defaultdict(list)
        for team in league.teams:
            self.members[team.division].append(team)
        self.slots = {venue.name: _slots(venue) for venue in league.venues}
        self.forbidden = {team.name: _forbidden(team) for team in league.teams if team.forbidden_times}

    def full(self, division: Division) -> int:
        """Games of each team of the division that plays no fewer."""
        if division.games_per_team is not None:
            return division.games_per_team
        single = len(self.members[division.name]) - 1
        return single if division.rounds == "single" else 2 * single


def _slots(venue: Venue) -> Weekly:
    """Each weekday's slots: from one start to the next, the last one until midnight."""
    found: Weekly = {}
    for weekday, times in venue.slots.items():
        starts = sorted({minutes(time) for time in times})
        found[str(weekday)] = list(pairwise([*starts, MIDNIGHT]))
    return found


def _forbidden(team: Team) -> Weekly:
    found: Weekly = defaultdict(list)
    for window in team.forbidden_times:
        for weekday in _NAMES if window.days is None else window.days:
            found[weekday].append((minutes(window.start), minutes(window.end)))
    return found


def weekday_of(date: dt.date) -> str:
    """The day's English name, whatever the process's locale."""
    return _NAMES[date.weekday()]


def minutes(time: str) -> int:
    """Minutes since midnight of ``"HH:MM"``."""
    return int(time[:2]) * 60 + int(time[3:])


def span_of(game: Game) -> Span:
    """The game's start and end."""
    return minutes(game.start), minutes(game.end)


def in_a_row(games: list[Game]) -> Iterator[tuple[Game, Game]]:
    """Each game with the one before it that ends last: if it overlaps with any before it, then with that."""
    ordered = sorted(games, key=span_of)
    latest = ordered[0]
    for game in ordered[1:]:
        yield latest, game
        latest = max(latest, game, key=lambda each: span_of(each)[1])


def overlap(one: Span, other: Span) -> bool:
    """Whether the two share a minute; one may end as the other begins."""
    return max(one[0], other[0]) < min(one[1], other[1])


def describe(game: Game) -> str:
    """The game in words."""
    return f"{game.home} v {game.away} on {game.date} at {game.start}"


def dates_of(games: Sequence[Game]) -> dict[str, list[dt.date]]:
    """The dates on which each team plays, one for each game, in order."""
    dates: dict[str, list[dt.date]] = defaultdict(list)
    for game in games:
        for name in dict.fromkeys((game.home, game.away)):
            dates[name].append(game.date)
    return {name: sorted(played) for name, played in dates.items()}


def stretches(first: dt.date, last: dt.date, played: Sequence[dt.date]) -> Iterator[tuple[dt.date, int]]:
    """Stretches of days without a game from ``first`` to ``last``: where each begins and how long it is."""
    inside = sorted({date for date in played if first <= date <= last})
    for one, other in pairwise([first - DAY, *inside, last + DAY]):
        yield one + DAY, (other - one).days - 1
