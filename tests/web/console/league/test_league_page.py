"""The page of a schedule, as a browser gets it."""

from __future__ import annotations

import datetime as dt

import pytest
from flask.testing import FlaskClient

from jobs.league import library, store
from jobs.league.changes import Change, Place
from jobs.league.goals import Goals
from tests.jobs.league.leagues import league, league_data, team
from tests.web.console.conftest import HTML, Page
from tests.web.console.league.games import GAMES, HOSTILE, LATER, SOONER, game, save
from tests.web.console.pages import Element
from web.console.league.months import MOST_IN_WORDS

BOUND = {"cost": 12.5, "home_venue_share": 0.984}
"""What the solver proves: no schedule can be better."""


@pytest.fixture
def schedule_id(database: str) -> str:
    return save()


def entries(page: Element) -> list[str]:
    return [one.text for one in page.all("li", class_="entry")]


def test_the_season_is_a_calendar_with_each_game_in_words(page: Page, schedule_id: str) -> None:
    shown = page(f"/league/{schedule_id}")
    assert shown.one("h1").text == "Little League"
    assert [one.text for one in shown.one("table", class_="days").all("th")] == ["Saturday", "Sunday"]
    assert shown.one("h3").text == "April 2027 4 games"
    assert entries(shown)[:2] == [
        "09:00 –10:00 U12 Eels v Foxes Lane not home",
        "09:00 –10:00 U10 Bees v Crows Park",
    ]


def test_a_team_sees_its_games_from_its_side(page: Page, schedule_id: str) -> None:
    shown = page(f"/league/{schedule_id}?team=Bees")
    assert shown.one("h2", class_="what").text == "Bees 2 games"
    assert entries(shown) == ["09:00 –10:00 home v Crows Park", "10:00 –11:00 away v Ants Park"]
    assert "U10, home venue Park, 1 at home and 1 away" in shown.text


def test_a_pitch_is_named_where_there_are_several(page: Page, database: str) -> None:
    venues = [{**one, "pitches": 2} for one in league_data()["venues"]]
    found = save([game("Ants", "Bees", pitch=2)], venues=venues)
    assert entries(page(f"/league/{found}?team=Ants")) == ["09:00 –10:00 home v Bees Park, pitch 2"]
    assert entries(page(f"/league/{found}?team=Ants&venue=Park")) == ["09:00 –10:00 home v Bees pitch 2"]


def test_a_whole_league_counts_its_games_and_leads_to_the_day(page: Page, database: str) -> None:
    found = save([*[game("Ants", "Bees")] * MOST_IN_WORDS, game("Eels", "Foxes", division="U12")])
    day = page(f"/league/{found}").one("ul", class_="tallies")
    assert [one.text for one in day.all("li")] == [f"U10 {MOST_IN_WORDS} games", "U12 1 game"]
    listed = page(day.all("a")[1].attributes["href"])
    assert listed.one("h2", class_="what").text == "U12, Saturday 3 April 2027 1 game"
    assert "Eels" in listed.one("table", class_="fixtures").text


def test_a_day_leads_to_the_days_around_it(page: Page, schedule_id: str) -> None:
    shown = page(f"/league/{schedule_id}?date={LATER}")
    assert shown.one("a", rel="prev").text == "Sat 3 Apr"
    assert not shown.all("a", rel="next")
    assert page(f"/league/{schedule_id}?date=2027-04-04").one("a", rel="next").text == "Sat 10 Apr"


@pytest.mark.parametrize(
    ("view", "titles"),
    [
        ("division", ["U10 3 games", "U12 1 game"]),
        ("date", ["Saturday 3 April 2027 3 games", "Saturday 10 April 2027 1 game"]),
    ],
)
def test_the_season_can_be_a_list(page: Page, schedule_id: str, view: str, titles: list[str]) -> None:
    shown = page(f"/league/{schedule_id}?view={view}")
    assert [one.text for one in shown.all("h3")] == titles
    row = next(one for one in shown.all("tr") if "Eels" in one.text)
    assert row.text.replace("U12 ", "") == "09:00 –10:00 Eels Foxes Lane not home"
    assert shown.one("nav", aria_label="View").one("a", aria_current="true").text.endswith(view)


