"""A made-up league, for the first try, for tests and for benchmarks.

Owns the sample only: 200 teams of 20 clubs in 16 divisions, 629 games on 10 weekends, 1.35 slots for each
game; and the same in other sizes, up to a region of 2,000 teams, with more or fewer slots. Every name in it
is invented. The seed moves teams, coaches, blackout dates and closures about; the totals stay.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from typing import Any, NamedTuple

from jobs.league.sample_venues import (
    BIG_VENUE,
    DISTRICT,
    FIRST_DATE,
    PLACES,
    WEEKENDS,
    Ground,
    fit,
    lay_out,
    some_day,
)
from jobs.league.spec import Division, LeagueSpec, Season, Team
from jobs.league.windows import TimeWindow

EXAMPLE: dict[str, Any] = {
    "name": "Four teams",
    "divisions": [{"name": "U10", "rounds": "single", "game_minutes": 60}],
    "teams": [
        {"name": f"{place} U10", "division": "U10", "home_venue": "Oak Park"}
        for place in ("Oak Park", "Riverside", "Millrace", "Northgate")
    ],
    "venues": [{"name": "Oak Park", "slots": {"saturday": ["09:00", "10:30"]}}],
    "season": {"first_date": "2027-04-03", "last_date": "2027-05-08", "play_days": ["saturday"]},
}
"""The smallest league worth showing: what a form and the API's description offer to start from."""

TEAMS, STEP, MOST_TEAMS = 200, 50, 2_000
SLOTS_PER_GAME, LEAST_SLOTS, MOST_SLOTS = 1.35, 1.1, 1.5

TIMEZONE = "America/Chicago"
AREAS = (
    *("North", "Northeast", "East", "Southeast", "South", "Southwest", "West", "Northwest", "Hills", "Lakes"),
)
SIDES = ("", " Blues", " Whites", " Greens")  # teams of one club in the same division


class _Kind(NamedTuple):
    """A division of the table below; a quarter is 50 teams that can be a league by themselves."""

    name: str
    teams: int
    games: int | None  # per team; None for a single round robin
    minutes: int
    quarter: int


# Together 200 teams and 629 games.
DIVISIONS = (
    _Kind("U8 Girls", 14, 6, 60, 1),
    _Kind("U8 Boys", 12, 7, 60, 0),
    _Kind("U9 Girls", 13, 6, 60, 3),
    _Kind("U9 Boys", 12, 6, 60, 3),
    _Kind("U10 Girls", 15, 6, 60, 0),
    _Kind("U10 Boys", 12, 7, 60, 1),
    _Kind("U11 Girls", 8, None, 75, 2),
    _Kind("U11 Boys", 14, 6, 75, 2),
    _Kind("U12 Girls", 13, 6, 75, 3),
    _Kind("U12 Boys", 14, 7, 75, 2),
    _Kind("U13 Girls", 12, 6, 75, 0),
    _Kind("U13 Boys", 12, 7, 75, 1),
    _Kind("U14 Girls", 11, 6, 90, 0),
    _Kind("U14 Boys", 14, 6, 90, 2),
    _Kind("U16 Girls", 12, 6, 90, 1),
    _Kind("U16 Boys", 12, 6, 90, 3),
)
YOUNG = ("U8", "U9", "U10", "U11")
WISHES = (  # times that a few teams would like to play at
    TimeWindow(days=["saturday"], end="10:00"),
    TimeWindow(days=["saturday"], start="10:00", end="13:00"),
    TimeWindow(days=["sunday"]),
    TimeWindow(start="11:00"),
)
WISHING = 0.15  # of the teams


