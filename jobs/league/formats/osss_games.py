"""How many games the fixtures of an OSSS file make: a round robin, or a number for each team."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import Any

from jobs.league.formats.osss_shape import Fixture, Instance
from jobs.league.formats.outcome import Note, shown

DEFAULT_MINUTES = 90
_OF_A_LEAGUE = ("league", "regular", "season", "round")


def divisions(
    instance: Instance, division_of: dict[str, str], notes: list[Note]
) -> dict[str, dict[str, Any]]:
    """The divisions by name, each with its number of games and, if the file has it, the length of one."""
    members: dict[str, list[str]] = defaultdict(list)
    for team, division in division_of.items():
        members[division].append(team)
    fixtures = _by_division(instance.fixtures, division_of, notes)
    found = {}
    for division, teams in members.items():
        games = fixtures.get(division, [])
        found[division] = {"name": division, **_number(division, teams, games, notes)}
        if lengths := [game.minutes for game in games if game.minutes]:
            found[division]["game_minutes"] = math.ceil(max(lengths))
            if len(set(lengths)) > 1:
                text = f"games of {shown(division)} differ in length; all are planned with the longest"
                notes.append(Note("fixtures", text))
    return found


def _by_division(
    fixtures: list[Fixture], division_of: dict[str, str], notes: list[Note]
) -> dict[str, list[Fixture]]:
    """Fixtures of the league by division; others are noted, one note for each kind."""
    found: dict[str, list[Fixture]] = defaultdict(list)
    left: Counter[str] = Counter()
    for fixture in fixtures:
        home, away = division_of.get(fixture.home), division_of.get(fixture.away)
        if not fixture.kind.lower().startswith(_OF_A_LEAGUE):
            left[f"of the kind {shown(fixture.kind)!r}"] += 1
        elif home is None or away is None:
            left["of teams that the file does not have"] += 1
        elif home != away or fixture.home == fixture.away:
            left["between teams of different divisions, or of a team with itself"] += 1
        else:
            found[home].append(fixture)
    for why, number in left.items():
        notes.append(Note("fixtures", f"{number} {why} {'is' if number == 1 else 'are'} not taken"))
    return found


def _number(division: str, teams: list[str], games: list[Fixture], notes: list[Note]) -> dict[str, Any]:
    where = shown(division)
    if not games:
        notes.append(Note("fixtures", f"none is given for {where}: a single round robin is planned"))
        return {"rounds": "single"}
    ordered = Counter((game.home, game.away) for game in games)
    pairs = len(teams) * (len(teams) - 1) // 2
    met = Counter(frozenset((game.home, game.away)) for game in games)
    if len(met) == pairs and set(ordered.values()) == {1} and len(ordered) == 2 * pairs:
        return {"rounds": "double"}
    anew = f"{where}: who is at home in each of the {len(games)} games is chosen anew"
    if len(met) == pairs and set(met.values()) == {1}:
        notes.append(Note("fixtures", anew))
        return {"rounds": "single"}
    each = Counter(team for game in games for team in (game.home, game.away))
    number = _possible(round(2 * len(games) / len(teams)), len(teams))
    text = f"{where}: which teams meet is chosen anew; each plays {number}, as {len(games)} fixtures give"
    if len(each) < len(teams) or len(set(each.values())) > 1:
        text += " on average (by the file some teams play more than others)"
    notes.append(Note("fixtures", text))
    return {"games_per_team": number}


def _possible(number: int, teams: int) -> int:
    """The number of games for each team that is nearest and makes whole games."""
    number = min(max(number, 1), 100)
    return number if number * teams % 2 == 0 else max(number - 1, 2)
