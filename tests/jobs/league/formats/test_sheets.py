from __future__ import annotations

import csv
import datetime as dt
import io

import pytest

from jobs.league.formats import sheets
from jobs.league.games import Game


def game(**changes: object) -> Game:
    known = {
        "division": "U10", "home": "Ants", "away": "Bees", "date": dt.date(2027, 4, 3), "start": "09:00",
        "end": "10:00", "venue": "Park", "pitch": 2, "at_home_venue": True,
    }  # fmt: skip
    return Game.model_validate(known | changes)


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_each_game_is_a_row() -> None:
    found = rows(sheets.table([game(), game(at_home_venue=False, start="23:00", end="24:00")]))
    assert found[0] == {
        "date": "2027-04-03", "weekday": "Saturday", "start": "09:00", "end": "10:00", "division": "U10",
        "home": "Ants", "away": "Bees", "venue": "Park", "pitch": "2", "at_home_venue": "yes",
    }  # fmt: skip
    assert (found[1]["end"], found[1]["at_home_venue"]) == ("24:00", "no")


def test_spreadsheets_find_the_encoding_and_the_ends_of_lines() -> None:
    content = sheets.table([game(home="Žižkov 🐝")])
    assert content.startswith(b"\xef\xbb\xbfdate,weekday,")
    assert content.count(b"\n") == content.count(b"\r\n") == 2
    assert rows(content)[0]["home"] == "Žižkov 🐝"


def test_commas_and_quotes_stay_in_their_cell() -> None:
    found = rows(sheets.table([game(home='Ants, "the" 1st', away="a;b")]))
    assert (found[0]["home"], found[0]["away"]) == ('Ants, "the" 1st', "a;b")


@pytest.mark.parametrize("name", ["=1+1", '=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)"])
@pytest.mark.parametrize("column", ["home", "away", "division", "venue"])
def test_a_name_is_never_a_formula(column: str, name: str) -> None:
    assert rows(sheets.table([game(**{column: name})]))[0][column] == f"'{name}"


def test_no_games_are_a_header() -> None:
    assert sheets.table([]).decode("utf-8-sig") == ",".join(sheets.COLUMNS) + "\r\n"
