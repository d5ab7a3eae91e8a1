"""Does a schedule keep every rule of its league? An answer that owes nothing to the solver.

Owns its own reading of the rules: it shares the shapes of league and game with the solver and not one line
more, so that a mistake in one is seen by the other. How good a valid schedule is, is reported in ``stats``
and refuses nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from pydantic import BaseModel, ConfigDict, Field

from jobs.league.schedule import Game
from jobs.league.spec import Division, LeagueSpec, Team, Venue

MAX_VIOLATIONS = 100
MIDNIGHT = 24 * 60
Span = tuple[int, int]  # start and end in minutes since midnight


class Violation(BaseModel):
    """One broken rule, with the teams and the date in its message."""

    model_config = ConfigDict(frozen=True)

    rule: str
    message: str


class Stats(BaseModel):
    """Figures of a schedule, counted anew from its games."""

    model_config = ConfigDict(frozen=True)

    games: int
    dates: int
    home_venue_share: float
    home_away_balance_max: int
    home_away_balance_mean: float


class Validation(BaseModel):
    """What the validator found."""

    model_config = ConfigDict(frozen=True)

    valid: bool
    violation_count: int = Field(description="All violations; only the first hundred are listed.")
    violations: list[Violation]
    checks: dict[str, int] = Field(description="How often each rule was checked.")
    stats: Stats


class _Findings:
    """Counts checks and keeps what fails."""

    def __init__(self) -> None:
        self.checks: Counter[str] = Counter()
        self.violations: list[Violation] = []
        self.count = 0

    def check(self, rule: str, kept: bool, message: str) -> bool:
        self.checks[rule] += 1
        if not kept:
            self.count += 1
            if len(self.violations) < MAX_VIOLATIONS:
                self.violations.append(Violation(rule=rule, message=message))
        return kept


class _League:
    """The league, by name."""

    def __init__(self, league: LeagueSpec) -> None:
        self.season = league.season
        self.teams = {team.name: team for team in league.teams}
        self.divisions = {division.name: division for division in league.divisions}
        self.venues = {venue.name: venue for venue in league.venues}
        self.members: dict[str, list[Team]] = defaultdict(list)
        for team in league.teams:
            self.members[team.division].append(team)

    def games_of(self, division: Division) -> int:
        """Games that each team of the division plays."""
        if division.games_per_team is not None:
            return division.games_per_team
        single = len(self.members[division.name]) - 1
        return single if division.rounds == "single" else 2 * single


def validate(league: LeagueSpec, games: Sequence[Game]) -> Validation:
    """Check every rule of the league on every game.

    Args:
        league: What was asked for.
        games: What was made of it, in any order.
    """
    known, found = _League(league), _Findings()
    for game in games:
        _check_teams(known, game, found)
        _check_date(known, game, found)
        _check_place(known, game, found)
    _check_pitches(games, found)
    _check_numbers(known, games, found)
    _check_people(known, games, found)
    _check_frequency(known, games, found)
    _check_balance(known, games, found)
    return Validation(
        valid=found.count == 0,
        violation_count=found.count,
        violations=found.violations,
        checks=dict(found.checks),
        stats=_stats(known, games),
    )


def _check_teams(known: _League, game: Game, found: _Findings) -> None:
    what = _describe(game)
    found.check("two teams", game.home != game.away, f"{what}: a team plays itself")
    for name in (game.home, game.away):
        team = known.teams.get(name)
        if (
            found.check("team exists", team is not None, f"{what}: there is no team {name}")
            and team is not None
        ):
            found.check(
                "division",
                team.division == game.division,
                f"{what}: {name} plays in {team.division}, not {game.division}",
            )
            found.check(
                "blackout", game.date not in team.blackout_dates, f"{what}: {name} cannot play on that date"
            )


def _check_date(known: _League, game: Game, found: _Findings) -> None:
    season, what = known.season, _describe(game)
    weekday = _weekday(game.date)
    inside = season.first_date <= game.date <= season.last_date
    found.check("season", inside, f"{what}: outside the season of {season.first_date} to {season.last_date}")
    found.check("play day", weekday in season.play_days, f"{what}: {weekday} is no play day")
    found.check("holiday", game.date not in season.holidays, f"{what}: a holiday")


def _check_place(known: _League, game: Game, found: _Findings) -> None:
    what, venue = _describe(game), known.venues.get(game.venue)
    if (
        not found.check("venue exists", venue is not None, f"{what}: there is no venue {game.venue}")
        or venue is None
    ):
        return
    weekday = _weekday(game.date)
    starts = {str(day): times for day, times in venue.slots.items()}.get(weekday, [])
    found.check(
        "slot", game.start in starts, f"{what}: {game.venue} has no start at {game.start} on a {weekday}"
    )
    found.check("venue open", game.date not in venue.closed_dates, f"{what}: {game.venue} is closed that day")
    takes = venue.divisions is None or game.division in venue.divisions
    found.check("venue division", takes, f"{what}: {game.venue} does not take {game.division}")
    pitch = 1 <= game.pitch <= venue.pitches
    found.check("pitch", pitch, f"{what}: {game.venue} has no pitch {game.pitch}, it has {venue.pitches}")
    _check_length(known, venue, game, found)


def _check_length(known: _League, venue: Venue, game: Game, found: _Findings) -> None:
    what, division, home = _describe(game), known.divisions.get(game.division), known.teams.get(game.home)
    start, end = _span(game)
    if division is not None:
        right = end - start == division.game_minutes and end <= MIDNIGHT
        found.check(
            "length",
            right,
            f"{what}: lasts from {game.start} to {game.end}, not {division.game_minutes} minutes",
        )
    if home is not None:
        right = game.at_home_venue == (home.home_venue == venue.name)
        found.check(
            "home venue", right, f"{what}: at_home_venue is {game.at_home_venue}, home is {home.home_venue}"
        )


def _check_pitches(games: Sequence[Game], found: _Findings) -> None:
    booked: dict[tuple[dt.date, str, int], list[Game]] = defaultdict(list)
    for game in games:
        booked[game.date, game.venue, game.pitch].append(game)
    for same in booked.values():
        for one, other in _neighbours(same):
            message = f"{_describe(one)} and {_describe(other)} overlap on pitch {one.pitch} of {one.venue}"
            found.check("double booking", not _overlap(one, other), message)
        found.checks["double booking"] += 1  # the first of them, so that every game counts as checked


def _check_numbers(known: _League, games: Sequence[Game], found: _Findings) -> None:
    """Every team's number of games, and how often each two teams meet."""
    played = Counter(name for game in games for name in (game.home, game.away))
    met = Counter(frozenset((game.home, game.away)) for game in games)
    for division in known.divisions.values():
        members, each = known.members[division.name], known.games_of(division)
        least, rest = divmod(each, max(1, len(members) - 1))
        for team in members:
            message = f"{team.name} has {played[team.name]} games, not {each}"
            found.check("number of games", played[team.name] == each, message)
        for one, other in combinations(members, 2):
            times = met[frozenset((one.name, other.name))]
            message = (
                f"{one.name} and {other.name} meet {times} times in {each} games of {len(members)} teams"
            )
            found.check("meetings", least <= times <= least + (rest > 0), message)