def sample_league(seed: int = 1, *, teams: int = TEAMS, slots_per_game: float = SLOTS_PER_GAME) -> LeagueSpec:
    """A league of 200 teams and 629 games, or of another size; the same one for the same arguments.

    Args:
        seed: Moves teams, coaches, blackout dates and closures about.
        teams: A multiple of 50, at most 2,000. Ten teams a venue; every 200 teams play 629 games.
        slots_per_game: From 1.1 to 1.5; the league has as many, give or take 0.02.

    Raises:
        ValueError: there is no sample of that size or with so many slots.
    """
    if teams not in range(STEP, MOST_TEAMS + 1, STEP):
        raise ValueError(f"teams is {teams!r}; it must be a multiple of {STEP} from {STEP} to {MOST_TEAMS:,}")
    if not LEAST_SLOTS <= slots_per_game <= MOST_SLOTS:
        raise ValueError(
            f"slots_per_game is {slots_per_game!r}; it must be from {LEAST_SLOTS} to {MOST_SLOTS}"
        )
    dice = random.Random(seed)
    divisions = _divisions(teams)
    grounds = [lay_out(index, teams // 10, dice) for index in range(teams // 10)]
    members = _teams(divisions, grounds, dice, random.Random(f"wishes {seed}"))
    games = sum(size * division.games_each(size) // 2 for division, size in divisions)
    fit(grounds, games, slots_per_game, Counter(team.home_venue for team in members))
    young = [division.name for division, _ in divisions if division.name.startswith(YOUNG)]
    return LeagueSpec(
        name="Longshore Sample League" if teams == TEAMS else f"Longshore Sample League of {teams:,}",
        teams=members,
        divisions=[division for division, _ in divisions],
        venues=[ground.venue(young) for ground in grounds],
        season=Season(
            first_date=FIRST_DATE,
            last_date=FIRST_DATE + dt.timedelta(days=7 * WEEKENDS - 6),
            play_days=["saturday", "sunday"],
            max_games_per_team_per_week=1,
        ),
        timezone=TIMEZONE,
    )


def _divisions(teams: int) -> list[tuple[Division, int]]:
    """Divisions with their numbers of teams: of each kind one for every 200 teams, with its area."""
    found = []
    for kind in DIVISIONS:
        for area, first in enumerate(range(0, teams, TEAMS)):
            if first + kind.quarter * STEP < teams:
                found.append((_division(kind, f" {AREAS[area]}" if teams > TEAMS else ""), kind.teams))
    return found


def _division(kind: _Kind, area: str) -> Division:
    rounds: Any = None if kind.games else "single"
    return Division(
        name=kind.name + area, games_per_team=kind.games, rounds=rounds, game_minutes=kind.minutes
    )


def _teams(
    divisions: list[tuple[Division, int]], grounds: list[Ground], dice: random.Random, wishes: random.Random
) -> list[Team]:
    """Ten teams for each club, dealt out in turn, so that no club has two in one division if it can be.

    Clubs are shuffled in their districts. A division takes those whose turn it is, so that the divisions of
    one age end at other clubs than those of the next: a region does not fall apart into leagues of its own.
    """
    clubs: list[Ground] = []
    for first in range(0, len(grounds), DISTRICT):
        district = grounds[first : first + DISTRICT]
        dice.shuffle(district)
        clubs += district
    teams: list[Team] = []
    for division, size in divisions:
        entered: Counter[str] = Counter()
        for _ in range(size):
            number, turn = divmod(len(teams), len(clubs))
            club = clubs[turn]
            home = club if division.name.startswith(YOUNG) else _big(club, grounds)
            side = SIDES[entered[club.place]]
            teams.append(_team(club, home, division.name, side, number, dice, wishes))
            entered[club.place] += 1
    return teams


def _big(club: Ground, grounds: list[Ground]) -> Ground:
    """Where the club's older teams are at home."""
    return grounds[club.district * DISTRICT + PLACES.index(BIG_VENUE)] if club.small else club


def _team(
    club: Ground,
    home: Ground,
    division: str,
    side: str,
    number: int,
    dice: random.Random,
    wishes: random.Random,
) -> Team:
    """The club's team of this number; numbers 0 and 1, and 4 and 5, share a coach."""
    coach = {1: 0, 5: 4}.get(number, number)
    return Team(
        name=f"{club.place} {division}{side}",
        division=division,
        club=f"{club.place} Juniors",
        home_venue=home.name,
        coach=f"{club.place} coach {coach + 1}",
        blackout_dates=sorted({some_day(dice) for _ in range(dice.choice((0, 0, 1, 1, 2, 3)))}),
        preferred_times=[wishes.choice(WISHES)] if wishes.random() < WISHING else [],
    )
