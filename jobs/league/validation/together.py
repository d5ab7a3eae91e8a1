"""Rules that only show over several games: numbers, meetings, clashes, and how often a team plays."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise

from jobs.league.schedule import Game
from jobs.league.spec import Team
from jobs.league.validation.figures import differences
from jobs.league.validation.findings import Findings
from jobs.league.validation.reading import (
    DAY,
    Reading,
    dates_of,
    describe,
    in_a_row,
    overlap,
    span_of,
    stretches,
)

Pair = tuple[str, str]  # names of two teams in their order


def check_pitches(games: Sequence[Game], found: Findings) -> None:
    """A pitch has one game at a time."""
    booked: dict[tuple[dt.date, str, int], list[Game]] = defaultdict(list)
    for game in games:
        booked[game.date, game.venue, game.pitch].append(game)
    for same in booked.values():
        for one, other in in_a_row(same):
            message = f"{describe(one)} and {describe(other)} overlap on pitch {one.pitch} of {one.venue}"
            found.check("double booking", not overlap(span_of(one), span_of(other)), message)
        found.checks["double booking"] += 1  # the first of them, so that every game counts as checked


def check_people(known: Reading, games: Sequence[Game], found: Findings) -> None:
    """Teams and coaches are at one game at a time."""
    busy: dict[tuple[str, str, dt.date], list[Game]] = defaultdict(list)
    for game in games:
        for kind, name in _people(known, game):
            busy[kind, name, game.date].append(game)
    for (kind, name, _), same in busy.items():
        for one, other in in_a_row(same):
            message = f"{name} would be at {describe(one)} and at {describe(other)} at once"
            found.check(f"one place for a {kind}", not overlap(span_of(one), span_of(other)), message)
        found.checks[f"one place for a {kind}"] += 1


def _people(known: Reading, game: Game) -> set[tuple[str, str]]:
    teams = [known.teams[name] for name in (game.home, game.away) if name in known.teams]
    coaches = {("coach", team.coach) for team in teams if team.coach}
    return {("team", team.name) for team in teams} | coaches


def check_numbers(known: Reading, games: Sequence[Game], found: Findings) -> None:
    """Every team's number of games, and how often each two teams meet."""
    played = Counter(name for game in games for name in (game.home, game.away))
    met = _meetings(known, games)
    for division in known.divisions.values():
        members, full = known.members[division.name], known.full(division)
        due = {team.name: max(0, full - team.fewer_games) for team in members}
        for name, number in due.items():
            found.check(
                "number of games", played[name] == number, f"{name} has {played[name]} games, not {number}"
            )
        if len(members) > 1:
            most = -(-max(due.values()) // (len(members) - 1))
            least = full // (len(members) - 1)
            _check_meetings(members, least, most, met[division.name], found)


def _meetings(known: Reading, games: Sequence[Game]) -> dict[str, Counter[Pair]]:
    """How often each two teams of a division meet, by division."""
    met: dict[str, Counter[Pair]] = defaultdict(Counter)
    for game in games:
        one, other = sorted((game.home, game.away))
        teams = known.teams.get(one), known.teams.get(other)
        if one != other and teams[0] and teams[1] and teams[0].division == teams[1].division:
            met[teams[0].division][one, other] += 1
    return met


def _check_meetings(
    members: list[Team], least: int, most: int, met: Mapping[Pair, int], found: Findings
) -> None:
    """Nobody meets again before all others were met; who plays fewer games may leave a meeting out.

    Where no meeting is due only those that took place are looked at: 2,000 teams make two million pairs.
    """
    full = {team.name for team in members if not team.fewer_games}
    due = combinations(sorted(full), 2) if least else ()
    for one, other in sorted({*met, *due}):
        times, low = met.get((one, other), 0), least if {one, other} <= full else 0
        right = str(most) if low == most else f"{low} to {most}"
        found.check("meetings", low <= times <= most, f"{one} and {other} meet {times} times, not {right}")


def check_sides(known: Reading, games: Sequence[Game], found: Findings) -> None:
    """In a double round robin each team is host to every other once."""
    hosted = Counter((game.division, game.home, game.away) for game in games)
    for (name, home, away), times in hosted.items():
        division = known.divisions.get(name)
        if division is not None and division.rounds == "double":
            message = f"{home} is at home to {away} {times} times, in a double round robin it is once"
            found.check("sides", times == 1, message)


def check_frequency(known: Reading, games: Sequence[Game], found: Findings) -> None:
    """How many games a team has in a day, a weekend and a week, and how long it goes without one."""
    season = known.season
    for name, played in dates_of(games).items():
        _check_most(name, "day", Counter(played), season.max_games_per_team_per_day, found)
        weekends = Counter(_saturday(date) for date in played if date.weekday() >= 5)
        _check_most(name, "weekend", weekends, season.max_games_per_team_per_weekend, found)
        mondays = Counter(date - date.weekday() * DAY for date in played)
        _check_most(name, "week", mondays, season.max_games_per_team_per_week, found)
        _check_rest(known, name, sorted(set(played)), found)
        _check_gaps(known, name, played, found)


def _saturday(date: dt.date) -> dt.date:
    """The Saturday of the weekend that this Saturday or Sunday belongs to."""
    return date - (date.weekday() - 5) * DAY


def _check_most(
    name: str, what: str, counts: Mapping[dt.date, int], most: int | None, found: Findings
) -> None:
    when = {"day": "on", "weekend": "on the weekend of", "week": "in the week of"}[what]
    for date, count in counts.items() if most is not None else ():
        message = f"{name} has {count} games {when} {date}, at most {most} are allowed"
        found.check(f"games a {what}", most is None or count <= most, message)


def _check_rest(known: Reading, name: str, played: list[dt.date], found: Findings) -> None:
    least = known.season.min_rest_days
    for one, other in pairwise(played):
        rest = (other - one).days - 1
        message = f"{name} plays on {one} and on {other}: {rest} days of rest, not {least}"
        found.check("rest", rest >= least, message)


def _check_gaps(known: Reading, name: str, played: list[dt.date], found: Findings) -> None:
    """From the season's first day to its last; a team that has no game is a matter of numbers."""
    season, most = known.season, known.season.max_gap_days
    if most is None or name not in known.teams:
        return
    for begin, length in stretches(season.first_date, season.last_date, played):
        message = f"{name} has no game for {length} days from {begin} on, at most {most} are allowed"
        found.check("gap", length <= most, message)


def check_balance(known: Reading, games: Sequence[Game], found: Findings) -> None:
    """Only where the league asks for it; else the figure in the stats is all there is."""
    if known.season.require_home_away_balance:
        for name, gap in differences(known, games).items():
            found.check("home and away", gap <= 1, f"{name}: home and away games differ by {gap}")
