from __future__ import annotations

import datetime as dt

import pytest

from jobs.league.changes import Change, Kind, Place
from tests.jobs.league.leagues import league, league_data
from tests.web.console.league.games import LATER, SOONER, game
from web.console.league import telling, views
from web.console.league.choice import Choice
from web.console.league.telling import Mark, Teller


def change(before: Place | None, after: Place | None, kind: Kind = "moved") -> Change:
    return Change(
        kind=kind, division="U10", home="Ants", away="Bees", before=before, after=after,
        why="Park is rained off",
    )  # fmt: skip


def at(date: dt.date, start: str, venue: str, pitch: int = 1) -> Place:
    return Place(date=date, start=start, end="12:00", venue=venue, pitch=pitch)


MOVED = change(at(SOONER, "09:00", "Park", 2), at(LATER, "10:30", "Lane"))
CANCELED = change(at(SOONER, "09:00", "Park"), None, "canceled")


def teller(*changes: Change, team: str = "") -> Teller:
    venues = [{**one, "pitches": 2 if one["name"] == "Park" else 1} for one in league_data()["venues"]]
    return Teller(league(venues=venues), changes, Choice(team=team))


def test_a_game_is_told_from_the_side_of_the_team() -> None:
    one = game("Ants", "Bees", pitch=2)
    told = {team: teller(team=team).tell(one) for team in ("", "Ants", "Bees")}
    assert [(each.side, each.opponent) for each in told.values()] == [
        ("", ""),
        ("home", "Bees"),
        ("away", "Ants"),
    ]
    assert {each.place for each in told.values()} == {"Park, pitch 2"}
    assert teller().tell(game("Ants", "Bees", venue="Lane")).place == "Lane"


def test_a_game_that_was_moved_says_from_where_and_why() -> None:
    tell = teller(MOVED, CANCELED).tell
    assert tell(game("Ants", "Bees", LATER, "10:30", venue="Lane")).mark == Mark(
        "moved", "Sat 3 Apr, 09:00, Park, pitch 2", "Park is rained off"
    )
    assert tell(game("Ants", "Bees", SOONER)).mark is None
    assert tell(game("Bees", "Ants", LATER, "10:30")).mark is None


def test_sides_that_are_swapped_where_they_were_have_no_earlier_place() -> None:
    spot = at(SOONER, "09:00", "Park")
    mark = teller(change(spot, spot, "swapped sides")).tell(game("Ants", "Bees")).mark
    assert mark == Mark("swapped sides", "", "Park is rained off")


@pytest.mark.parametrize(
    ("choice", "moved", "canceled"),
    [
        (Choice(), True, True),
        (Choice(team="Bees"), True, True),
        (Choice(team="Crows"), False, False),
        (Choice(division="U12"), False, False),
        (Choice(venue="Lane"), True, False),
        (Choice(venue="Park"), True, True),
        (Choice(date=LATER), True, False),
    ],
)
def test_a_change_concerns_those_who_come_and_those_who_go(
    choice: Choice, moved: bool, canceled: bool
) -> None:
    assert (choice.concerns(MOVED), choice.concerns(CANCELED)) == (moved, canceled)


def test_divisions_differ_in_hue() -> None:
    found = telling.hues(league())
    assert set(found) == {"U10", "U12"}
    assert len(set(found.values())) == 2


def test_the_next_game_is_the_first_from_today_on_where_the_league_plays() -> None:
    games = [game("Ants", "Bees"), game("Ants", "Crows", LATER)]
    assert views.coming(games, SOONER) == games[0]
    assert views.coming(games, SOONER + dt.timedelta(days=1)) == games[1]
    assert views.coming(games, LATER + dt.timedelta(days=1)) is None
    late = dt.datetime(2027, 4, 3, 23, 30, tzinfo=dt.UTC)
    assert views.today(league(timezone="Europe/Berlin"), late) == dt.date(2027, 4, 4)
    assert views.today(league(), late) == SOONER
