"""The pages about leagues in a real browser: on a phone, and from a form to the schedule."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import longshore
from jobs.league import store
from jobs.league.sample import sample_league
from jobs.league.schedule import Schedule
from jobs.league.validate import validate
from longshore import tasks
from longshore.connections import shared
from longshore.settings import Settings
from longshore.tasks import Status
from tests.jobs.league.leagues import league_data, team
from tests.web.browser.chromium import Chromium
from tests.web.console.league.games import GAMES, HOSTILE, LATER, game, save

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
ROOT = Path(longshore.__file__).parent.parent
WORKER = """
from longshore import catalog, connections, settings
from longshore.worker import LongshoreWorker
catalog.load("jobs")
client = connections.patient_client(settings.current().redis_url)
LongshoreWorker(["schedules"], connection=client).work(logging_level="ERROR", burst=True)
"""
FITS = "document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture(autouse=True)
def harmless(browser: Chromium) -> Iterator[None]:
    """After each test: no name of a league has run, and the browser has complained of nothing."""
    yield
    assert browser.evaluate("typeof window.pwned") == "undefined"
    assert browser.complaints == []
    browser.open("about:blank")


@pytest.fixture
def work(settings: Settings) -> Callable[[], None]:
    """A function that runs a worker, in a process of its own, until its queue is empty."""
    environment = os.environ | {"REDIS_URL": settings.redis_url, "DATABASE_URL": settings.database_url}

    def run() -> None:
        subprocess.run([sys.executable, "-c", WORKER], cwd=ROOT, env=environment, check=True)

    return run


def text(browser: Chromium, selector: str) -> str:
    return str(browser.evaluate(f"document.querySelector({selector!r}).innerText"))


def choose(browser: Chromium, name: str, value: str) -> None:
    browser.evaluate(
        f"(() => {{ const one = document.querySelector('select[name={name}]'); one.value = {value!r};"
        "one.dispatchEvent(new Event('change', {bubbles: true})) })()"
    )


def test_a_team_is_chosen_and_its_calendar_is_there(browser: Chromium, site: str, database: str) -> None:
    browser.open(f"{site}/league/{save()}")
    choose(browser, "team", "Bees")
    browser.wait_for("location.search === '?team=Bees' && document.readyState === 'complete'")
    assert text(browser, ".entry").split("\n")[1:] == ["v Crows", "Park"]


def test_on_a_phone_the_months_are_an_agenda(phone: Chromium, site: str, database: str) -> None:
    phone.open(f"{site}/league/{save()}?team=Bees")
    assert phone.evaluate(FITS)
    shown = text(phone, ".days").split("\n")
    assert shown[0] == "Saturday 3 April"
    assert "Saturday" not in shown
    assert not any("10 April" in line for line in shown)  # a day without a game of the team


def test_long_names_do_not_make_a_phone_scroll_sideways(phone: Chromium, site: str, database: str) -> None:
    name = "Sir Bartholomew Featherstonehaugh-Memorial Recreation Ground and Playing Fields, North-West"
    data = league_data()
    venues = [*data["venues"], {**data["venues"][0], "name": name}]
    games = [*GAMES, game("x" * 100, "Ants", venue=name)]
    found = save(games, teams=[*data["teams"], team("x" * 100, home=name)], venues=venues)
    for query in ("", "?view=division", f"?venue={name}", f"?team={'x' * 100}"):
        phone.open(f"{site}/league/{found}{query}")
        assert phone.evaluate(FITS), query


def test_names_stay_text(browser: Chromium, site: str, database: str) -> None:
    browser.open(f"{site}/league/{save(name=HOSTILE)}")
    assert text(browser, "h1") == HOSTILE


@pytest.fixture
def sample(database: str) -> str:
    """The sample league's name; a schedule of it is stored, without games."""
    spec = sample_league()
    store.save(spec, Schedule.of(spec, []), validate(spec, []), seed=1, generation_time=1)
    return spec.name


def is_headed(title: str) -> str:
    return f"document.querySelector('h1')?.textContent === {title!r}"


def test_a_schedule_that_is_there_already_is_shown_at_once(browser: Chromium, site: str, sample: str) -> None:
    browser.open(f"{site}/leagues")
    browser.click("form[data-make=sample] button.primary")
    browser.wait_for(is_headed(sample))


def test_a_task_leads_to_its_schedule(
    browser: Chromium, site: str, work: Callable[[], None], enqueue: Callable[..., str], sample: str
) -> None:
    task_id = enqueue("league.generate_schedule", force_regenerate=False)
    browser.open(f"{site}/leagues/tasks/{task_id}")
    assert text(browser, "#phase") == "It waits for a worker"
    work()
    browser.wait_for(is_headed(sample))


FILES = """(files => {
  const box = new DataTransfer();
  for (const [name, text] of files) box.items.add(new File([text], name));
  document.querySelector('#files').files = box.files;
})"""
TEAMS = "name,division,home_venue\nAnts,U10,Park\nBees,U10,Park\n"
DIVISIONS = "name,rounds\nU10,single\n"
VENUES = "name,saturday\nPark,09:00 10:30\n"
SEASON = "name,first_date,last_date,play_days\nLeague,2027-04-03,2027-05-01,sat\n"


