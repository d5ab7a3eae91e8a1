from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from jobs import league as system
from jobs.league import generate_schedule, store
from jobs.league.errors import InvalidSchedule
from jobs.league.schedule import Schedule
from jobs.league.solver.solve import Solution
from jobs.league.spec import LeagueSpec
from longshore.catalog import catalog
from longshore.errors import InvalidParameters
from longshore.progress import Figures, Reporter, reporting_to
from tests.jobs.league.leagues import league, league_data


@pytest.mark.usefixtures("database")
def test_a_league_is_solved_checked_and_stored() -> None:
    answer = generate_schedule(league())
    found = store.get(answer.schedule_id)
    assert found is not None
    assert (answer.success, answer.stored, answer.version, answer.total_games) == (True, False, 1, 9)
    assert answer.validation.valid
    assert len(found.games) == 9
    assert "games" not in answer.model_dump()


@pytest.mark.usefixtures("database")
def test_a_search_that_ends_early_leaves_its_progress_whole() -> None:
    class Said(Reporter):
        asked_to_finish = False
        last: tuple[float, float | None, str, Figures | None] | None = None

        def progress(self, *said: Any) -> None:
            self.last = said  # type: ignore[assignment]

    reporter = Said()
    with reporting_to(reporter):
        made = generate_schedule(league(), time_limit=5)
    assert reporter.last is not None
    current, total, _, figures = reporter.last
    assert current == total == made.total_games
    assert figures is not None
    assert figures["games_placed"] == made.total_games


@pytest.mark.usefixtures("database")
def test_a_stored_schedule_is_returned_unless_it_is_to_be_made_again() -> None:
    first = generate_schedule(league())
    again = generate_schedule(league(), force_regenerate=False)
    assert (again.stored, again.schedule_id) == (True, first.schedule_id)
    assert generate_schedule(league(), force_regenerate=True).version == 2


@pytest.mark.usefixtures("database")
def test_a_league_that_has_none_stored_is_solved() -> None:
    assert not generate_schedule(league(), force_regenerate=False).stored


@pytest.mark.usefixtures("database")
def test_an_invalid_schedule_is_never_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(spec: LeagueSpec, seed: int, time_limit: float) -> Solution:
        return Solution(Schedule.of(spec, []), None, "no more gain", 0.1, 0.2, 3)

    monkeypatch.setattr(system, "_solve", broken)
    with pytest.raises(InvalidSchedule, match="number of games: Ants has 0 games, not 3"):
        generate_schedule(league())
    assert store.recent(1) == []


def test_the_declaration_gives_bounds_and_descriptions_to_its_users() -> None:
    job = catalog.get("league.generate_schedule")
    schema = job.parameters.schema["properties"]
    assert schema["time_limit"] | {"minimum": 5, "maximum": 540, "default": 30} == schema["time_limit"]
    assert all(schema[name]["description"] for name in ("league", "seed", "time_limit", "force_regenerate"))


def test_what_users_send_is_bound_to_the_signature() -> None:
    sent = {"league": league().model_dump(mode="json"), "seed": 3}
    bound = catalog.get("league.generate_schedule").parameters.bind(sent)
    assert bound == {"league": league(), "seed": 3, "time_limit": 30, "force_regenerate": True}


def test_every_fault_of_a_posted_league_is_named_by_its_place() -> None:
    sent = league_data()
    sent["teams"][0]["home_venue"] = "Moon"
    sent["teams"][4]["name"] = "Bees"
    with pytest.raises(InvalidParameters) as raised:
        catalog.get("league.generate_schedule").parameters.check({"league": sent})
    places = {each["field"] for each in raised.value.errors}
    assert places == {"league.teams.0.home_venue", "league.teams.4.name"}


def test_importing_the_package_loads_no_solver() -> None:
    code = (
        "import sys, jobs.league, jobs.league.spec, jobs.league.sample;"
        "import jobs.league.store, jobs.league.validate;"
        "print(sorted({'ortools', 'numpy', 'pandas', 'scipy'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
