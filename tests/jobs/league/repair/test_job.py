"""The job: what it stores, what it answers, and what it leaves alone."""

from __future__ import annotations

import subprocess
import sys

import pytest

from jobs.league import repair_schedule, store
from jobs.league.changes import Change
from jobs.league.errors import InfeasibleLeague, NothingToRepair
from jobs.league.repair.disruption import RainedOff
from jobs.league.schedule import Schedule
from jobs.league.validate import validate
from longshore.catalog import catalog
from tests.jobs.league.repair.seasons import SATURDAYS, game, one_venue

PAIRS = [("Ants", "Bees"), ("Crows", "Ants"), ("Bees", "Crows")]


def _stored(weeks: int = 8) -> store.StoredSchedule:
    """Three teams that meet in the first weeks at the Park; the Lane opens for the first day only."""
    venues = [
        {"name": "Park", "slots": {"saturday": ["09:00"]}},
        {"name": "Lane", "slots": {"saturday": ["12:00"]}, "closed_dates": SATURDAYS[1:weeks]},
    ]
    spec = one_venue(("Ants", "Bees", "Crows"), weeks, venues=venues)
    schedule = Schedule.of(spec, [game(home, away, week) for week, (home, away) in enumerate(PAIRS)])
    checked = validate(spec, schedule.games)
    assert checked.valid
    return store.save(spec, schedule, checked, seed=1, generation_time=0.1, feed="f" * 32)


def _get(schedule_id: str) -> store.StoredSchedule:
    found = store.get(schedule_id)
    assert found is not None
    return found


@pytest.mark.usefixtures("database")
def test_a_repair_of_a_repair_is_the_next_version_and_keeps_what_happened_before() -> None:
    first = _stored()
    second = repair_schedule(first.id, rained_off=[RainedOff(date=SATURDAYS[0], venue="Park")])
    third = repair_schedule(second.schedule_id, rained_off=[RainedOff(date=SATURDAYS[1])])
    after = _get(third.schedule_id)
    assert [second.version, third.version] == [2, 3]
    assert (third.parent, after.feed, after.origin) == (second.schedule_id, "f" * 32, "repair")
    assert after.league.venues[0].closed_dates == [SATURDAYS[0]]
    assert after.league.season.holidays == [SATURDAYS[1]]
    assert {one.date for one in after.games}.isdisjoint(SATURDAYS[:2])
    assert [one.version for one in store.versions("f" * 32)] == [3, 2, 1]
    assert _get(first.id) == first


@pytest.mark.usefixtures("database")
def test_the_answer_says_what_is_stored() -> None:
    answer = repair_schedule(_stored().id, rained_off=[RainedOff(date=SATURDAYS[1])], seed=5)
    after = _get(answer.schedule_id)
    assert answer.changes == after.changes
    assert [(one.kind, one.home) for one in answer.changes] == [("moved", "Crows")]
    assert (answer.success, answer.total_games, answer.affected, answer.moved) == (True, 3, 1, 1)
    assert answer.validation == after.validation
    assert answer.scores.keys() == {goal.name for goal in after.scores.goals} if after.scores else False
    assert (after.seed, after.search["happened"]) == (5, "10 April 2027 rained off")
    assert (after.search["least"], after.search["beyond"], after.search["affected"]) == (True, 0, 1)


@pytest.mark.usefixtures("database")
def test_the_same_seed_gives_the_same_repair() -> None:
    first = _stored()
    rain = [RainedOff(date=SATURDAYS[1])]
    one, other = (repair_schedule(first.id, rained_off=rain, seed=3) for _ in range(2))
    assert _get(one.schedule_id).games == _get(other.schedule_id).games


@pytest.mark.usefixtures("database")
def test_what_touches_no_game_or_cannot_be_repaired_stores_nothing() -> None:
    first = _stored(weeks=3)
    with pytest.raises(NothingToRepair, match="no game is touched by this: 3 April 2027 rained off at Lane"):
        repair_schedule(first.id, rained_off=[RainedOff(date=SATURDAYS[0], venue="Lane")])
    with pytest.raises(InfeasibleLeague, match="1 game without a place: Ants v Bees"):
        repair_schedule(first.id, rained_off=[RainedOff(date=SATURDAYS[0])])
    assert [one.version for one in store.versions("f" * 32)] == [1]


@pytest.mark.usefixtures("database")
def test_what_finds_no_place_is_canceled_on_demand() -> None:
    first = _stored(weeks=3)
    answer = repair_schedule(first.id, rained_off=[RainedOff(date=SATURDAYS[0])], cancel_if_needed=True)
    assert (answer.canceled, answer.moved, answer.total_games) == (1, 0, 2)
    (canceled,) = answer.changes
    assert isinstance(canceled, Change)
    assert (canceled.after, canceled.why) == (None, "3 April 2027 is rained off, and no other place is left")
    assert [team.fewer_games for team in _get(answer.schedule_id).league.teams] == [1, 1, 0]


def test_the_declaration_describes_every_parameter_and_what_is_answered() -> None:
    job = catalog.get("league.repair_schedule")
    schema = job.parameters.schema
    assert schema["required"] == ["schedule_id"]
    assert all(one.get("description") for one in schema["properties"].values())
    assert InfeasibleLeague.__doc__
    assert job.queue == "schedules"


def test_importing_the_job_loads_no_solver() -> None:
    code = (
        "import sys, jobs.league.repair.job;"
        "print(sorted({'ortools', 'numpy', 'sqlalchemy', 'pandas'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
