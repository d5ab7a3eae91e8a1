"""The one sentence about a conflict: who needs how many of what, and how many there are.

Owns the choice of the sentence and its numbers; a conflict that none of them fits is told as the list of its
rules alone.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from jobs.league.errors import InfeasibleLeague, OutOfTime
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.reasons import Ground, Kind, Rule, Rules, Unit, in_a_row, slots_by_venue
from jobs.league.solver.reasons_frequency import limits, most_games
from jobs.league.solver.reasons_least import Conflict
from jobs.league.solver.reasons_model import MOST_DAILY, Model
from jobs.league.solver.reasons_proof import fewest
from jobs.league.solver.reasons_words import (
    SHOWN,
    advice,
    counted,
    day_name,
    listed,
    on_dates,
    phrases,
    slots_of,
)
from jobs.league.spec import Season, Team

EFFORT = 1.0  # of CP-SAT, for a number in a sentence


def tell(
    ground: Ground, conflict: Conflict, deadline: Deadline, seed: int, note: str = ""
) -> InfeasibleLeague:
    """A conflict as the error to raise.

    Args:
        ground: The league.
        conflict: The rules in it.
        deadline: When to stop counting.
        seed: Seed of the solver.
        note: For what it holds, if it is not for every way to pair the teams.
    """
    told, helps = phrases(ground, conflict.rules), advice(ground, conflict.rules)
    try:
        sentence = _sentence(ground, conflict.rules, deadline, seed)
    except OutOfTime:
        sentence = None
    end = (
        "without any one of them this conflict is gone"
        if conflict.least
        else "there was no time to find out whether fewer of them are in conflict already"
    )
    first = f"{sentence or 'No schedule keeps all of these rules'}{note}"
    message = f"{first}. In conflict: {'; '.join(told)} ({end}). What would help: {helps}"
    return InfeasibleLeague(message, conflicts=told, advice=helps, least=conflict.least)


def _sentence(ground: Ground, rules: Rules, deadline: Deadline, seed: int) -> str | None:
    for tale in (_gaps, _teams, _coaches, _meetings):
        if text := tale(ground, rules):
            return text
    return _slots(ground, rules, deadline, seed)


def _slots(ground: Ground, rules: Rules, deadline: Deadline, seed: int) -> str | None:
    """``U12 Girls needs 14 slots on 9 May 2027, Riverside and Oak Park have 11``."""
    dates = {rule.date for rule in rules if rule.kind == "slots" and rule.date}
    divisions = [each.name for each in ground.league.divisions if Rule("games", each.name) in rules]
    if not dates or not divisions:
        return None
    needed = _needed(ground, rules, dates, divisions, deadline, seed)
    have: Counter[str] = Counter()
    for date in dates.difference(ground.season.holidays):
        have.update(slots_by_venue(ground.openings(date, ground.every_rule), divisions))
    if needed <= have.total():
        return None
    needs = "needs" if len(divisions) == 1 else "together need"
    when = "in the season" if dates.issuperset(ground.season.play_dates) else on_dates(dates)
    return f"{listed(divisions)} {needs} {slots_of(needed)} {when}, {_holders(have)}"


def _needed(
    ground: Ground,
    rules: Rules,
    dates: set[dt.date],
    divisions: Sequence[str],
    deadline: Deadline,
    seed: int,
) -> int:
    """The least number of games of these divisions on these dates, were there slots for all of them."""
    whole, kept = dates.issuperset(ground.dates), frozenset(rule for rule in rules if rule.kind != "slots")
    needed = 0
    for name in divisions:  # independent of each other when there are slots enough
        teams = ground.league.teams_by_division[name]
        count = sum(ground.league.games_of(team) for team in teams)
        if not whole:
            model = Model(ground, sides(ground, teams), kept, times=False)
            count = fewest(model, model.sides_on(dates), deadline, seed, EFFORT)
        needed += (count + 1) // 2
    return needed


def _holders(have: Counter[str]) -> str:
    names = list(have)
    if not names:
        return "no venue that takes it has any"
    if len(names) > SHOWN:
        return f"the {len(names)} venues for it have {have.total():,}"
    return f"{listed(names)} {'has' if len(names) == 1 else 'have'} {have.total():,}"


def _gaps(ground: Ground, rules: Rules) -> str | None:
    """A stretch of the season without a date for a team."""
    gap, season = ground.season.max_gap_days, ground.season
    if gap is None or Rule("gap") not in rules:
        return None
    day = dt.timedelta(days=1)
    for team in _playing(ground, rules):
        free = [season.first_date - day, *free_dates(ground, team, rules), season.last_date + day]
        for one, other in pairwise(free):
            days = (other - one).days - 1
            if days > gap:
                return (
                    f"{team.name} can have no game from {day_name(one + day)} to {day_name(other - day)}: "
                    f"that is {counted(days, 'day')}, at most {gap} are allowed"
                )
    return None


def _teams(ground: Ground, rules: Rules) -> str | None:
    """Teams with too few dates for their games."""
    if any(rule.kind in ("slots", "coach", "gap") for rule in rules):
        return None
    season = _limited(ground, rules)
    lacking = []
    for team in _playing(ground, rules):
        free, games = free_dates(ground, team, rules), ground.league.games_of(team)
        most = most_games(season, free, games)
        if most < games:
            lacking.append((team, games, len(free), most))
    if not lacking:
        return None
    team, games, dates, most = min(lacking, key=lambda each: each[3] - each[1])
    every = len(lacking) == len(_playing(ground, rules)) and len(lacking) > 1
    who = f"each team of {team.division}" if every else team.name
    if not dates:
        return f"{who} needs {counted(games, 'game')}, but has no date on which it can play"
    return (
        f"{who} needs {counted(games, 'game')}, but on the {counted(dates, 'date')} that it can play on it "
        f"gets at most {most} ({limits(season)})"
    )


def _coaches(ground: Ground, rules: Rules) -> str | None:
    """A coach with more games than fit one after the other."""
    for coach in sorted(rule.name for rule in rules if rule.kind == "coach"):
        teams = [team for team in ground.coached[coach] if Rule("games", team.division) in rules]
        games, room = least_games(ground, teams), coach_room(ground, teams)
        if games > room:
            every = len(ground.coached[coach])
            who = f"the {every}" if len(teams) == every else f"{len(teams)} of the {every}"
            return (
                f"{who} teams that {coach} coaches have at least {games} games together; the season has room "
                f"for {room} one after the other"
            )
        if not any(rule.kind == "slots" for rule in rules):
            return f"{coach} cannot be at every game of {listed([team.name for team in teams])}"
    return None


def _meetings(ground: Ground, rules: Rules) -> str | None:
    """Two teams that must meet and have no date, or no time, in common; or a division that has no dates."""
    divisions = [rule.name for rule in rules if rule.kind == "games"]
    if len(divisions) != 1 or any(rule.kind in ("slots", "gap", "coach") for rule in rules):
        return None
    named = {rule.name for rule in rules if rule.kind in ("blackout", "forbidden")}
    teams = [team for team in _playing(ground, rules) if team.name in named]
    if len(teams) == 2 and not any(rule.kind in ("day", "week", "weekend", "rest") for rule in rules):
        one, other = teams
        dates = set(free_dates(ground, one, rules)).intersection(free_dates(ground, other, rules))
        shared = "time at which both can play" if dates else "date that both can play on"
        return f"{one.name} and {other.name} must meet, but have no {shared}"
    return f"{divisions[0]} has no dates for its games even with unlimited slots"


def free_dates(ground: Ground, team: Team, rules: Rules) -> list[dt.date]:
    """The dates on which a team could play under these rules."""
    free = []
    for date in ground.dates:
        barred = date in ground.blackouts[team.name] and Rule("blackout", team.name) in rules
        if barred or Rule("holiday", date=date) in rules:
            continue
        here = [each for each in ground.openings(date, rules) if team.division in each.divisions]
        if here and (Rule("forbidden", team.name) not in rules or ground.plays(team, date, here)):
            free.append(date)
    return free


def sides(ground: Ground, teams: Sequence[Team]) -> list[Unit]:
    """Each team's side of its games."""
    return [Unit((team,), ground.league.games_of(team), ground.league.games_of(team)) for team in teams]


