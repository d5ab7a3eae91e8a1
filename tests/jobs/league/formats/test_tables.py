from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from jobs.league.formats import Upload, read
from jobs.league.spec import Location
from jobs.league.windows import TimeWindow
from tests.jobs.league.formats.files import (
    DIVISIONS,
    SEASON,
    TEAMS,
    VENUES,
    only_fault,
    refusal,
    said,
    spoiled,
    tables,
)

EXAMPLE = Path(__file__).parents[4] / "docs" / "examples" / "league"


def test_the_tables_of_the_docs_are_a_league() -> None:
    found = read([Upload(path.name, path.read_bytes()) for path in sorted(EXAMPLE.glob("*.csv"))])
    league = found.league
    assert (league.name, len(league.teams), league.total_games) == ("Riverbank Juniors", 8, 14)
    assert (found.source, found.notes) == ("csv", [])


def test_every_field_of_a_league_is_read() -> None:
    league = read(tables()).league
    ants, park, lane = league.teams[0], league.venues[0], league.venues[1]
    assert (ants.name, ants.division, ants.home_venue, ants.club, ants.coach) == (
        *("Ants", "U10", "Park", "Anthill"),
        "Kim",
    )
    assert ants.blackout_dates == [dt.date(2027, 4, 10), dt.date(2027, 4, 17)]
    assert ants.preferred_times == [
        TimeWindow(days=["saturday"], start="09:00", end="12:00"),
        TimeWindow(start="18:00", end="20:00"),
    ]
    assert ants.forbidden_times == [TimeWindow(days=["sunday"])]
    assert (park.pitches, park.closed_dates) == (2, [dt.date(2027, 4, 3)])
    assert park.location == Location(latitude=51.5, longitude=-0.12)
    assert lane.slots == {"saturday": ["09:00", "10:30"]}
    assert lane.divisions == ["U10"]
    assert league.season.holidays == [dt.date(2027, 5, 1), dt.date(2027, 5, 2)]
    assert (league.season.max_gap_days, league.season.min_rest_days, league.timezone) == (
        28,
        2,
        "Europe/London",
    )


def test_a_season_may_be_one_row_under_a_header() -> None:
    row = "League Name;Start Date;end_date;Days\nRows;2027-04-03;2027-05-30;sat\n"
    league = read(tables(season=row)).league
    assert (league.name, league.season.first_date, league.season.play_days) == (
        *("Rows", dt.date(2027, 4, 3)),
        ["saturday"],
    )


def test_a_season_may_be_fields_of_a_form() -> None:
    form = {
        "first_date": "2027-04-03",
        "last_date": dt.date(2027, 5, 30),
        "min_rest_days": "3",
        "timezone": "",
    }
    found = read(tables(season=None), name="Ours", season=form)
    assert (found.league.name, found.league.season.min_rest_days, found.league.timezone) == ("Ours", 3, None)
    assert found.league.season.play_days == ["saturday", "sunday"]
    assert "no play_days are given" in said(found)


def test_fields_of_a_form_go_before_those_of_the_table() -> None:
    assert read(tables(), season={"max_gap_days": 40}).league.season.max_gap_days == 40


def test_goals_are_weights_in_the_season() -> None:
    league = read(tables(season=SEASON + "travel_weight,7\n")).league
    assert league.goals.travel == 7


def test_tables_are_known_by_their_headers_whatever_they_are_called() -> None:
    texts = (TEAMS, DIVISIONS, VENUES, SEASON)
    uploads = [Upload(f"{number}.csv", text.encode()) for number, text in enumerate(texts)]
    assert read(uploads).league == read(tables()).league


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_semicolons_and_tabs_delimit_as_well(delimiter: str) -> None:
    teams = f"name{delimiter}division{delimiter}home_venue\n" + "\n".join(
        delimiter.join((name, "U10", "Park")) for name in ("Ants", "Bees", "Crows", "Deer")
    )
    assert [team.name for team in read(tables(teams=teams)).league.teams] == ["Ants", "Bees", "Crows", "Deer"]


def test_what_excel_writes_is_read() -> None:
    text = "\ufeffsep=;\r\nTeam Name;DIV;Home Venue;;\r\n" + "".join(
        f'"{name}";U10;Park;;\r\n' for name in ("Ants", "Bees", "Crows", "Deer")
    )
    assert len(read(tables(teams=text + ";;;;\r\n\r\n")).league.teams) == 4
    fault = only_fault(tables(teams=text.replace('"Crows";U10;Park', '"Crows";U10;Lake')))
    assert (fault.row, fault.column) == (5, "Home Venue")