def send(browser: Chromium, more: dict[str, str] | None = None, **tables: str) -> None:
    files = {f"{name}.csv": rows for name, rows in tables.items()} | (more or {})
    browser.evaluate(f"{FILES}({json.dumps(list(files.items()))})")
    browser.click("form[data-make=upload] button.primary")


def test_tables_become_a_task_and_their_faults_are_told_by_row_and_column(
    browser: Chromium, site: str, database: str
) -> None:
    browser.open(f"{site}/leagues")
    send(
        browser,
        teams=TEAMS.replace("Bees,U10,Park", "Bees,U10,Prak"),
        divisions=DIVISIONS,
        venues=VENUES,
        season=SEASON,
    )
    browser.wait_for("document.querySelector('.faults:not([hidden]) tbody tr')")
    told = text(browser, ".faults:not([hidden]) tbody tr")
    assert told.startswith("teams.csv, row 3, column home_venue")
    assert "Prak" in told
    send(browser, teams=TEAMS, divisions=DIVISIONS, venues=VENUES, season=SEASON)
    browser.wait_for(is_headed("A schedule in the making"))


def test_the_season_can_be_said_in_the_form(browser: Chromium, site: str, database: str) -> None:
    browser.open(f"{site}/leagues")
    for name, value in {"name": "Park League", "first_date": "2027-04-03", "last_date": "2027-05-01"}.items():
        browser.evaluate(f"document.querySelector('[name={name}]').value = {value!r}")
    for day in ("saturday", "sunday"):
        browser.click(f"[name=play_days][value={day}]")
    send(browser, teams=TEAMS, divisions=DIVISIONS, venues=VENUES)
    browser.wait_for(is_headed("A schedule in the making"))
    task_id = str(browser.evaluate("location.pathname")).rpartition("/")[2]
    league = (tasks.view(shared(), task_id).params or {})["league"]
    assert (league["name"], league["season"]["play_days"]) == ("Park League", ["saturday", "sunday"])


def test_what_of_files_could_not_be_taken_is_said_before_going_on(
    browser: Chromium, site: str, database: str
) -> None:
    browser.open(f"{site}/leagues")
    send(browser, {"notes.md": "Hello"}, teams=TEAMS, divisions=DIVISIONS, venues=VENUES, season=SEASON)
    browser.wait_for("document.querySelector('.faults:not([hidden])')")
    assert "notes.md: is not read" in text(browser, ".faults:not([hidden]) li")
    browser.click(".faults a.primary")
    browser.wait_for(is_headed("A schedule in the making"))


def test_a_task_is_followed_and_stopped(
    browser: Chromium, site: str, enqueue: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = enqueue("league.generate_schedule")
    waits = tasks.view(shared(), task_id)
    now: list[Any] = [waits]
    monkeypatch.setattr("web.visible.task", lambda _: now[0])
    browser.open(f"{site}/leagues/tasks/{task_id}")
    figures = {"home_venue_share": 0.962, "cost": 1807.2, "bound": None}
    progress = {"current": 310, "total": 629, "percent": 49.3, "eta_seconds": None, "figures": figures}
    now[0] = replace(waits, status=Status.PROGRESS, message="Improving… turn 3", progress=progress)
    browser.wait_for("document.querySelector('#phase').textContent === 'Improving'")
    assert text(browser, "#placed") == "310 of 629 games"
    assert text(browser, "#rest") == "turn 3"
    assert text(browser, "#figures").split("\n") == ["home venue share", "96.2 %", "cost", "1,807.2"]
    assert browser.evaluate("document.querySelector('#bar').value") == 49.3
    assert not browser.evaluate("document.querySelector('#finish').disabled")
    error = {"type": "InfeasibleLeague", "message": f"U10 needs 14 slots on {LATER}"}
    now[0] = replace(waits, status=Status.FAILURE, error=error)
    browser.wait_for("document.querySelector('pre')?.textContent.startsWith('U10 needs 14 slots')")


def test_the_repair_form_says_what_has_come_up(browser: Chromium, site: str, database: str) -> None:
    schedule_id = save()
    browser.open(f"{site}/league/{schedule_id}")
    browser.evaluate("document.querySelector('.repair').open = true")
    browser.evaluate(
        "window.sent = []; window.fetch = async (address, { body }) => "
        "{ sent.push([address, JSON.parse(body)]); return new Response('{}', { status: 503 }); }"
    )
    chosen = {
        "rained_date": "2027-04-03", "lost_venue": "Lane", "lost_from": "2027-04-10", "withdrawn": "Gulls",
    }  # fmt: skip
    for name, value in chosen.items():
        browser.evaluate(f"document.querySelector('.repair [name={name}]').value = {value!r}")
    browser.click(".repair button.primary")
    browser.wait_for("document.querySelector('.repair .faults:not([hidden])')")
    assert browser.evaluate("sent") == [
        [
            "/api/schedule/repair",
            {
                "schedule_id": schedule_id,
                "rained_off": [{"date": "2027-04-03", "venue": None}],
                "lost_venues": [{"venue": "Lane", "from": "2027-04-10", "until": None}],
                "withdrawn_teams": ["Gulls"],
                "from_date": None,
                "cancel_if_needed": False,
            },
        ]
    ]
