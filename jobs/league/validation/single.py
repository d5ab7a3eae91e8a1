"""Rules that one game alone can break: its teams, its date, its time and its place."""

from __future__ import annotations

from jobs.league.schedule import Game
from jobs.league.spec import Team, Venue
from jobs.league.validation.findings import Findings
from jobs.league.validation.reading import MIDNIGHT, Reading, describe, overlap, span_of, weekday_of


def check_game(known: Reading, game: Game, found: Findings) -> None:
    """Check a game by itself."""
    what, weekday = describe(game), weekday_of(game.date)
    found.check("two teams", game.home != game.away, f"{what}: a team plays itself")
    for name in (game.home, game.away):
        team = known.teams.get(name)
        found.check("team exists", team is not None, f"{what}: there is no team {name}")
        if team is not None:
            _check_team(known, game, team, what, found)
    _check_date(known, game, what, weekday, found)
    _check_length(known, game, what, found)
    venue = known.venues.get(game.venue)
    found.check("venue exists", venue is not None, f"{what}: there is no venue {game.venue}")
    if venue is not None:
        _check_venue(game, venue, what, found)
        _check_slot(known, game, what, weekday, found)


def _check_team(known: Reading, game: Game, team: Team, what: str, found: Findings) -> None:
    message = f"{what}: {team.name} plays in {team.division}, not {game.division}"
    found.check("division", team.division == game.division, message)
    free = game.date not in team.blackout_dates
    found.check("blackout", free, f"{what}: {team.name} cannot play on that date")
    windows = known.forbidden.get(team.name, {}).get(weekday_of(game.date), ())
    if windows:
        free = not any(overlap(span_of(game), window) for window in windows)
        message = f"{what} until {game.end}: {team.name} cannot play at that time"
        found.check("forbidden time", free, message)


def _check_date(known: Reading, game: Game, what: str, weekday: str, found: Findings) -> None:
    season = known.season
    inside = season.first_date <= game.date <= season.last_date
    found.check("season", inside, f"{what}: outside the season of {season.first_date} to {season.last_date}")
    found.check("play day", weekday in season.play_days, f"{what}: {weekday} is no play day")
    found.check("holiday", game.date not in season.holidays, f"{what}: a holiday")


def _check_length(known: Reading, game: Game, what: str, found: Findings) -> None:
    division, home = known.divisions.get(game.division), known.teams.get(game.home)
    start, end = span_of(game)
    if division is not None:
        right = end - start == division.game_minutes and end <= MIDNIGHT
        message = f"{what}: lasts from {game.start} to {game.end}, not {division.game_minutes} minutes"
        found.check("length", right, message)
    if home is not None:
        right = game.at_home_venue == (home.home_venue == game.venue)
        message = f"{what}: at_home_venue is {game.at_home_venue}, home is {home.home_venue}"
        found.check("home venue", right, message)


def _check_venue(game: Game, venue: Venue, what: str, found: Findings) -> None:
    closed = game.date in venue.closed_dates
    found.check("venue open", not closed, f"{what}: {venue.name} is closed that day")
    if venue.open_dates is not None:
        message = f"{what}: that day is none of the dates on which {venue.name} is open"
        found.check("open date", game.date in venue.open_dates, message)
    takes = venue.divisions is None or game.division in venue.divisions
    found.check("venue division", takes, f"{what}: {venue.name} does not take {game.division}")
    exists = 1 <= game.pitch <= venue.pitches
    found.check("pitch", exists, f"{what}: {venue.name} has no pitch {game.pitch}, it has {venue.pitches}")


def _check_slot(known: Reading, game: Game, what: str, weekday: str, found: Findings) -> None:
    """A game begins at one of the venue's starts and is over by the next one."""
    start, end = span_of(game)
    until = next((after for begin, after in known.slots[game.venue].get(weekday, ()) if begin == start), None)
    message = f"{what}: {game.venue} has no start at {game.start} on a {weekday}"
    if found.check("slot", until is not None, message) and until is not None:
        message = f"{what} until {game.end}: the next start at {game.venue} is before that"
        found.check("slot length", end <= until or until == MIDNIGHT, message)