def test_what_does_not_exist_narrows_nothing_and_what_does_not_fit_says_so(
    page: Page, schedule_id: str
) -> None:
    assert (
        page(f"/league/{schedule_id}?team=Nobody&view=nonsense")
        .one("h2", class_="what")
        .text.endswith("4 games")
    )
    assert "No game fits" in page(f"/league/{schedule_id}?team=Eels&venue=Park").text


def test_files_are_had_for_what_is_shown(page: Page, schedule_id: str) -> None:
    shown = page(f"/league/{schedule_id}?team=Bees&venue=Park&date={LATER}").one("section", class_="takeaway")
    files = [one.attributes["href"] for one in shown.all("a") if "download" in one.attributes]
    assert files == [
        f"/api/schedule/{schedule_id}.{end}?team=Bees&venue=Park" for end in ("ics", "csv", "json")
    ]


def test_the_checks_and_how_it_was_made_are_told(page: Page, schedule_id: str) -> None:
    shown = page(f"/league/{schedule_id}").one("section", class_="quality")
    assert "At the home venue 75.0 %" in shown.text
    assert "in 1.2s with seed 7" in shown.text or "in 1.3s with seed 7" in shown.text


def test_a_calendar_program_can_subscribe_to_what_is_shown(page: Page, schedule_id: str) -> None:
    feed = store.feed_of(schedule_id)
    shown = page(f"/league/{schedule_id}?team=Bees").one("section", class_="takeaway")
    address = f"//localhost/api/schedule/feeds/{feed}.ics?team=Bees"
    assert shown.one("a", class_="primary").attributes["href"] == f"webcal:{address}"
    assert shown.one("code").text == f"http:{address}"


def test_every_link_of_a_page_leads_somewhere(page: Page, client: FlaskClient, schedule_id: str) -> None:
    for view in ("", "&view=division", f"&date={LATER}"):
        shown = page(f"/league/{schedule_id}?team=Crows{view}").one("main")
        links = [one.attributes["href"] for one in shown.all("a")]
        paths = [link.removeprefix("webcal://localhost") for link in links if not link.startswith("#")]
        assert len(paths) > 5
        assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


def test_the_goals_are_told_one_by_one_with_the_bound(page: Page, database: str) -> None:
    found = page(f"/league/{save(kept={'search': {'bound': BOUND}})}").one("section", class_="quality")
    rows = [one.text for one in found.one("tbody").all("tr")]
    assert rows[0].startswith("home venue 3 of 4 games at the home team's venue")
    assert len(rows) == len(Goals.model_fields)
    assert "no schedule of these pairings can have less than 12.5" in found.text
    assert "None can have more than 98.4 % of its games at the home venue" in found.text


@pytest.fixture
def repaired(schedule_id: str) -> tuple[str, str]:
    """The ids of a schedule and of its repair: one game moved, and one canceled."""
    place = {"start": "09:00", "end": "10:00", "venue": "Park", "pitch": 1}
    moved, gone = Place(date=SOONER, **place), Place(date=SOONER, **place | {"start": "10:30"})
    changes = [
        Change(
            kind="moved", division="U10", home="Crows", away="Deer", before=moved,
            after=Place(date=LATER, **place), why="Park is rained off on Saturday 3 April",
        ),
        Change(kind="canceled", division="U10", home="Ants", away="Deer", before=gone, why=f"{HOSTILE} left"),
    ]  # fmt: skip
    kept = {"feed": store.feed_of(schedule_id), "origin": "repair", "parent": schedule_id, "changes": changes}
    return schedule_id, save(kept=kept)


