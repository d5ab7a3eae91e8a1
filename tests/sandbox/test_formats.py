"""Made-up answers have the shape of real ones: the same keys and types at each level, in both directions."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.conftest import Sandbox

DATA = Path(__file__).parents[3] / "shared" / "data" / "odds"
FILES = sorted(DATA.glob("*_????-??-??T????Z.json"))
ALL = "us,us2,us_ex,uk,eu,fr,se,au"

Shape = set[tuple[str, str]]


def shape(value: Any, place: str = "") -> Shape:
    """Each place in some JSON and the type of what is there; markets are told apart."""
    found = {(place, type(value).__name__)}
    if isinstance(value, dict):
        inside = f"{place}<{value['key']}>" if place.endswith("markets[]") else place
        for name, one in value.items():
            found |= shape(one, f"{inside}.{name}")
    elif isinstance(value, list):
        for one in value:
            found |= shape(one, f"{place}[]")
    return found


def recorded() -> list[Any]:
    if not FILES:
        pytest.skip(f"no recorded answers in {DATA}")
    return [json.loads(file.read_text()) for file in FILES]


def test_made_up_odds_have_the_keys_and_types_of_real_ones_and_no_others(sandbox: Sandbox) -> None:
    for real in recorded():
        path = f"/sports/{real[0]['sport_key']}/odds"
        made = sandbox.get(path, regions=ALL, markets="h2h,spreads,totals")
        assert shape(made) == shape(real)


def test_the_keys_come_in_the_order_of_the_real_ones(sandbox: Sandbox) -> None:
    def orders(value: Any) -> set[tuple[str, ...]]:
        if isinstance(value, list):
            return set().union(*map(orders, value))
        return {tuple(value)}.union(*map(orders, value.values())) if isinstance(value, dict) else set()

    for real in recorded():
        path = f"/sports/{real[0]['sport_key']}/odds"
        assert orders(sandbox.get(path, regions=ALL, markets="h2h,spreads,totals")) == orders(real)


def test_teams_and_books_are_called_as_in_life(sandbox: Sandbox) -> None:
    for real in recorded():
        sport = real[0]["sport_key"]
        made = sandbox.get(f"/sports/{sport}/odds", regions=ALL, markets="h2h,spreads,totals")
        titles = {(book["key"], book["title"]) for event in made for book in event["bookmakers"]}
        assert {(b["key"], b["title"]) for event in real for b in event["bookmakers"]} <= titles
        teams = {event[side] for event in made for side in ("home_team", "away_team")}
        assert {event["sport_title"] for event in made} == {event["sport_title"] for event in real}
        there = {event[side] for event in real for side in ("home_team", "away_team")}
        assert len(there - teams) <= 3  # some rest on any one day


def test_teams_stand_in_the_order_of_their_names_as_in_life(sandbox: Sandbox) -> None:
    made = sandbox.get("/sports/soccer_efl_champ/odds", regions=ALL, markets="h2h,spreads")
    for events in [made, *recorded()]:
        for event in events:
            for book in event["bookmakers"]:
                for market in book["markets"]:
                    names = [one["name"] for one in market["outcomes"] if one["name"] != "Draw"]
                    assert names == sorted(names)


def test_recorded_answers_are_served_as_they_are_but_for_their_times(
    make_sandbox: Callable[..., Sandbox],
) -> None:
    real = {events[0]["sport_key"]: events for events in recorded()}
    sandbox = make_sandbox(files=DATA)
    for sport, events in real.items():
        served = sandbox.get(f"/sports/{sport}/odds", regions=ALL, markets="h2h,spreads,totals")
        assert timeless(served) == timeless(events)


def timeless(value: Any) -> Any:
    """The same without times."""
    if isinstance(value, list):
        return [timeless(one) for one in value]
    if isinstance(value, dict):
        times = ("commence_time", "last_update")
        return {name: timeless(one) for name, one in value.items() if name not in times}
    return value
