"""From a league to its schedule: the phases, one after the other.

Owns their order, the progress that is reported and what happens when one of them finds no way. Each phase
is in a file of its own: ``bounds``, ``fixtures``, ``orientation``, ``days``, ``slots``.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from jobs.league.schedule import Game, Schedule
from jobs.league.solver.bounds import check_bounds
from jobs.league.solver.conflicts import explain
from jobs.league.solver.days import Cut, DayModel
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.fixtures import Fixture, pair_teams
from jobs.league.solver.openings import Opening, Openings, time_of
from jobs.league.solver.orientation import balance_sides
from jobs.league.solver.slots import crowd, place_games
from jobs.league.spec import LeagueSpec

Report = Callable[[int, int, str], None]

PAIRINGS = 3  # ways to pair the teams that are tried before a league is called infeasible
MAX_CUTS = 60  # days that may turn out too crowded, for one pairing


@dataclass
class _Season:
    """One attempt: a pairing, and what was learned about its days."""

    league: LeagueSpec
    openings: Openings
    fixtures: Sequence[Fixture]
    deadline: Deadline
    seed: int
    report: Report
    cuts: list[Cut] = field(default_factory=list)


def solve(league: LeagueSpec, seed: int, time_limit: float, report: Report) -> Schedule:
    """Make a schedule that keeps every rule, with as many games as can be had at the home team's venue.

    The same league and seed give the same schedule on every run with the same versions of OR-tools and
    Python, unless the time limit stops an improvement half way: then the schedule is as valid, but may be
    another one.

    Args:
        league: The league.
        seed: Moves the pairing and the solver's choices about.
        time_limit: Seconds that all of it may take.
        report: Called with games placed so far, games in all and a message.

    Raises:
        InfeasibleLeague: no schedule was possible; the message names the rules that are in the way.
        OutOfTime: the time limit ended first.
    """
    deadline, dice = Deadline(time_limit), random.Random(seed)
    openings = Openings(league)
    report(0, league.total_games, "Counting slots and dates…")
    check_bounds(league, openings)
    for _ in range(PAIRINGS):
        report(0, league.total_games, f"Pairing {len(league.teams):,} teams…")
        fixtures = balance_sides(pair_teams(league, dice))
        season = _Season(league, openings, fixtures, deadline, seed, report)
        games = _schedule(season)
        if games is not None:
            return Schedule.of(league, games)
    raise explain(league, openings, fixtures, season.cuts, seed)


def _schedule(season: _Season) -> list[Game] | None:
    """The games of one pairing; None when it has no schedule.

    A day that is too crowded is learned from: what does not fit together is forbidden, and the days chosen
    again.
    """
    days = DayModel(season.league, season.openings, season.fixtures)
    while len(season.cuts) <= MAX_CUTS:
        season.report(0, season.league.total_games, "Choosing days…")
        dates = days.choose(season.deadline, season.seed)
        if dates is None:
            return None
        games, cuts = _place(season, dates)
        if not cuts:
            return games
        for cut in cuts:
            days.forbid(cut)
        season.cuts += cuts
    raise season.deadline.passed()


def _place(season: _Season, dates: list[dt.date]) -> tuple[list[Game], list[Cut]]:
    """The games of every day, and the cuts of the days on which they do not fit."""
    numbers: dict[dt.date, list[int]] = defaultdict(list)
    for number, date in enumerate(dates):
        numbers[date].append(number)
    games: list[Game] = []
    cuts: list[Cut] = []
    for count, date in enumerate(sorted(numbers), start=1):
        message = f"Placing games at venues… day {count} of {len(numbers)}"
        season.report(len(games), season.league.total_games, message)
        todays = {number: season.fixtures[number] for number in numbers[date]}
        openings = season.openings.on(date)
        placed = place_games(list(todays.values()), openings, season.deadline, season.seed)
        if placed is None:
            cuts.append(Cut(date, crowd(todays, openings, season.deadline, season.seed)))
        else:
            games += _games(date, list(todays.values()), placed)
    season.report(len(games), season.league.total_games, f"Placed {len(games):,} games")
    return games, cuts


def _games(date: dt.date, fixtures: list[Fixture], placed: list[Opening]) -> list[Game]:
    """Games with their places, each on a pitch of its own."""
    pitches: dict[Opening, int] = defaultdict(int)
    games = []
    for fixture, opening in zip(fixtures, placed, strict=True):
        pitches[opening] += 1
        games.append(_game(date, fixture, opening, pitches[opening]))
    return games


def _game(date: dt.date, fixture: Fixture, opening: Opening, pitch: int) -> Game:
    return Game(
        division=fixture.division.name,
        home=fixture.home.name,
        away=fixture.away.name,
        date=date,
        start=time_of(opening.start),
        end=time_of(opening.start + fixture.division.game_minutes),
        venue=opening.venue,
        pitch=pitch,
        at_home_venue=opening.venue == fixture.home.home_venue,
    )