def least_games(ground: Ground, teams: Sequence[Team]) -> int:
    """Games that these teams have at least: two of one division may meet, which is one game and not two."""
    games: dict[str, list[int]] = {}
    for team in teams:
        games.setdefault(team.division, []).append(ground.league.games_of(team))
    return sum((sum(each) + 1) // 2 if len(each) > 1 else each[0] for each in games.values())


def coach_room(ground: Ground, teams: Sequence[Team]) -> int:
    """Games that fit into the season one after the other, where these teams may play."""
    divisions = {team.division for team in teams}
    shortest = min(ground.minutes[name] for name in divisions)
    room = 0
    for date in ground.season.play_dates:
        starts = {
            each.start
            for each in ground.openings(date, ground.every_rule)
            if not each.divisions.isdisjoint(divisions)
        }
        room += in_a_row(starts, shortest)
    return room


def _playing(ground: Ground, rules: Rules) -> list[Team]:
    """Teams whose games are in the conflict; those with rules of their own, if there are such."""
    teams = [team for team in ground.league.teams if Rule("games", team.division) in rules]
    named = {rule.name for rule in rules if rule.kind in ("blackout", "forbidden")}
    return [team for team in teams if team.name in named] or teams


def _limited(ground: Ground, rules: Rules) -> Season:
    """The season with no other limits than those in the conflict."""
    free: dict[str, tuple[Kind, int | None]] = {
        "max_games_per_team_per_day": ("day", MOST_DAILY),
        "max_games_per_team_per_week": ("week", None),
        "max_games_per_team_per_weekend": ("weekend", None),
        "min_rest_days": ("rest", 0),
    }
    dropped = {field: none for field, (kind, none) in free.items() if Rule(kind) not in rules}
    return ground.season.model_copy(update=dropped)