# What is spoiled, and where the fault must be found: table, old and new text, row, column, a word of advice.
SPOILED = [
    ("teams", "Bees,U10,,Park", "Bees,U10,,Pork", 3, "home_venue", "does not have"),
    ("teams", "Bees,U10", "Bees,U11", 3, "division", "does not have"),
    ("teams", "Bees", "Ants", 3, "name", "already the name in row 2"),
    ("teams", "Bees", "", 3, "name", "is empty"),
    ("teams", "Bees", "B" * 101, 3, "name", "longer than 100"),
    ("teams", "Bees", "=A1", 3, "name", "formula"),
    ("teams", "Bees", "#REF!", 3, "name", "formula"),
    ("teams", "2027-04-10", "3/4/27", 2, "blackout_dates", "YYYY-MM-DD"),
    ("teams", "2027-04-10", "2027/04/10", 2, "blackout_dates", "2027-04-10"),
    ("teams", "2027-04-10", "2027-02-30", 2, "blackout_dates", "calendar"),
    ("teams", "2027-04-10", "2026-04-10", 2, "blackout_dates", "outside the season"),
    ("teams", "2027-04-10", "2027-04-10..2026-04-10", 2, "blackout_dates", "later"),
    ("teams", "sat 09:00-12:00", "sat 9am-12:00", 2, "preferred_times", "write 09:00"),
    ("teams", "sat 09:00-12:00", "sat 12:00-09:00", 2, "preferred_times", "not after its start"),
    ("teams", "sat 09:00-12:00", "caturday", 2, "preferred_times", "sat 09:00-12:00"),
    ("teams", "sat 09:00-12:00", "caturday 09:00-12:00", 2, "preferred_times", "not a weekday"),
    ("teams", "coach", "coahc", 1, "coahc", "is coach meant?"),
    ("teams", "club", "name", 1, "name", "a second time"),
    ("teams", "home_venue", "shoe_size", 1, "home_venue", "missing"),
    ("teams", "Bees,U10,,Park,,,,", "Bees,U10,,Park", 3, None, "has 4 cells, the header has 8"),
    ("teams", "Bees,U10,,Park,,,,", "Bees,U10,,Park,,,,,9", 3, None, "has 9 cells, the header has 8"),
    ("teams", "Bees", '"Bees', 3, None, "never ends"),
    ("teams", "Bees", '"Be"es', 3, None, "never ends"),
    ("teams", "Bees", '"Be\nes"', 3, "name", "line break"),
    ("teams", "Bees", "Be\0es", 3, None, "NUL"),
    ("divisions", "single", "triple", 2, "rounds", "neither single"),
    ("divisions", "single", "", 2, None, "games_per_team or rounds"),
    ("divisions", ",single", "99,", 2, "games_per_team", "at most"),
    ("divisions", "60", "an hour", 2, "game_minutes", "whole number"),
    ("divisions", "60", "600", 2, "game_minutes", "at most 360"),
    ("divisions", "60\n", "60\nU12,,single,60\n", 3, "name", "0 teams"),
    ("venues", "Park,2", "Park,0", 2, "pitches", "at least"),
    ("venues", "10:30,10:00", "25:00,10:00", 2, "saturday", "25:00"),
    ("venues", "10:30,10:00", "9.30,10:00", 2, "saturday", "write 09:30"),
    ("venues", "9:00;10:30", "9:00;09:00", 3, "saturday", "twice"),
    ("venues", "9:00;10:30", "", 3, None, "no start time"),
    ("venues", ",U10,", ",U99,", 3, "divisions", "U99"),
    ("venues", "51.5,", '"51,5",', 2, "latitude", "write 51.5"),
    ("venues", "51.5,", "91,", 2, "latitude", "at most 90"),
    ("venues", "51.5,", ",", 2, "latitude", "the other is given"),
    ("venues", "2027-04-03", "2031-01-01", 2, "closed_dates", "outside the season"),
    ("season", "2027-05-30", "2027-03-30", 4, "value", "before it begins"),
    ("season", "2027-05-30", "30.5.2027", 4, "value", "YYYY-MM-DD"),
    ("season", "saturday; sunday", "someday", 5, "value", "not a weekday"),
    ("season", "min_rest_days", "min_rest_dais", 8, "min_rest_dais", "is min_rest_days meant?"),
    ("season", "min_rest_days", "holidays", 8, "holidays", "a second time"),
    ("season", "min_rest_days,2", "min_rest_days,31", 8, "value", "at most 30"),
]


@pytest.mark.parametrize(("kind", "old", "new", "row", "column", "advice"), SPOILED)
def test_a_fault_is_named_by_file_row_and_column(
    kind: str, old: str, new: str, row: int, column: str | None, advice: str
) -> None:
    error = refusal(spoiled(kind, old, new))
    found = [one for one in error.faults if (one.file, one.row, one.column) == (f"{kind}.csv", row, column)]
    assert found, str(error)
    assert advice in found[0].message
    where = f"{kind}.csv row {row}" + (f" column {column}" if column else "")
    assert where in str(error)


