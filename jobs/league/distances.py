"""How far it is between two venues."""

from __future__ import annotations

import math

from jobs.league.spec import LeagueSpec, Location

EARTH_KM = 6371.0088  # mean radius, IUGG


class Distances:
    """Distances between a league's venues, of those that say where they are."""

    def __init__(self, league: LeagueSpec) -> None:
        self._places = {venue.name: venue.location for venue in league.venues}
        self._known: dict[tuple[str, str], float | None] = {}

    @property
    def any(self) -> bool:
        """Whether there is any distance to speak of."""
        return sum(place is not None for place in self._places.values()) > 1

    def km(self, one: str, other: str) -> float | None:
        """Kilometres as the crow flies, or None if one of them does not say where it is."""
        pair = (one, other) if one < other else (other, one)
        if pair not in self._known:
            here, there = self._places.get(one), self._places.get(other)
            self._known[pair] = None if here is None or there is None else great_circle(here, there)
        return self._known[pair]


def great_circle(here: Location, there: Location) -> float:
    """Kilometres between two places on a sphere, by the haversine formula."""
    lat1, lat2 = math.radians(here.latitude), math.radians(there.latitude)
    half_lat = (lat2 - lat1) / 2
    half_lon = math.radians(there.longitude - here.longitude) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(half_lon) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, chord)))
