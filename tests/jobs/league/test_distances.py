"""How far it is between two venues: known distances on a sphere of the Earth's mean radius."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.league.distances import Distances, great_circle
from jobs.league.spec import Location
from tests.jobs.league.leagues import league, league_data

HALF_ROUND = 20_015.1  # km from pole to pole


def _at(latitude: float, longitude: float) -> Location:
    return Location(latitude=latitude, longitude=longitude)


PLACES = st.builds(_at, st.floats(-90, 90), st.floats(-180, 180))


@pytest.mark.parametrize(
    ("here", "there", "km"),
    [
        ((0, 0), (0, 1), 111.195),
        ((0, 0), (1, 0), 111.195),
        ((60, 0), (60, 1), 55.596),
        ((90, 0), (-90, 0), HALF_ROUND),
        ((0, 0), (0, 180), HALF_ROUND),
        ((0, 179.5), (0, -179.5), 111.195),
        ((90, 0), (90, 120), 0),
        ((51.5074, -0.1278), (48.8566, 2.3522), 343.6),
    ],
)
def test_known_distances(here: tuple[float, float], there: tuple[float, float], km: float) -> None:
    assert great_circle(_at(*here), _at(*there)) == pytest.approx(km, rel=2e-4, abs=1e-6)


@settings(
    derandomize=True, deadline=None
)  # the same examples on every run, and no folder to keep failures in
@given(PLACES, PLACES, PLACES)
def test_a_way_round_is_never_shorter_and_both_directions_are_alike(
    one: Location, other: Location, third: Location
) -> None:
    assert great_circle(one, one) == 0
    assert 0 <= great_circle(one, other) <= HALF_ROUND + 0.1
    assert great_circle(one, other) == pytest.approx(great_circle(other, one))
    assert great_circle(one, other) <= great_circle(one, third) + great_circle(third, other) + 1e-3


def _distances(*places: tuple[float, float] | None) -> Distances:
    data = league_data()
    for venue, place in zip(data["venues"], places, strict=True):
        if place is not None:
            venue["location"] = {"latitude": place[0], "longitude": place[1]}
    return Distances(league(**data))


def test_venues_are_told_apart_by_name() -> None:
    distances = _distances((0, 0), (0, 1))
    assert distances.any
    assert distances.km("Park", "Lane") == distances.km("Lane", "Park") == pytest.approx(111.195, rel=1e-4)
    assert distances.km("Park", "Park") == 0


@pytest.mark.parametrize("places", [(None, None), ((0, 0), None)], ids=["none", "one"])
def test_one_place_has_no_distance_to_anywhere(places: tuple[tuple[float, float] | None, ...]) -> None:
    distances = _distances(*places)
    assert not distances.any
    assert distances.km("Park", "Lane") is None
    assert distances.km("Park", "Nowhere") is None
