"""A RobinX instance as it stands in its XML: leagues, teams, groups, slots and constraints, by their ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobs.league.formats.outcome import FileFault, UnreadableLeague, shown

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_TEAMS = 2_000
MAX_SLOTS = 400
MAX_GROUPS = 5_000


@dataclass(frozen=True)
class Team:
    """A team, with the groups it is in."""

    id: str
    name: str
    league: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Constraint:
    """A constraint of any type.

    Attributes:
        type: Its element, e.g. ``CA1``.
        hard: Whether a schedule must keep it.
        fields: Its attributes as they stand.
    """

    type: str
    hard: bool
    fields: Mapping[str, str]

    def ids(self, name: str) -> list[str]:
        """The ids of a list of them."""
        return [one.strip() for one in self.fields.get(name, "").split(";") if one.strip()]

    def number(self, name: str) -> int | None:
        """A whole number, or None if there is none."""
        value = self.fields.get(name, "").strip()
        return int(value) if value.isascii() and value.isdigit() and len(value) <= 6 else None


@dataclass
class Instance:
    """All of it. Ids are text, and everything is in the order of the file."""

    name: str
    leagues: dict[str, str] = field(default_factory=dict)
    rounds: dict[str, int] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    team_groups: dict[str, str] = field(default_factory=dict)
    slots: list[str] = field(default_factory=list)
    slot_groups: dict[str, list[str]] = field(default_factory=dict)
    constraints: list[Constraint] = field(default_factory=list)
    phased: bool = False
    additional_games: int = 0
    data: list[str] = field(default_factory=list)

    def group(self, id_: str) -> set[str]:
        """Ids of the teams in a group."""
        return {team.id for team in self.teams.values() if id_ in team.groups}

    def in_league(self, id_: str) -> list[Team]:
        """Teams of a league."""
        return [team for team in self.teams.values() if team.league == id_]


def instance(file: str, root: Element) -> Instance:
    """The instance that an XML file holds.

    Raises:
        UnreadableLeague: it is another kind of XML, or lacks what every instance has.
    """
    if root.tag != "Instance":
        known = "an instance of RobinX has <Instance> at its root"
        raise UnreadableLeague([FileFault(file, None, None, f"<{shown(root.tag)}> is no league; {known}")])
    found = Instance(" ".join((root.findtext("MetaData/InstanceName") or "").split()))
    faults: list[str] = []
    _resources(root, found, faults)
    _structure(root, found, faults)
    for group in root.findall("Constraints/*"):
        for one in group:
            hard = one.get("type", "").upper() == "HARD"
            found.constraints.append(Constraint(str(one.tag), hard, dict(one.attrib)))
    found.data = [str(one.tag) for one in root.findall("Data/*") if len(one)]
    if faults:
        raise UnreadableLeague([FileFault(file, None, None, text) for text in faults])
    return found


def _resources(root: Element, found: Instance, faults: list[str]) -> None:
    found.leagues = _named(root, "Leagues/league", faults)
    found.team_groups = _named(root, "TeamGroups/teamGroup", faults)
    slots = root.findall("Resources/Slots/slot")
    if len(slots) > MAX_SLOTS:
        faults.append(f"{len(slots):,} slots; at most {MAX_SLOTS} are possible, one a day")
        slots = []
    elif not slots:
        faults.append("Resources/Slots has no slot, and so no date on which to play")
    found.slots = sorted((one.get("id", "") for one in slots), key=_in_order)
    for one in slots:
        for group in (one.get("slotGroup") or one.get("slotGroups") or "").split(";"):
            found.slot_groups.setdefault(group.strip(), []).append(one.get("id", ""))
    _repeated("slot", found.slots, faults)
    _teams(root, found, faults)


def _in_order(id_: str) -> tuple[int, str]:
    return (int(id_), "") if id_.isascii() and id_.isdigit() and len(id_) < 10 else (10**9, id_)


def _teams(root: Element, found: Instance, faults: list[str]) -> None:
    teams = root.findall("Resources/Teams/team")
    if len(teams) > MAX_TEAMS:
        faults.append(f"{len(teams):,} teams; at most {MAX_TEAMS:,} are possible")
        return
    if not teams:
        faults.append("Resources/Teams has no team")
    _repeated("team", [one.get("id", "") for one in teams], faults)
    only = next(iter(found.leagues)) if len(found.leagues) == 1 else ""
    if not found.leagues:
        found.leagues = {"": found.name or "League"}
    for one in teams:
        id_, league = one.get("id", ""), one.get("league", only).strip()
        groups = tuple(each.strip() for each in (one.get("teamGroups") or "").split(";") if each.strip())
        if league not in found.leagues:
            faults.append(
                f"team {shown(id_)!r} is of the league {shown(league)!r}, which Resources/Leagues lacks"
            )
        found.teams[id_] = Team(id_, (one.get("name") or "").strip() or f"Team {id_}", league, groups)


def _named(root: Element, path: str, faults: list[str]) -> dict[str, str]:
    elements = root.findall(f"Resources/{path}")
    if len(elements) > MAX_GROUPS:
        faults.append(f"{len(elements):,} of Resources/{path}; at most {MAX_GROUPS:,} are possible")
        return {}
    _repeated(path.partition("/")[2], [one.get("id", "") for one in elements], faults)
    return {one.get("id", ""): (one.get("name") or "").strip() or one.get("id", "") for one in elements}


def _repeated(what: str, ids: list[str], faults: list[str]) -> None:
    seen: set[str] = set()
    for one in ids:
        if not one:
            faults.append(f"a {what} has no id")
        elif one in seen:
            faults.append(f"the id {shown(one)!r} is that of two of <{what}>")
        seen.add(one)


def _structure(root: Element, found: Instance, faults: list[str]) -> None:
    for each in root.findall("Structure/Format"):
        text = (each.findtext("numberRoundRobin") or "").strip()
        ids = [one.strip() for one in each.get("leagueIds", "").split(";") if one.strip()]
        number = int(text) if text in ("1", "2", "3", "4") else None
        if number is None:
            faults.append(f"numberRoundRobin {shown(text)!r} is not 1, 2, 3 or 4")
            continue
        found.rounds.update(dict.fromkeys(ids or found.leagues, number))
        found.phased |= (each.findtext("gameMode") or "").strip().upper() == "P"
    found.additional_games = len(root.findall("Structure/AdditionalGames/*"))