def test_a_repair_says_what_changed_and_why(page: Page, repaired: tuple[str, str]) -> None:
    shown = page(f"/league/{repaired[1]}?team=Deer")
    told = shown.one("details", class_="changes")
    assert told.one("summary").text == "What changed since version 1 2 games"
    assert [one.text for one in told.one("tbody").all("tr")] == [
        "Crows v Deer U10 moved Sat 3 Apr, 09:00, Park Sat 10 Apr, 09:00, Park "
        "Park is rained off on Saturday 3 April",
        f"Ants v Deer U10 canceled Sat 3 Apr, 10:30, Park – {HOSTILE} left",
    ]
    assert entries(shown) == ["09:00 –10:00 away v Crows Park moved was Sat 3 Apr, 09:00, Park"]
    assert not page(f"/league/{repaired[1]}?team=Eels").all("details", class_="changes")
    assert "moved" in page(f"/league/{repaired[1]}?view=date").one("tr", class_="changed").text


def test_versions_lead_to_each_other_and_only_the_newest_is_repaired(
    page: Page, repaired: tuple[str, str]
) -> None:
    old, new = (page(f"/league/{one}?team=Deer") for one in repaired)
    note = old.one("p", class_="warn")
    assert note.text == "This is an older version: version 2 has replaced it ."
    assert note.one("a").attributes["href"] == f"/league/{repaired[1]}?team=Deer"
    assert not new.all("p", class_="warn")
    listed = new.one("details", class_="versions").all("li")
    assert [one.text.split(" ,")[0] for one in listed] == ["Version 2", "Version 1"]
    assert listed[1].one("a").attributes["href"] == f"/league/{repaired[0]}?team=Deer"
    assert not old.all("form", data_make="repair")
    assert new.all("form", data_make="repair")


def test_a_league_of_the_library_is_repaired_by_admins_only(
    page: Page, admin_page: Page, database: str
) -> None:
    named = library.put(league())
    found = save(kept={"feed": named.feed})
    assert not page(f"/league/{found}").all("form", data_make="repair")
    assert admin_page(f"/league/{found}").all("form", data_make="repair")


def test_a_repair_starts_from_what_the_league_has(page: Page, schedule_id: str) -> None:
    form = page(f"/league/{schedule_id}").one("form", data_make="repair")
    assert form.attributes["data-schedule"] == schedule_id
    dates = [one.attributes["value"] for one in form.one("select", name="rained_date").all("option")]
    assert dates == ["", "2027-04-03", "2027-04-10"]
    assert [one.text for one in form.one("select", name="lost_venue").all("option")] == [
        "none",
        "Lane",
        "Park",
    ]
    assert "Gulls" in [one.text for one in form.one("select", name="withdrawn").all("option")]


@pytest.mark.parametrize("query", ["", "?view=division", "?view=date", f"?team={HOSTILE}"])
def test_names_in_a_league_stay_text(page: Page, client: FlaskClient, database: str, query: str) -> None:
    data = league_data(name=HOSTILE)
    teams = [*data["teams"], team(HOSTILE, home=HOSTILE)]
    venues = [*data["venues"], {**data["venues"][0], "name": HOSTILE}]
    found = save([*GAMES, game(HOSTILE, "Ants", venue=HOSTILE)], name=HOSTILE, teams=teams, venues=venues)
    assert page(f"/league/{found}{query}").one("h1").text == HOSTILE
    assert HOSTILE not in client.get(f"/league/{found}{query}", headers=HTML).text


def test_an_unknown_schedule_has_a_page_that_says_so(page: Page) -> None:
    assert "There is no schedule of that id" in page("/league/none", 404).one("p", class_="lead").text


def test_a_season_of_a_year_is_shown_month_by_month(page: Page, database: str) -> None:
    season = {"first_date": "2027-01-01", "last_date": "2027-12-31", "play_days": ["friday"]}
    found = save([game("Ants", "Bees", dt.date(2027, 1, 1))], season=season)
    shown = page(f"/league/{found}")
    assert len(shown.all("table", class_="days")) == 12
    assert {one.text for one in shown.all("th", scope="col")} >= {"Friday"}
