"""Names: given twice, unknown, or misspelt."""

from __future__ import annotations

import difflib
import unicodedata
import zoneinfo
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from jobs.league.faults.fault import Fault, Where, listed

if TYPE_CHECKING:
    from jobs.league.spec import LeagueSpec

LOOKUPS = 5  # unknown names that near ones are sought for: among 500 long names each costs up to 0.2 s
COMPARED = 40  # characters of a name that are compared
NO_ZONES = {
    "Factory",
    "localtime",
}  # listed, but the one means "not set" and the other depends on the machine


def twice(league: LeagueSpec) -> Iterator[Fault]:
    """Teams, divisions and venues of the same name, in whatever case, spacing or form of Unicode."""
    for kind in ("teams", "divisions", "venues"):
        first: dict[str, tuple[int, str]] = {}
        for index, item in enumerate(getattr(league, kind)):
            earlier, name = first.setdefault(_key(item.name), (index, item.name))
            if earlier != index:
                spelling = "" if name == item.name else f", there written {name!r}"
                message = f"{item.name!r} is already the name of {kind}.{earlier}{spelling}"
                yield Fault((kind, index, "name"), f"{message}; each name must be given once", item.name)


def coaches(league: LeagueSpec) -> Iterator[Fault]:
    """One coach in two spellings would be two people, and their games could clash."""
    first: dict[str, tuple[int, str]] = {}
    for index, team in enumerate(league.teams):
        if team.coach:
            earlier, name = first.setdefault(_key(team.coach), (index, team.coach))
            if name != team.coach:
                message = f"the coach {team.coach!r} is written {name!r} at teams.{earlier}; write it one way"
                yield Fault(("teams", index, "coach"), message, team.coach)


def unknown(league: LeagueSpec) -> Iterator[Fault]:
    """Divisions and venues that are named but not described."""
    divisions = _Known("division", (division.name for division in league.divisions))
    venues = _Known("venue", (venue.name for venue in league.venues))
    for index, team in enumerate(league.teams):
        yield from divisions.check(("teams", index, "division"), team.name, team.division)
        yield from venues.check(("teams", index, "home_venue"), team.name, team.home_venue)
    for index, venue in enumerate(league.venues):
        for place, name in enumerate(venue.divisions or []):
            yield from divisions.check(("venues", index, "divisions", place), venue.name, name)


def homes(league: LeagueSpec) -> Iterator[Fault]:
    """Home venues that do not take the team's division."""
    venues = {venue.name: venue for venue in league.venues}
    for index, team in enumerate(league.teams):
        if team.home_venue in venues and not venues[team.home_venue].takes(team.division):
            message = (
                f"{team.home_venue!r}, the home venue of {team.name!r}, does not take {team.division!r}: "
                "add that division to the venue or give the team another home"
            )
            yield Fault(("teams", index, "home_venue"), message, team.home_venue)


def zone(league: LeagueSpec) -> Iterator[Fault]:
    """A time zone that the IANA database does not have."""
    name = league.timezone
    if name is None or name in _zones():
        return
    near = _near_zones(name)
    right = (
        f"did you mean {' or '.join(near)}?" if near else "names look like Europe/London or America/Chicago"
    )
    yield Fault(("timezone",), f"{name!r} is no time zone of the IANA database; {right}", name)


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones() - NO_ZONES)


def _near_zones(name: str) -> list[str]:
    """Zones of that name in another case, of a city of that name, or spelt nearly so."""
    key = name.casefold().replace(" ", "_")
    same = [each for each in sorted(_zones()) if key in (each.casefold(), each.casefold().rpartition("/")[2])]
    return same[:3] or near_names(name, _zones(), most=1)


def _key(name: str) -> str:
    """What two names have in common that look the same to a reader."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def near_names(name: str, known: Iterable[str], most: int = 2) -> list[str]:
    """Names spelt like this one, the likeliest first; case does not count."""
    keys = {_key(each)[:COMPARED]: each for each in sorted(known)}
    key = _key(name)[:COMPARED]
    near = [key] if key in keys else difflib.get_close_matches(key, keys, n=most, cutoff=0.7)
    return [keys[each] for each in near]


class _Known:
    """The names of one kind that a league has."""

    def __init__(self, kind: str, names: Iterable[str]) -> None:
        self._kind = kind
        self._names = set(names)
        self._near: dict[str, list[str]] = {}

    def check(self, where: Where, owner: str, name: str) -> Iterator[Fault]:
        if name not in self._names:
            message = f"{owner!r} names the {self._kind} {name!r}, which the league does not have; "
            yield Fault(where, message + self._right(name), name)

    def _right(self, name: str) -> str:
        if name not in self._near and len(self._near) < LOOKUPS:
            self._near[name] = near_names(name, self._names)
        if near := self._near.get(name):
            return f"did you mean {' or '.join(map(repr, near))}?"
        return f"it has {listed(sorted(self._names))}"
