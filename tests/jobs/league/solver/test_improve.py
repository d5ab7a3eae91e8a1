"""Schedules that get better: by parts that CP-SAT puts back, and by turns of both ways."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jobs.league.errors import OutOfTime
from jobs.league.sample import sample_league
from jobs.league.scores import score
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.draft import Draft
from jobs.league.solver.improve import Improver
from jobs.league.solver.polish import Polish
from jobs.league.solver.state import UNPLACED
from jobs.league.spec import LeagueSpec
from tests.jobs.league.leagues import league, season, soon, team
from tests.jobs.league.solver.drawn import examples, leagues
from tests.jobs.league.solver.pieces import broken_rules, calm, draft_of, empty_of, slot_at


@examples(15)
@given(leagues(), st.integers(0, 99))
def test_a_part_put_back_never_costs_more_and_never_breaks_a_rule(spec: LeagueSpec, seed: int) -> None:
    draft = draft_of(spec, seed)
    improver = Improver(draft)
    whole, cost = draft.valid, draft.cost(draft.games)
    for _ in range(6):
        gained = improver.step(soon())
        now = draft.cost(draft.games)
        assert gained == pytest.approx(cost - now, rel=1e-9, abs=0.001)
        assert now <= cost + 0.001
        cost = now
    assert broken_rules(spec, draft.state.games(), whole=False) == set()
    assert draft.valid or not whole


@examples(3)
@given(leagues(most_teams=4, most_games=3))
def test_polishing_ends_by_itself_with_nothing_lost(spec: LeagueSpec) -> None:
    draft = draft_of(spec)
    assume(draft.valid)
    polish, cost = Polish(draft), score(spec, draft.state.games()).cost
    while not polish.enough:
        polish.turn(soon(), calm)
        assert polish.turns < 200
    assert score(spec, draft.state.games()).cost <= cost + 0.2  # kilometres are rounded there
    assert broken_rules(spec, draft.state.games()) == set()


def _polished(spec: LeagueSpec, seed: int, turns: int) -> Draft:
    draft = draft_of(spec, seed)
    polish = Polish(draft)
    for _ in range(turns):
        polish.turn(soon(), calm)
    return draft


def test_the_same_seed_polishes_alike_and_another_seed_otherwise() -> None:
    spec = sample_league(teams=50)
    one, same, other = (_polished(spec, seed, 2).state for seed in (1, 1, 2))
    assert (one.slots, one.fixtures) == (same.slots, same.fixtures)
    assert one.games() != other.games()


def test_a_schedule_of_many_teams_gets_better() -> None:
    spec = sample_league(teams=50)
    draft = draft_of(spec)
    before = score(spec, draft.state.games())
    polish = Polish(draft)
    gained = [polish.turn(soon(), calm) for _ in range(3)]
    after = score(spec, draft.state.games())
    assert sum(gained) > 0
    assert after.cost < before.cost
    assert after.home_away_balance_max <= 1
    assert broken_rules(spec, draft.state.games()) == set()


def test_games_whose_sides_may_change_come_home_by_that() -> None:
    """Lane has no Saturdays: a game at Park is at home as soon as Bees are its host."""
    spec = league(
        teams=[team("Ants", home="Lane"), team("Bees")],
        divisions=[{"name": "U10", "games_per_team": 1}],
        venues=[
            {"name": "Park", "slots": {"saturday": ["09:00", "10:30"]}},
            {"name": "Lane", "slots": {"monday": ["09:00"]}},
        ],
    )
    empty = empty_of(spec)
    if empty.fixtures[0].home.name == "Bees":
        empty.put(0, UNPLACED, flipped=True)
    draft = Draft(empty, 1)
    draft.give(0, slot_at(draft.board, 0, "09:00"))
    assert score(spec, draft.state.games()).home_venue_share == 0
    improver = Improver(draft)
    for _ in range(10):
        improver.step(soon())
    assert score(spec, draft.state.games()).home_venue_share == 1


def test_gaps_that_are_too_long_are_closed() -> None:
    spec = league(
        teams=[team("Ants"), team("Bees")],
        divisions=[{"name": "U10", "games_per_team": 2}],
        season=season(4, max_gap_days=8),
    )
    draft = Draft(empty_of(spec), 1)
    for game in draft.games:
        draft.give(game, slot_at(draft.board, game, "09:00"))
    assert not draft.valid
    improver = Improver(draft)
    while not draft.valid:
        improver.step(soon())
    assert broken_rules(spec, draft.state.games()) == set()


def test_games_without_a_slot_get_one_by_moving_others() -> None:
    draft = draft_of(sample_league(teams=50))
    draft.take_out(random.Random(1).sample(range(len(draft.games)), 5))
    improver = Improver(draft)
    while draft.unplaced:
        improver.step(soon())
    assert broken_rules(draft.board.league, draft.state.games()) == set()


def _steps(improver: Improver, deadline: Deadline) -> None:
    """So many that some of them find games to take out."""
    for _ in range(20):
        improver.step(deadline)


def test_the_time_limit_ends_a_turn_with_what_it_has() -> None:
    draft = draft_of(league())
    polish = Polish(draft)
    with pytest.raises(OutOfTime):
        _steps(Improver(draft), Deadline(0))
    assert polish.turn(Deadline(0), calm) == 0
    assert draft.valid


def test_a_stop_ends_a_turn_after_the_change_that_is_on() -> None:
    asked: list[Any] = []

    def stop() -> bool:
        asked.append(None)
        return len(asked) == 3

    Polish(draft_of(league())).turn(soon(), stop)
    assert len(asked) == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"season": season(1, play_days=["saturday"])},
        {"season": season(3, play_days=["sunday"])},
        {"goals": dict.fromkeys(("home_venue", "early_late", "spread", "rematch", "travel"), 0)},
    ],
    ids=["one date", "single starts", "no goals"],
)
def test_leagues_that_leave_little_to_improve_are_left_valid(changes: dict[str, Any]) -> None:
    spec = league(
        teams=[team("Ants"), team("Bees")], divisions=[{"name": "U10", "games_per_team": 1}], **changes
    )
    draft = _polished(spec, 1, 8)
    assert broken_rules(spec, draft.state.games()) == set()