def _check_people(known: _League, games: Sequence[Game], found: _Findings) -> None:
    """Teams and coaches are at one game at a time."""
    busy: dict[tuple[str, str, dt.date], list[Game]] = defaultdict(list)
    for game in games:
        for kind, name in _people(known, game):
            busy[kind, name, game.date].append(game)
    for (kind, name, _), same in busy.items():
        for one, other in _neighbours(same):
            message = f"{name} would be at {_describe(one)} and at {_describe(other)} at once"
            found.check(f"one place for a {kind}", not _overlap(one, other), message)
        found.checks[f"one place for a {kind}"] += 1


def _check_frequency(known: _League, games: Sequence[Game], found: _Findings) -> None:
    """How many games a team has in a day and in a week, and how long it rests between two days."""
    season = known.season
    dates: dict[str, list[dt.date]] = defaultdict(list)
    for game in games:
        for name in (game.home, game.away):
            dates[name].append(game.date)
    for name, played in dates.items():
        for date, count in Counter(played).items():
            message = (
                f"{name} has {count} games on {date}, at most {season.max_games_per_team_per_day} are allowed"
            )
            found.check("games a day", count <= season.max_games_per_team_per_day, message)
        _check_weeks(known, name, played, found)
        for one, other in pairwise(sorted(set(played))):
            rest = (other - one).days - 1
            message = f"{name} plays on {one} and on {other}: {rest} days of rest, not {season.min_rest_days}"
            found.check("rest", rest >= season.min_rest_days, message)


def _check_weeks(known: _League, name: str, played: list[dt.date], found: _Findings) -> None:
    most = known.season.max_games_per_team_per_week
    mondays = Counter(date - dt.timedelta(days=date.weekday()) for date in played)
    for monday, count in mondays.items() if most is not None else ():
        message = f"{name} has {count} games in the week of {monday}, at most {most} are allowed"
        found.check("games a week", most is None or count <= most, message)


def _check_balance(known: _League, games: Sequence[Game], found: _Findings) -> None:
    """Only where the league asks for it; else the figure in the stats is all there is."""
    if known.season.require_home_away_balance:
        for name, gap in _gaps(known, games).items():
            found.check("home and away", gap <= 1, f"{name}: home and away games differ by {gap}")


def _stats(known: _League, games: Sequence[Game]) -> Stats:
    gaps = _gaps(known, games)
    homes = {name: team.home_venue for name, team in known.teams.items()}
    at_home = sum(homes.get(game.home) == game.venue for game in games)
    return Stats(
        games=len(games),
        dates=len({game.date for game in games}),
        home_venue_share=round(at_home / len(games), 4) if games else 0.0,
        home_away_balance_max=max(gaps.values(), default=0),
        home_away_balance_mean=round(sum(gaps.values()) / len(gaps), 4) if gaps else 0.0,
    )


def _gaps(known: _League, games: Sequence[Game]) -> dict[str, int]:
    home, away = Counter(game.home for game in games), Counter(game.away for game in games)
    return {name: abs(home[name] - away[name]) for name in known.teams}


def _people(known: _League, game: Game) -> list[tuple[str, str]]:
    teams = [known.teams[name] for name in (game.home, game.away) if name in known.teams]
    coaches = {("coach", team.coach) for team in teams if team.coach}
    return sorted({("team", team.name) for team in teams} | coaches)


def _neighbours(games: list[Game]) -> Iterator[tuple[Game, Game]]:
    """Each game with the next one: if any two overlap, then two that follow each other do."""
    return pairwise(sorted(games, key=_span))


def _weekday(date: dt.date) -> str:
    """The day's English name, whatever the process's locale."""
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return names[date.weekday()]


def _overlap(one: Game, other: Game) -> bool:
    (start, end), (begin, finish) = _span(one), _span(other)
    return start < finish and begin < end


def _span(game: Game) -> Span:
    return _minutes(game.start), _minutes(game.end)


def _minutes(time: str) -> int:
    return int(time[:2]) * 60 + int(time[3:])


def _describe(game: Game) -> str:
    return f"{game.home} v {game.away} on {game.date} at {game.start}"
