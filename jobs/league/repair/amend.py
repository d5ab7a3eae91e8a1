"""The league as it is after what has happened, and the games that cannot stay as they are.

Owns how a disruption is written into a league: closed dates, holidays, teams that are gone, and games that
others play fewer.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from jobs.league.errors import InfeasibleLeague
from jobs.league.games import Game
from jobs.league.repair.disruption import Disruption
from jobs.league.repair.words import day_name
from jobs.league.spec import LeagueSpec, Season, Venue
from jobs.league.windows import WEEKDAYS

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Amended:
    """A league after a disruption.

    Attributes:
        league: the league, not checked yet: what has happened may leave no way to keep its rules.
        games: the games that are still to be played, in their order.
        causes: for those that cannot stay where they are, by their places in ``games``, why not.
        gone: games of teams that have withdrawn, each with the reason.
    """

    league: LeagueSpec
    games: list[Game]
    causes: dict[int, str]
    gone: list[tuple[Game, str]]


def changed(model: M, **changes: Any) -> M:
    """A copy with some fields changed, without any check and without what was computed from the old ones."""
    return type(model).model_construct(**(dict(model) | changes))


def amend(league: LeagueSpec, games: Sequence[Game], disruption: Disruption) -> Amended:
    """Write what has happened into the league, and sort the games."""
    withdrawn = set(disruption.withdrawn)
    gone = [
        (game, why) for game in games if (why := _gone(game, withdrawn, disruption.from_date)) is not None
    ]
    left = [game for game in games if not withdrawn & {game.home, game.away}]
    after = _closed(_without(league, withdrawn), disruption)
    causes = {place: why for place, game in enumerate(left) if (why := _cause(game, disruption))}
    return Amended(with_numbers(after, left), left, causes, gone)


def _gone(game: Game, withdrawn: set[str], from_date: dt.date) -> str | None:
    names = [name for name in (game.home, game.away) if name in withdrawn]
    if not names:
        return None
    why = f"{' and '.join(names)} {'has' if len(names) == 1 else 'have'} withdrawn"
    return f"{why}; what was played counts no more" if game.date < from_date else why


def _cause(game: Game, disruption: Disruption) -> str | None:
    for date, venue in disruption.rained_off:
        if game.date == date and venue is None:
            return f"{day_name(date)} is rained off"
        if (game.date, game.venue) == (date, venue):
            return f"{venue} is closed on {day_name(date)} (rained off)"
    for lost in disruption.lost:
        if game.venue == lost.venue and lost.first <= game.date <= lost.last:
            return f"{lost.venue} is lost from {day_name(lost.first)} to {day_name(lost.last)}"
    return None


def _without(league: LeagueSpec, withdrawn: set[str]) -> LeagueSpec:
    """The league without these teams, and without divisions and venues that nobody needs any more."""
    if not withdrawn:
        return league
    teams = [team for team in league.teams if team.name not in withdrawn]
    played = {team.division for team in teams}
    venues = [
        venue
        if venue.divisions is None
        else changed(venue, divisions=[name for name in venue.divisions if name in played])
        for venue in league.venues
    ]
    return changed(
        league,
        teams=teams,
        divisions=[division for division in league.divisions if division.name in played],
        venues=[venue for venue in venues if venue.divisions is None or venue.divisions],
    )


def _closed(league: LeagueSpec, disruption: Disruption) -> LeagueSpec:
    """Rain everywhere makes a holiday; a venue that rain or loss takes away is closed."""
    everywhere = {date for date, venue in disruption.rained_off if venue is None}
    shut: dict[str, set[dt.date]] = defaultdict(set)
    for date, venue in disruption.rained_off:
        if venue is not None:
            shut[venue].add(date)
    for lost in disruption.lost:
        shut[lost.venue] |= {date for date in league.season.play_dates if lost.first <= date <= lost.last}
    season = league.season
    if everywhere:
        season = changed(season, holidays=sorted({*season.holidays, *everywhere}))
    venues = [
        _shut(venue, shut[venue.name], league.season) if shut.get(venue.name) else venue
        for venue in league.venues
    ]
    return changed(league, season=season, venues=venues)


def _shut(venue: Venue, dates: Iterable[dt.date], season: Season) -> Venue:
    """The venue with these dates closed; a date is never both open and closed."""
    closed = {*venue.closed_dates, *dates}
    if venue.open_dates is None:
        return changed(venue, closed_dates=sorted(closed))
    left = sorted(set(venue.open_dates) - closed)
    weekdays = {str(weekday) for weekday, starts in venue.slots.items() if starts}
    if any(WEEKDAYS[date.weekday()] in weekdays for date in left):
        return changed(venue, closed_dates=sorted(closed), open_dates=left)
    # A list of open dates must have one on which there is a start: none is left, so it is closed always.
    return changed(venue, closed_dates=sorted(closed | set(season.play_dates)), open_dates=None)


def with_numbers(league: LeagueSpec, games: Sequence[Game]) -> LeagueSpec:
    """The league in which every team plays as many games as it has."""
    played = Counter(name for game in games for name in (game.home, game.away))
    due = _games_each(league)
    teams = [
        changed(team, fewer_games=max(0, due[team.division] - played[team.name])) for team in league.teams
    ]
    return changed(league, teams=teams)


def _games_each(league: LeagueSpec) -> Mapping[str, int]:
    sizes = Counter(team.division for team in league.teams)
    return {division.name: division.games_each(sizes[division.name]) for division in league.divisions}


def checked(league: LeagueSpec) -> LeagueSpec:
    """The league, if its rules do not contradict each other by now.

    Raises:
        InfeasibleLeague: they do; each contradiction in words.
    """
    try:
        return LeagueSpec.model_validate(league.model_dump())
    except ValidationError as error:
        faults = [each["msg"] for each in error.errors(include_url=False, include_input=False)]
        raise InfeasibleLeague(
            f"after what has happened the league's rules cannot be kept: {'; '.join(faults[:3])}",
            conflicts=faults,
        ) from None
