"""A made-up league, for the first try, for tests and for benchmarks.

Owns the sample only: 200 teams of 20 clubs in 16 divisions, 629 games on 10 weekends, 1.35 slots for each
game. Every name in it is invented. The seed moves teams, coaches, blackout dates and closures about; the
totals stay.
"""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from jobs.league.spec import Division, LeagueSpec, Season, Team, Venue

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

FIRST_DATE = dt.date(2027, 4, 3)  # a Saturday
WEEKENDS = 10
PLACES = (
    *(
        "Alderbrook",
        "Birchfield",
        "Cedar Mill",
        "Dunmore",
        "Eastmere",
        "Foxhollow",
        "Glenwood",
        "Harrow Lane",
    ),
    *("Ivybridge", "Juniper Hill", "Kingsford", "Larkspur", "Millrace", "Northgate", "Oak Park", "Pinehurst"),
    *("Quarry Road", "Riverside", "Stonebridge", "Thornbury"),
)
# (name, teams, games per team or None for a single round robin, minutes). Together 200 teams and 629 games.
DIVISIONS: tuple[tuple[str, int, int | None, int], ...] = (
    ("U8 Girls", 14, 6, 60),
    ("U8 Boys", 12, 7, 60),
    ("U9 Girls", 13, 6, 60),
    ("U9 Boys", 12, 6, 60),
    ("U10 Girls", 15, 6, 60),
    ("U10 Boys", 12, 7, 60),
    ("U11 Girls", 8, None, 75),
    ("U11 Boys", 14, 6, 75),
    ("U12 Girls", 13, 6, 75),
    ("U12 Boys", 14, 7, 75),
    ("U13 Girls", 12, 6, 75),
    ("U13 Boys", 12, 7, 75),
    ("U14 Girls", 11, 6, 90),
    ("U14 Boys", 14, 6, 90),
    ("U16 Girls", 12, 6, 90),
    ("U16 Boys", 12, 6, 90),
)
# Two of the twenty venues have only small pitches: their clubs' older teams are at home on the big venue's
# two.
SMALL_VENUES = ("Harrow Lane", "Quarry Road")
BIG_VENUE = "Oak Park"
YOUNG = ("U8", "U9", "U10", "U11")
SATURDAY, SUNDAY = ["09:00", "10:30", "12:00"], ["10:00", "11:30"]
SHORT_SUNDAY = ["13:00"]


def sample_league(seed: int = 1) -> LeagueSpec:
    """A league of exactly 200 teams and 629 games; the same one for the same seed.

    Args:
        seed: Moves teams, coaches, blackout dates and closures about.
    """
    dice = random.Random(seed)
    venues = [_venue(place, index, dice) for index, place in enumerate(PLACES)]
    return LeagueSpec(
        name="Longshore Sample League",
        teams=_teams(dice),
        divisions=[
            Division(name=name, games_per_team=each, rounds=None if each else "single", game_minutes=minutes)
            for name, _, each, minutes in DIVISIONS
        ],
        venues=venues,
        season=Season(
            first_date=FIRST_DATE,
            last_date=FIRST_DATE + dt.timedelta(days=7 * WEEKENDS - 6),
            play_days=["saturday", "sunday"],
            max_games_per_team_per_week=1,
        ),
    )


def _venue(place: str, index: int, dice: random.Random) -> Venue:
    """A venue of three to ten slots a weekend; every other one is closed on one day of the season."""
    closed = [_some_day(dice)] if index % 2 else []
    small = place in SMALL_VENUES
    return Venue(
        name=f"{place} Fields",
        slots={
            "saturday": SATURDAY[:2] if small else SATURDAY,
            "sunday": SHORT_SUNDAY if small or index % 3 != 1 else SUNDAY,
        },
        pitches=2 if place == BIG_VENUE else 1,
        closed_dates=closed,
        divisions=[name for name, *_ in DIVISIONS if name.startswith(YOUNG)] if small else None,
    )


def _teams(dice: random.Random) -> list[Team]:
    """Ten teams for each club, dealt out so that no club has two teams in one division."""
    clubs = list(PLACES)
    dice.shuffle(clubs)
    teams: list[Team] = []
    for name, size, _, _ in DIVISIONS:
        for _ in range(size):
            club = clubs[len(teams) % len(clubs)]
            teams.append(_team(club, name, len(teams) // len(clubs), dice))
    return teams


def _team(club: str, division: str, number: int, dice: random.Random) -> Team:
    """The club's team of this number; numbers 0 and 1, and 4 and 5, share a coach."""
    home = BIG_VENUE if club in SMALL_VENUES and not division.startswith(YOUNG) else club
    coach = {1: 0, 5: 4}.get(number, number)
    return Team(
        name=f"{club} {division}",
        division=division,
        club=f"{club} Juniors",
        home_venue=f"{home} Fields",
        coach=f"{club} coach {coach + 1}",
        blackout_dates=sorted({_some_day(dice) for _ in range(dice.choice((0, 0, 1, 1, 2, 3)))}),
    )


def _some_day(dice: random.Random) -> dt.date:
    """A Saturday or Sunday of the season."""
    return FIRST_DATE + dt.timedelta(days=7 * dice.randrange(WEEKENDS) + dice.randrange(2))
