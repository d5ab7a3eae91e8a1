"""What a change costs, held against the scores of the whole schedule; a refused one leaves no trace."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jobs.league.schedule import Schedule
from jobs.league.scores import score
from jobs.league.solver.draft import Draft
from jobs.league.solver.state import UNPLACED, State
from jobs.league.spec import LeagueSpec
from tests.jobs.league.leagues import league, season, team
from tests.jobs.league.solver.drawn import examples, leagues
from tests.jobs.league.solver.pieces import draft_of, empty_of, slot_at


def _scored(spec: LeagueSpec, draft: Draft) -> float:
    """The weighted cost of all goals but the balance of sides, which moves are chosen to keep."""
    goals = score(spec, draft.state.games()).goals
    return sum(each.weight * each.cost for each in goals if each.name != "balance")


def _snapshot(draft: Draft) -> Any:
    return (
        list(draft.grid.slots),
        list(draft.grid.fixtures),
        draft.cost(draft.games),
        [draft.grid.clear(game).tolist() for game in draft.games],
        [draft.fair.pull(game).tolist() for game in draft.games],
    )


def _any_moves(draft: Draft, dice: random.Random) -> dict[int, tuple[int, bool]]:
    """One game to a slot that it may have, or two games that change places; with or without other sides."""
    one, other = dice.sample(range(len(draft.games)), 2)
    clear = draft.grid.clear(one).nonzero()[0].tolist()
    slots, flips = draft.grid.slots, (dice.random() < 0.5, dice.random() < 0.5)
    if clear and dice.random() < 0.8:
        return {one: (dice.choice(clear), flips[0])}
    return {one: (slots[one], flips[0]), other: (slots[other], flips[1])}


@examples(40)
@given(leagues(gaps=False), st.randoms(use_true_random=False))
def test_a_change_gains_what_the_scores_fall_by(spec: LeagueSpec, dice: random.Random) -> None:
    draft = draft_of(spec)
    assume(not draft.unplaced and len(draft.games) > 1)
    for _ in range(8):
        moves = _any_moves(draft, dice)
        scored, cost = _scored(spec, draft), draft.cost(moves)
        gained = draft.move(moves)
        fell = scored - _scored(spec, draft)
        assert cost - draft.cost(moves) == pytest.approx(fell, abs=0.11)  # kilometres are rounded there
        assert gained == pytest.approx(max(0.0, fell), abs=0.11)


@examples(25)
@given(leagues(), st.randoms(use_true_random=False))
def test_a_refused_change_leaves_everything_as_it_was(spec: LeagueSpec, dice: random.Random) -> None:
    draft = draft_of(spec)
    assume(not draft.unplaced and len(draft.games) > 1)
    for _ in range(8):
        moves, before = _any_moves(draft, dice), _snapshot(draft)
        if draft.move(moves) == 0:
            after = _snapshot(draft)
            refused = after[:2] == before[:2]
            assert after == before if refused else after[2] == pytest.approx(before[2])
    before = _snapshot(draft)
    assert draft.move(dict.fromkeys(draft.games[:2], (UNPLACED, True))) == 0
    assert _snapshot(draft) == before


@examples(20)
@given(leagues(), st.randoms(use_true_random=False))
def test_counts_kept_along_the_way_are_those_of_a_fresh_draft(spec: LeagueSpec, dice: random.Random) -> None:
    draft = draft_of(spec)
    assume(len(draft.games) > 1)
    for _ in range(10):
        game = dice.choice(draft.games)
        draft.take_out([game])
        if dice.random() < 0.7 and not draft.put(game) and draft.grid.allowed(game).any():
            draft.force(game)
    fresh = Draft(draft.state, 1)
    assert fresh.cost(fresh.games) == pytest.approx(draft.cost(draft.games))
    assert fresh.broken == draft.broken
    for game in draft.games:
        assert fresh.grid.conflicts(game).tolist() == draft.grid.conflicts(game).tolist()
        assert fresh.fair.pull(game) == pytest.approx(draft.fair.pull(game))


def _pair(**limits: Any) -> LeagueSpec:
    return league(
        teams=[team("Ants", home="Lane"), team("Bees", home="Lane")],
        divisions=[{"name": "U10", "games_per_team": 1}],
        goals={"home_venue": 1000, "travel": 0},
        season=season(4, **limits),
    )


def test_a_game_is_put_into_its_best_free_slot() -> None:
    draft = Draft(empty_of(_pair()), 1)
    assert draft.put(0)
    assert draft.grid.is_home(0)


def test_a_game_without_a_free_slot_is_not_put() -> None:
    spec = league(
        venues=[{"name": "Park", "slots": {"saturday": ["09:00"]}}],
        teams=[team(name) for name in ("Ants", "Bees", "Crows", "Deer")],
        divisions=[{"name": "U10", "games_per_team": 1}],
        season=season(1),
    )
    draft = Draft(empty_of(spec), 1)
    assert draft.put(0)
    assert not draft.put(1)
    assert draft.unplaced == [1]
    assert draft.force(1) == [0]
    assert draft.unplaced == [0]


@pytest.mark.parametrize("weekend", [0, 1, 2, 3])
def test_a_single_game_must_not_leave_too_long_a_gap(weekend: int) -> None:
    """Of 23 days at most 15 in a row may be idle: too many after the first weekend, and before the last."""
    draft = Draft(empty_of(_pair(max_gap_days=15)), 1)
    draft.give(0, slot_at(draft.board, 2 * weekend, "09:00", "Lane"))
    assert draft.valid == (weekend in (1, 2))
    assert draft.broken == ([] if weekend in (1, 2) else ["Ants", "Bees"])


def test_no_goal_is_worth_a_broken_rule() -> None:
    """Lane takes games on the first weekend only, where the gap after it is too long."""
    data = _pair(max_gap_days=15).model_dump()
    data["venues"][1]["closed_dates"] = data["season"]["holidays"] = []
    data["venues"][1]["open_dates"] = [data["season"]["first_date"]]
    data["venues"][1]["location"] = {"latitude": 0, "longitude": 0}
    data["venues"][0]["location"] = {"latitude": 0, "longitude": 180}
    data["goals"]["travel"] = 1000
    spec = LeagueSpec.model_validate(data)
    draft = Draft(empty_of(spec), 1)
    draft.give(0, slot_at(draft.board, 2, "09:00"))
    assert draft.valid
    assert draft.move({0: (slot_at(draft.board, 0, "09:00", "Lane"), False)}) == 0
    assert draft.move({0: (UNPLACED, False)}) == 0
    assert draft.valid


def test_a_draft_tells_its_schedule_without_giving_it_away() -> None:
    draft = draft_of(league())
    state: State = draft.state
    before = Schedule.of(draft.board.league, state.games())
    draft.take_out(draft.games)
    assert Schedule.of(draft.board.league, state.games()) == before
    assert draft.state.games() == []
