"""A part of a schedule put back by CP-SAT, held against every way to put it back."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jobs.league.errors import OutOfTime
from jobs.league.solver.context import Context
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.draft import Draft, Moves
from jobs.league.solver.patch import Patch
from jobs.league.solver.state import UNPLACED, State
from jobs.league.spec import LeagueSpec
from tests.jobs.league.leagues import league, season, soon, team
from tests.jobs.league.solver.drawn import examples, leagues
from tests.jobs.league.solver.pieces import broken_rules, draft_of, empty_of, slot_at


def _choices(draft: Draft, free: list[int]) -> dict[int, list[int]]:
    context, state = Context(draft.board, draft.state), draft.state
    room = context.room(state, free) > 0
    return {
        game: context.candidates(state, game, frozenset(free), room & draft.grid.allowed(game))
        for game in free
    }


def _solved(draft: Draft, free: list[int], **more: Any) -> Moves | None:
    patch = Patch(Context(draft.board, draft.state), draft.state, _choices(draft, free), **more)
    moves = patch.solve(soon(), seed=1, effort=20)
    assert patch.proved or moves is None
    return moves


def _balanced(state: State) -> bool:
    gaps = Counter(one.home.name for one in state.fixtures)
    gaps.subtract(one.away.name for one in state.fixtures)
    return all(abs(gap) <= 1 for gap in gaps.values())


def _ways(draft: Draft, free: list[int], flips: frozenset[int]) -> Iterator[float]:
    """What the schedule costs for every way to put two games back, with and without changing their sides."""
    for flipped in product((False, True), repeat=2):
        if any(flip and game not in flips for game, flip in zip(free, flipped, strict=True)):
            continue
        trial = Draft(draft.state, 1)
        trial.take_out(free)
        state = trial.state
        for game, flip in zip(free, flipped, strict=True):
            state.put(game, UNPLACED, flipped=flip)
        if _balanced(state):
            yield from _put_back(Draft(state, 1), free)


def _put_back(trial: Draft, free: list[int]) -> Iterator[float]:
    one, other = free
    for slot in trial.grid.clear(one).nonzero()[0].tolist():
        trial.give(one, slot)
        for other_slot in trial.grid.clear(other).nonzero()[0].tolist():
            trial.give(other, other_slot)
            yield trial.cost(trial.games)
            trial.take_out([other])
        trial.take_out([one])


def _plain(spec: LeagueSpec) -> LeagueSpec:
    """Without the goals whose costs a patch only estimates: distances in whole kilometres, fair shares."""
    return spec.model_copy(update={"goals": spec.goals.model_copy(update={"travel": 0, "early_late": 0})})


@examples(25)
@given(leagues(), st.randoms(use_true_random=False), st.booleans())
def test_two_games_are_put_back_in_the_best_of_all_ways(
    spec: LeagueSpec, dice: random.Random, turning: bool
) -> None:
    draft = draft_of(_plain(spec))
    assume(not draft.unplaced and len(draft.games) > 1)
    free = dice.sample(range(len(draft.games)), 2)
    context = Context(draft.board, draft.state)
    flips = frozenset(free) & context.met_once if turning else frozenset()
    moves = _solved(draft, free, flips=flips)
    assert moves is not None
    best, before = min(_ways(draft, free, flips)), draft.cost(draft.games)
    draft.move(moves)
    # Of three meetings the first and the last may count as too near each other, too.
    often = any(len(some) > 2 for some in context.rematches)
    assert before >= draft.cost(draft.games) if often else draft.cost(draft.games) == pytest.approx(best)
    assert _balanced(draft.state)


@examples(12)
@given(leagues(), st.randoms(use_true_random=False))
def test_many_games_put_back_together_break_no_rule(spec: LeagueSpec, dice: random.Random) -> None:
    draft = draft_of(spec)
    free = dice.sample(range(len(draft.games)), min(12, len(draft.games)))
    stay = broken_rules(spec, draft.state.games(), whole=False)
    moves = _solved(draft, free, optional=True, flips=frozenset(free) & _once(draft))
    assert moves is not None
    state = draft.state
    for game, (slot, flipped) in moves.items():
        state.put(game, slot, flipped=flipped)
    assert stay == broken_rules(spec, state.games(), whole=False) == set()
    assert len(state.unplaced) <= len(draft.unplaced)
    assert _balanced(state)


def _once(draft: Draft) -> frozenset[int]:
    return Context(draft.board, draft.state).met_once


def _two(games: int = 2, **limits: Any) -> LeagueSpec:
    return league(
        teams=[team("Ants"), team("Bees")],
        divisions=[{"name": "U10", "games_per_team": games}],
        season=season(limits.pop("weekends", 3), **limits),
    )


def test_games_for_which_there_is_no_way_are_said_to_have_none() -> None:
    draft = Draft(empty_of(_two(weekends=1, min_rest_days=1)), 1)
    assert _solved(draft, [0, 1]) is None
    moves = _solved(draft, [0, 1], optional=True)
    assert moves is not None
    assert [slot for slot, _ in moves.values()].count(UNPLACED) == 1


def test_each_game_that_may_stay_out_has_its_own_cost() -> None:
    draft = Draft(empty_of(_two(weekends=1, min_rest_days=1)), 1)
    for cheap in (0, 1):
        moves = _solved(draft, [0, 1], optional={cheap: 1_000, 1 - cheap: 2_000})
        assert moves is not None
        assert moves[cheap][0] == UNPLACED


def test_what_a_slot_costs_on_top_counts() -> None:
    draft = Draft(empty_of(_two(1)), 1)
    board = draft.board
    dear = {slot: 10_000 for slot in range(len(board.slots)) if slot != slot_at(board, 3, "09:00")}
    assert _solved(draft, [0], extra={0: dear}) == {0: (slot_at(board, 3, "09:00"), False)}


def test_a_gap_that_is_too_long_is_closed_even_far_from_home() -> None:
    spec = _two(max_gap_days=8)
    draft = Draft(empty_of(spec), 1)
    draft.give(0, slot_at(draft.board, 0, "09:00"))
    draft.give(1, slot_at(draft.board, 1, "09:00"))
    assert draft.broken == ["Ants", "Bees"]
    moves = _solved(draft, [1])
    assert moves is not None
    assert draft.move(moves) > 0
    assert draft.valid


def test_games_that_stay_count_for_the_most_of_a_week() -> None:
    """Two a week: one stays in the first, so that only one of the two others may join it."""
    draft = Draft(empty_of(_two(3, max_games_per_team_per_day=2, max_games_per_team_per_week=2)), 1)
    draft.give(0, slot_at(draft.board, 0, "09:00"))
    weeks = [one.week for one in draft.board.slots]
    later = {slot: 1_000 for slot, week in enumerate(weeks) if week > 0}
    moves = _solved(draft, [1, 2], extra={1: later, 2: later})
    assert moves is not None
    assert sorted(weeks[slot] > 0 for slot, _ in moves.values()) == [False, True]


def test_a_stretch_of_weeks_without_a_game_is_filled() -> None:
    """Of nine weeks the first game has the first: four in a row should not be empty for a team of three."""
    draft = Draft(empty_of(_two(3, weekends=9)), 1)
    for game, date in ((0, 0), (1, 16)):
        draft.give(game, slot_at(draft.board, date, "09:00"))
    moves = _solved(draft, [2])
    assert moves is not None
    assert draft.board.slots[moves[2][0]].week in (3, 4, 5)


def test_games_of_a_day_that_overlap_are_put_one_after_the_other() -> None:
    """Two games of the same teams at once, as after a change of the rules: both are free, so they part."""
    draft = Draft(empty_of(_two(max_games_per_team_per_day=2, weekends=1)), 1)
    early = slot_at(draft.board, 0, "09:00")
    state = State(draft.board, [early, slot_at(draft.board, 0, "09:00", "Lane")])
    context = Context(draft.board, state)
    slots = [slot for slot, one in enumerate(draft.board.slots) if one.date == 0]
    moves = Patch(context, state, {0: slots, 1: slots}).solve(soon(), seed=1, effort=5)
    assert moves is not None
    starts = {draft.board.slots[slot].start for slot, _ in moves.values()}
    assert starts == {9 * 60, 10 * 60 + 30}


def test_the_schedule_is_not_changed_by_looking_for_a_better_one() -> None:
    draft = draft_of(league())
    state = draft.state
    before = list(state.slots), list(state.fixtures)
    free = [0, 1, 2, 3]
    patch = Patch(Context(draft.board, state), state, _choices(draft, free), flips=frozenset(free))
    patch.solve(soon(), seed=1, effort=1)
    assert (state.slots, state.fixtures) == before


def test_the_time_limit_ends_it() -> None:
    draft = draft_of(league())
    patch = Patch(Context(draft.board, draft.state), draft.state, _choices(draft, [0]))
    with pytest.raises(OutOfTime):
        patch.solve(Deadline(0), seed=1, effort=1)
