"""Constraints of a RobinX instance: which of them a league keeps, and what is told of the others.

Kept are those HARD ones that say what we have a word for: a team that cannot play in a slot, a ground that is
not free, how many games a club can host at once, teams that must not play at once, and a number of games for
each team. What the types mean is in Van Bulck, Goossens, Schönberger and Guajardo, "RobinX: a three-field
classification and unified data format for round-robin sports timetabling", EJOR 280 (2020).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from jobs.league.formats.outcome import Note, shown
from jobs.league.formats.robinx_shape import Constraint, Instance

_MEANINGS = {
    "BA1": "base constraint",
    "CA1": "limits on a team's home or away games in given slots",
    "CA2": "limits on a team's games against given opponents",
    "CA3": "limits on a team's games in any run of slots",
    "CA4": "limits on the games of several teams together",
    "CA5": "limits on games that may not come together",
    "GA1": "games fixed to slots or kept out of them",
    "GA2": "games that depend on each other",
    "BR1": "limits on a team's breaks",
    "BR2": "limits on all breaks together",
    "BR3": "limits on the difference in breaks",
    "BR4": "limits on breaks of several teams",
    "FA1": "fairness of home games in given slots",
    "FA2": "fairness of home games as the season goes on",
    "FA3": "fairness of opponents",
    "FA4": "fairness of carry-over",
    "FA5": "fairness of opponents",
    "FA6": "fairness of costs",
    "FA7": "fairness of travel",
    "FA8": "fairness",
    "FA9": "fairness",
    "SE1": "slots between two games of the same teams",
    "SE2": "order of games of the same teams",
}


@dataclass
class Taken:
    """What constraints say in our words. Slots and teams are ids.

    Attributes:
        clubs: The group of each team that is its club.
        pitches: Games that a club can host at once.
        blackouts: Slots in which a team cannot play.
        not_at_home: Slots in which a team cannot play at home.
        coaches: Name of the coach whom teams share that must not play at once.
        games_each: Games of each team, by league.
    """

    clubs: dict[str, str] = field(default_factory=dict)
    pitches: dict[str, int] = field(default_factory=dict)
    blackouts: dict[str, set[str]] = field(default_factory=dict)
    not_at_home: dict[str, set[str]] = field(default_factory=dict)
    coaches: dict[str, str] = field(default_factory=dict)
    games_each: dict[str, int] = field(default_factory=dict)


def taken(instance: Instance, notes: list[Note]) -> Taken:
    """What can be taken of the constraints; the rest goes into notes, by type and strength."""
    found = Taken()
    _clubs(instance, found)
    left: Counter[tuple[str, bool]] = Counter()
    closed: dict[str, dict[str, set[str]]] = {"H": defaultdict(set), "A": defaultdict(set)}
    apart: list[set[str]] = []
    for one in instance.constraints:
        done = one.hard and (
            (
                one.type == "CA1"
                and (_unavailable(instance, one, closed) or _number_of_games(instance, one, found))
            )
            or (one.type == "CA2" and _once_a_slot(one))
            or (one.type == "CA4" and (_hosts(instance, one, found) or _apart(instance, one, apart)))
        )
        if not done:
            left[(one.type, one.hard)] += 1
    _closures(closed, found, notes)
    _coaches(instance, apart, found, notes)
    for (type_, hard), number in sorted(left.items(), key=lambda each: (each[0][0], not each[0][1])):
        meaning = _MEANINGS.get(type_, "of a type that is not known here")
        strength = "HARD" if hard else "SOFT"
        verb = "is" if number == 1 else "are"
        notes.append(
            Note("Constraints", f"{number:,} {shown(type_)} ({strength}) {verb} not taken: {meaning}")
        )
    return found


def _clubs(instance: Instance, found: Taken) -> None:
    """Groups that are clubs: they are called so, or a HARD CA4 says how many games they can host."""
    hosts = {
        group
        for one in instance.constraints
        if one.type == "CA4" and one.hard and one.fields.get("mode1") == "H" and not one.ids("teams1")
        for group in one.ids("teamGroups1")
        if len(one.ids("teamGroups1")) == 1
    }
    leagues = {frozenset(team.id for team in instance.in_league(league)) for league in instance.leagues}
    everybody = frozenset(instance.teams)
    for group, name in instance.team_groups.items():
        members = frozenset(instance.group(group))
        if members in leagues or members == everybody or not members:
            continue
        if "club" in name.casefold() or group in hosts:
            for team in members:
                found.clubs.setdefault(team, group)


def _slots(instance: Instance, one: Constraint) -> set[str]:
    """The slots of a constraint; all of them if it names none."""
    named = set(one.ids("slots"))
    for group in one.ids("slotGroups"):
        named.update(instance.slot_groups.get(group, ()))
    return named or set(instance.slots)


def _members(instance: Instance, one: Constraint, suffix: str = "") -> set[str]:
    named = set(one.ids(f"teams{suffix}")) & instance.teams.keys()
    for group in one.ids(f"teamGroups{suffix}"):
        named |= instance.group(group)
    return named


def _unavailable(instance: Instance, one: Constraint, closed: dict[str, dict[str, set[str]]]) -> bool:
    """A CA1 of no games in some slots: not at home, not away, or not at all."""
    mode = one.fields.get("mode", "")
    if one.number("max") != 0 or mode not in ("H", "A", "HA"):
        return False
    for team in _members(instance, one):
        for side in mode:
            closed[side][team] |= _slots(instance, one)
    return True


def _number_of_games(instance: Instance, one: Constraint, found: Taken) -> bool:
    """A CA1 that asks of every team of some leagues for the same number of games in all the slots."""
    number = one.number("min")
    every = _slots(instance, one) == set(instance.slots)
    if not number or number != one.number("max") or one.fields.get("mode") != "HA" or not every:
        return False
    members = _members(instance, one)
    leagues = {instance.teams[team].league for team in members}
    if members != {team.id for league in leagues for team in instance.in_league(league)}:
        return False
    found.games_each.update(dict.fromkeys(leagues, number))
    return True


def _once_a_slot(one: Constraint) -> bool:
    """A CA2 of at most one game or more in each slot: nobody plays twice a day in any case."""
    return one.fields.get("mode2") == "EVERY" and (one.number("max") or 0) >= 1 and not one.number("min")


def _whole_season(instance: Instance, one: Constraint) -> bool:
    """Whether a CA4 is for each slot of the season, and for games against anybody."""
    against = _members(instance, one, "2")
    each = one.fields.get("mode2") == "EVERY" and _slots(instance, one) == set(instance.slots)
    return each and not one.number("min") and (not against or against == set(instance.teams))


def _hosts(instance: Instance, one: Constraint, found: Taken) -> bool:
    """A CA4 that says how many home games the teams of a club can have at once."""
    most, members = one.number("max"), _members(instance, one, "1")
    clubs = {found.clubs.get(team) for team in members}
    if one.fields.get("mode1") != "H" or not most or len(clubs) != 1 or not _whole_season(instance, one):
        return False
    club = clubs.pop()
    if club is None or members != {team for team, of in found.clubs.items() if of == club}:
        return False
    found.pitches[club] = min(most, found.pitches.get(club, 100))
    return True


def _apart(instance: Instance, one: Constraint, apart: list[set[str]]) -> bool:
    """A CA4 of teams of which at most one may play in any slot."""
    members = _members(instance, one, "1")
    if one.fields.get("mode1") != "HA" or one.number("max") != 1 or not _whole_season(instance, one):
        return False
    if len(members) > 1:
        apart.append(members)
    return True


def _closures(closed: dict[str, dict[str, set[str]]], found: Taken, notes: list[Note]) -> None:
    """Neither at home nor away is a blackout; not at home closes the ground."""
    away_only = 0
    for team in closed["H"].keys() | closed["A"].keys():
        home, away = closed["H"][team], closed["A"][team]
        if both := home & away:
            found.blackouts[team] = both
        if home - away:
            found.not_at_home[team] = home
        away_only += bool(away - home)
    if found.not_at_home:
        text = f"CA1 (HARD) of {len(found.not_at_home)} teams that cannot play at home in some slots: "
        text += "their ground is closed then, unless another team of the club may play; "
        notes.append(Note("Constraints", text + "a game may still be hosted elsewhere"))
    if away_only:
        text = f"CA1 (HARD) of {away_only} teams that cannot play away in some slots are not taken"
        notes.append(Note("Constraints", text))


def _coaches(instance: Instance, apart: list[set[str]], found: Taken, notes: list[Note]) -> None:
    """Teams that must not play at once share a coach; sets that overlap are joined into one."""
    joined: list[set[str]] = []
    for members in apart:
        touching = [one for one in joined if one & members]
        joined = [one for one in joined if not one & members]
        joined.append(members.union(*touching))
    for number, members in enumerate(joined, 1):
        found.coaches.update(dict.fromkeys(members, f"Coach {number}"))
    if joined:
        text = f"{len(apart)} CA4 (HARD) of teams that must not play at once are kept as shared coaches"
        if len(joined) < len(apart):
            text += f" ({len(joined)}, as sets with a team in common are joined)"
        notes.append(Note("Constraints", text))