def test_all_faults_of_all_files_are_told_at_once() -> None:
    error = refusal(
        tables(
            teams=TEAMS.replace("Bees,U10", "Bees,U11").replace("2027-04-10", "3/4/27"),
            divisions=DIVISIONS.replace("60", "an hour"),
            venues=VENUES.replace("10:30,10:00", "1030,10:00"),
            season=SEASON.replace("2027-04-03", "April"),
        )
    )
    assert [(one.file, one.row, one.column) for one in error.faults] == [
        ("teams.csv", 2, "blackout_dates"),
        ("teams.csv", 3, "division"),
        ("divisions.csv", 2, "game_minutes"),
        ("venues.csv", 2, "saturday"),
        ("season.csv", 3, "value"),
    ]


def test_a_bad_season_causes_no_faults_of_dates_elsewhere() -> None:
    assert only_fault(spoiled("season", "2027-04-03", "April")).file == "season.csv"


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("venues", "9:00;10:30", "9.00"),  # and so no start time at all
        ("divisions", "single", "triple"),  # and so neither rounds nor games
        ("divisions", "U10,", ","),
        ("teams", "Bees,U10", "Bees,"),
        ("teams", "Bees,U10,,Park", "Bees,U10,,"),
    ],
)
def test_what_follows_from_a_fault_is_not_told_as_another(kind: str, old: str, new: str) -> None:
    error = refusal(spoiled(kind, old, new))
    assert len([fault for fault in error.faults if fault.file == f"{kind}.csv"]) == 1, str(error)


def test_hundreds_of_faults_are_counted_and_a_hundred_listed() -> None:
    rows = "".join(f"T{number},U10,Nowhere\n" for number in range(300))
    error = refusal(
        tables(teams="name,division,home_venue,blackout_dates\n" + rows.replace("re\n", "re,x\n"))
    )
    assert len(error.faults) == 100
    assert error.count >= 300
    assert "more faults that are not listed" in str(error)


def test_twenty_thousand_teams_are_refused_with_the_limit() -> None:
    rows = "".join(f"T{number},U10,Park\n" for number in range(20_000))
    fault = only_fault(tables(teams="name,division,home_venue\n" + rows))
    assert fault.message == "20,000 teams; at most 2,000 are possible"
    assert "more than 25,000 rows" in str(refusal(tables(teams="name,division,home_venue\n" + 2 * rows)))


@pytest.mark.parametrize("kind", ["teams", "divisions", "venues"])
def test_a_table_that_is_missing_is_named(kind: str) -> None:
    fault = only_fault(tables(**{kind: None}))
    assert (fault.file, fault.row) == (f"{kind}.csv", None)


def test_a_season_that_is_missing_is_asked_for() -> None:
    assert "first_date" in only_fault(tables(season=None)).message
    assert "first_date" in only_fault(tables(season="field,value\nname,Ours\n")).message
    assert only_fault(tables(season="field,value\nfirst_date,soon\n")).row == 2


@pytest.mark.parametrize("text", ["", "\n\n", "name,division,home_venue\n"])
def test_an_empty_table_is_refused(text: str) -> None:
    assert {fault.file for fault in refusal(tables(teams=text)).faults} == {"teams.csv"}


def test_text_that_is_not_utf8_names_line_and_byte() -> None:
    fault = only_fault(tables(teams=TEAMS.replace("Crows", "Crêtes").encode("latin-1")))
    assert fault.row == 4
    assert "0xEA" in fault.message
    assert "UTF-8" in fault.message
    assert "UTF-16" in only_fault(tables(teams=TEAMS.encode("utf-16"))).message


def test_two_tables_of_one_kind_are_refused() -> None:
    fault = only_fault([*tables(), Upload("more-teams.csv", TEAMS.encode())])
    assert (fault.file, "teams.csv" in fault.message) == ("more-teams.csv", True)


def test_a_table_of_unknown_kind_is_refused() -> None:
    fault = only_fault([*tables(), Upload("x.csv", b"colour,size\nred,4\n")])
    assert fault.file == "x.csv"


@pytest.mark.parametrize(
    ("form", "column"),
    [
        ({"first_date": "soon"}, "first_date"),
        ({"min_rest_days": 99}, "min_rest_days"),
        ({"colour": "red"}, "colour"),
        ({"play_days": {"a": 1}}, "play_days"),
    ],
)
def test_a_bad_field_of_a_form_is_named(form: dict[str, object], column: str) -> None:
    fault = only_fault(tables(), season=form)
    assert (fault.file, fault.row, fault.column) == ("season", None, column)
