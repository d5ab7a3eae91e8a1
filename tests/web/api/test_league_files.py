"""A stored schedule and its feed as JSON, CSV and iCalendar."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
import vobject
from flask.testing import FlaskClient

from jobs.league import store
from jobs.league.changes import Change, Place
from jobs.league.games import Game
from jobs.league.schedule import Schedule
from jobs.league.validate import validate
from tests.jobs.league.leagues import SATURDAY, league, league_data

pytestmark = pytest.mark.usefixtures("database")
FORMS = ["", ".json", ".csv", ".ics"]


def game(
    home: str, away: str, date: dt.date = SATURDAY, *, venue: str = "Park", division: str = "U10"
) -> Game:
    return Game(
        division=division, home=home, away=away, date=date, start="09:00", end="10:00", venue=venue, pitch=1,
        at_home_venue=True,
    )  # fmt: skip


GAMES = [
    game("Ants", "Bees"),
    game("Crows", "Ants", SATURDAY + dt.timedelta(days=7)),
    game("Eels", "Foxes", venue="Lane", division="U12"),
]


def save(games: list[Game] = GAMES, spec: dict[str, Any] | None = None, **more: Any) -> store.StoredSchedule:
    described = league(**(spec or {}))
    schedule = Schedule.of(described, games)
    return store.save(described, schedule, validate(described, games), seed=7, generation_time=1.25, **more)


def place(date: dt.date, venue: str) -> Place:
    return Place(date=date, start="09:00", end="10:00", venue=venue, pitch=1)


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def events(content: bytes) -> list[Any]:
    made: list[Any] = vobject.readOne(content.decode()).contents.get("vevent", [])
    return made


def test_a_schedule_has_its_games_and_how_good_they_are(client: FlaskClient) -> None:
    stored = save(search={"bound": 3})
    shown = client.get(f"/api/schedule/{stored.id}").get_json()
    assert (shown["league"], shown["version"], shown["feed"]) == ("Little League", 1, stored.feed)
    assert (shown["seed"], shown["origin"], shown["parent"], shown["search"]) == (
        7,
        "generate",
        None,
        {"bound": 3},
    )
    assert [one["home"] for one in shown["games"]] == ["Eels", "Ants", "Crows"]
    assert shown["scores"]["goals"]
    assert shown["validation"]["valid"] is False
    assert client.get(f"/api/schedule/{stored.id}.json").get_json() == shown
    assert client.get(shown["page_url"]).status_code == 200
    assert client.get(shown["feed_url"]).status_code == 200


@pytest.mark.parametrize(
    ("query", "homes"),
    [
        ("team=Ants", ["Ants", "Crows"]),
        ("team=ants", ["Ants", "Crows"]),
        ("division=U12", ["Eels"]),
        ("venue=Lane", ["Eels"]),
        ("team=Ants&venue=Lane", []),
        ("team=&division=", ["Eels", "Ants", "Crows"]),
    ],
)
def test_every_form_can_be_narrowed(client: FlaskClient, query: str, homes: list[str]) -> None:
    stored = save()
    shown = client.get(f"/api/schedule/{stored.id}?{query}").get_json()
    table = rows(client.get(f"/api/schedule/{stored.id}.csv?{query}").data)
    calendar = events(client.get(f"/api/schedule/{stored.id}.ics?{query}").data)
    feed = events(client.get(f"/api/schedule/feeds/{stored.feed}.ics?{query}").data)
    assert [one["home"] for one in shown["games"]] == homes
    assert [one["home"] for one in table] == homes
    assert [one.summary.value.split(" v ")[0] for one in calendar] == homes
    assert [one.uid.value for one in feed] == [one.uid.value for one in calendar]


def test_changes_are_narrowed_as_games_are(client: FlaskClient) -> None:
    first = save()
    changes = [
        Change(kind="moved", division="U10", home="Ants", away="Bees", before=place(SATURDAY, "Park"),
               after=place(SATURDAY, "Lane"), why="rain"),
        Change(kind="canceled", division="U12", home="Eels", away="Foxes", before=place(SATURDAY, "Lane"),
               why="withdrawn"),
    ]  # fmt: skip
    stored = save(feed=first.feed, origin="repair", parent=first.id, changes=changes)
    address = f"/api/schedule/{stored.id}"
    assert [one["why"] for one in client.get(address).get_json()["changes"]] == ["rain", "withdrawn"]
    assert [one["why"] for one in client.get(f"{address}?team=Bees").get_json()["changes"]] == ["rain"]
    assert len(client.get(f"{address}?venue=Lane").get_json()["changes"]) == 2
    assert client.get(address).get_json()["parent"] == first.id


@pytest.mark.parametrize("form", FORMS)
def test_a_name_that_is_not_there_is_told_with_those_that_look_like_it(
    client: FlaskClient, form: str
) -> None:
    answer = client.get(f"/api/schedule/{save().id}{form}?team=Antz&venue=Moon")
    assert answer.status_code == 422
    team, venue = answer.get_json()["errors"]
    assert (team["field"], team["message"]) == ("team", "there is no team named 'Antz'; is it 'Ants'?")
    assert (venue["field"], venue["message"]) == ("venue", "there is no venue named 'Moon'")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("schedule_id", ["0" * 32, "x", "%00", "feeds"])
def test_an_unknown_schedule_is_404(client: FlaskClient, schedule_id: str, form: str) -> None:
    answer = client.get(f"/api/schedule/{schedule_id}{form}")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


def test_an_unknown_filter_is_named(client: FlaskClient) -> None:
    answer = client.get(f"/api/schedule/{save().id}.csv?coach=Kim")
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == "coach"


def test_files_say_what_they_are_and_have_a_name(client: FlaskClient) -> None:
    stored = save(spec={"name": "Žižkov / Liga: 1"})
    table = client.get(f"/api/schedule/{stored.id}.csv?division=U10")
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert table.headers["Content-Disposition"] == (
        'attachment; filename="Zizkov _ Liga_ 1  U10 v1.csv"; '
        "filename*=UTF-8''%C5%BDi%C5%BEkov%20_%20Liga_%201%20%E2%80%93%20U10%20v1.csv"
    )
    calendar = client.get(f"/api/schedule/{stored.id}.ics")
    assert calendar.headers["Content-Type"] == "text/calendar; charset=utf-8"
    feed = client.get(f"/api/schedule/feeds/{stored.feed}.ics")
    assert feed.headers["Content-Disposition"].startswith("inline;")


@pytest.mark.parametrize("form", FORMS)
def test_what_a_client_has_already_is_not_sent_again(client: FlaskClient, form: str) -> None:
    stored = save()
    for address, cached in [
        (f"/api/schedule/{stored.id}{form}", "private, max-age=300"),
        (f"/api/schedule/feeds/{stored.feed}{form or '.json'}", "private, no-cache"),
    ]:
        first = client.get(address)
        assert first.headers["Cache-Control"] == cached
        again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        narrowed = client.get(f"{address}?team=Ants", headers={"If-None-Match": first.headers["ETag"]})
        assert narrowed.status_code == 200


def test_a_feed_is_its_newest_version(client: FlaskClient) -> None:
    first = save()
    address = f"/api/schedule/feeds/{first.feed}"
    before = client.get(f"{address}.ics")
    moved = [game("Ants", "Bees", SATURDAY + dt.timedelta(days=1)), *GAMES[1:]]
    second = save(moved, feed=first.feed)
    after = client.get(f"{address}.ics", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    one, other = (
        next(one for one in events(answer.data) if one.summary.value.startswith("Ants"))
        for answer in (before, after)
    )
    assert one.uid.value == other.uid.value
    assert int(one.sequence.value) < int(other.sequence.value)
    assert (one.dtstart.value.day, other.dtstart.value.day) == (3, 4)
    assert client.get(f"{address}.json").get_json()["schedule_id"] == second.id
    assert rows(client.get(f"{address}.csv").data)[1]["date"] == "2027-04-04"


def test_a_feed_lists_its_versions(client: FlaskClient) -> None:
    first, second = save(), save()
    shown = client.get(f"/api/schedule/feeds/{first.feed}").get_json()
    assert [(one["schedule_id"], one["version"]) for one in shown["versions"]] == [
        (second.id, 2),
        (first.id, 1),
    ]
    assert client.get(shown["calendar_url"]).status_code == 200
    assert client.get(shown["versions"][1]["url"]).get_json()["version"] == 1


def test_subscribers_of_a_team_that_has_withdrawn_see_that_there_are_no_games(client: FlaskClient) -> None:
    first = save()
    left = [one for one in league_data()["teams"] if one["name"] != "Ants"]
    save([GAMES[2]], {"teams": left}, feed=first.feed)
    answer = client.get(f"/api/schedule/feeds/{first.feed}.ics?team=Ants")
    assert (answer.status_code, events(answer.data)) == (200, [])
    assert client.get(f"/api/schedule/feeds/{first.feed}.ics?team=Nobody").status_code == 422


@pytest.mark.parametrize("form", FORMS)
def test_an_unknown_feed_is_404(client: FlaskClient, form: str) -> None:
    answer = client.get(f"/api/schedule/feeds/{'0' * 32}{form}")
    assert answer.status_code == 404
    assert "feed" in answer.get_json()["detail"]


def test_events_lead_to_the_page_of_the_schedule(client: FlaskClient) -> None:
    stored = save()
    (url,) = {one.url.value for one in events(client.get(f"/api/schedule/feeds/{stored.feed}.ics").data)}
    assert url == f"http://localhost/league/{stored.id}"


def test_a_league_that_posts_formulas_gets_names(client: FlaskClient) -> None:
    teams = [{**one, "name": f"=cmd({one['name']})"} for one in league_data()["teams"]]
    stored = save([game("=cmd(Ants)", "=cmd(Bees)")], {"teams": teams})
    assert rows(client.get(f"/api/schedule/{stored.id}.csv").data)[0]["home"] == "'=cmd(Ants)"
