"""A conflict in the user's words: each rule as a phrase, and what would help.

Owns the wording of rules and of lists of names and dates. The sentence with the numbers is in
``reasons_told``.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from jobs.league.solver.reasons import Ground, Kind, Rule
from jobs.league.spec import Season

SHOWN = 4  # names in a sentence
LISTED = 12  # names in an entry of a list

Group = Sequence[Rule]


def listed(names: Sequence[str], shown: int = SHOWN) -> str:
    """``A``, ``A and B`` or ``A, B, C, D and 8 more``."""
    if len(names) > shown:
        return f"{', '.join(names[:shown])} and {len(names) - shown:,} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def counted(number: int, noun: str) -> str:
    """``1 slot`` or ``1,400 slots``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def slots_of(number: int) -> str:
    """``1 slot`` or ``14 slots``."""
    return counted(number, "slot")


def day_name(date: dt.date) -> str:
    """A date as people say it: ``9 May 2027``."""
    return f"{date.day} {date:%B %Y}"


def on_dates(dates: Iterable[dt.date]) -> str:
    """``on 9 May 2027``, ``on 8 and 9 May 2027`` or ``on 12 dates from 3 April 2027 to 9 May 2027``."""
    days = sorted(dates)
    if len(days) == 1:
        return f"on {day_name(days[0])}"
    if len(days) > SHOWN:
        return f"on {len(days)} dates from {day_name(days[0])} to {day_name(days[-1])}"
    same = {(date.year, date.month) for date in days}
    if len(same) == 1:
        return f"on {listed([str(date.day) for date in days[:-1]] + [day_name(days[-1])])}"
    return f"on {listed([day_name(date) for date in days])}"


def phrases(ground: Ground, rules: Iterable[Rule]) -> list[str]:
    """The rules in words, rules of a kind together."""
    groups: dict[Kind, list[Rule]] = defaultdict(list)
    for rule in sorted(rules, key=lambda rule: (rule.date or dt.date.min, rule.name)):
        groups[rule.kind].append(rule)
    return [phrase for kind, told in _TOLD.items() if kind in groups for phrase in told(ground, groups[kind])]


def advice(ground: Ground, rules: Iterable[Rule]) -> str:
    """What would help, by kinds of rules: whichever is easiest first."""
    kinds = {rule.kind for rule in rules}
    if "gap" in kinds:
        kinds.discard("games")  # fewer of them would leave longer gaps
    helps = [text for kind, text in _HELP.items() if kind in kinds]
    return helps[0] if len(helps) == 1 else f"{', '.join(helps[:-1])} or {helps[-1]}"


def _games(ground: Ground, rules: Group) -> list[str]:
    names = {rule.name for rule in rules}
    if len(names) == len(ground.league.divisions) > SHOWN:
        return ["the number of games of every division"]
    found: dict[int, list[str]] = defaultdict(list)
    for division in ground.league.divisions:
        if division.name in names:
            size = len(ground.league.teams_by_division[division.name])
            found[division.games_each(size)].append(division.name)
    return [
        f"{counted(each, 'game')} for each team of {listed(divisions, LISTED)}"
        for each, divisions in found.items()
    ]


def _slots(ground: Ground, rules: Group) -> list[str]:
    return [f"the number of slots {on_dates(_dates(rules))}"]


def _blackouts(ground: Ground, rules: Group) -> list[str]:
    return [f"the blackout dates of {listed(_names(rules), LISTED)}"]


def _forbidden(ground: Ground, rules: Group) -> list[str]:
    return [f"the forbidden times of {listed(_names(rules), LISTED)}"]


def _coaches(ground: Ground, rules: Group) -> list[str]:
    teams = {rule.name: [team.name for team in ground.coached[rule.name]] for rule in rules}
    return [f"{coach}, who coaches {listed(names, LISTED)}" for coach, names in teams.items()]


def _closed(ground: Ground, rules: Group) -> list[str]:
    venues: dict[str, list[dt.date]] = defaultdict(list)
    for rule in rules:
        venues[rule.name] += _dates([rule])
    same: dict[tuple[dt.date, ...], list[str]] = defaultdict(list)
    for name, dates in venues.items():
        same[tuple(dates)].append(name)
    every = len(ground.league.venues)
    return [
        f"{'every venue' if len(names) == every > 1 else listed(names, LISTED)} closed {on_dates(dates)}"
        for dates, names in same.items()
    ]


def _open(ground: Ground, rules: Group) -> list[str]:
    return [f"{listed(_names(rules), LISTED)} open on certain dates only"]


def _holidays(ground: Ground, rules: Group) -> list[str]:
    return [f"the {'holiday' if len(rules) == 1 else 'holidays'} {on_dates(_dates(rules))}"]


def _limit(text: Callable[[Season], str]) -> Callable[[Ground, Group], list[str]]:
    return lambda ground, _: [text(ground.season)]


def _at_most(games: int | None, span: str) -> str:
    return f"at most {counted(games or 0, 'game')} of a team {span}"


_TOLD: dict[Kind, Callable[[Ground, Group], list[str]]] = {
    "games": _games,
    "slots": _slots,
    "closed": _closed,
    "open dates": _open,
    "holiday": _holidays,
    "blackout": _blackouts,
    "forbidden": _forbidden,
    "coach": _coaches,
    "day": _limit(lambda season: _at_most(season.max_games_per_team_per_day, "a day")),
    "week": _limit(lambda season: _at_most(season.max_games_per_team_per_week, "a week")),
    "weekend": _limit(lambda season: _at_most(season.max_games_per_team_per_weekend, "a weekend")),
    "rest": _limit(lambda season: f"{counted(season.min_rest_days, 'rest day')} between games"),
    "gap": _limit(lambda season: f"at most {season.max_gap_days} days in a row without a game"),
}

_HELP: dict[Kind, str] = {
    "slots": "more slots then",
    "closed": "opening one of these venues",
    "open dates": "more open dates",
    "holiday": "playing on a holiday",
    "blackout": "fewer blackout dates",
    "forbidden": "fewer forbidden times",
    "coach": "another coach for some of these teams",
    "week": "more games a week",
    "weekend": "more games a weekend",
    "rest": "fewer rest days",
    "gap": "a longer gap",
    "day": "more games a day",
    "games": "fewer games",
}


def _names(rules: Group) -> list[str]:
    return list(dict.fromkeys(rule.name for rule in rules))


def _dates(rules: Group) -> list[dt.date]:
    return [rule.date for rule in rules if rule.date is not None]
