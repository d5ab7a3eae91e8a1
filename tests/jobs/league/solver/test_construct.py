from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.league.errors import OutOfTime
from jobs.league.sample import sample_league
from jobs.league.solver.construct import place_all, recreate
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.draft import Draft
from jobs.league.spec import LeagueSpec
from tests.jobs.league.leagues import league, season, soon, team
from tests.jobs.league.solver.drawn import examples, leagues
from tests.jobs.league.solver.pieces import broken_rules, draft_of, empty_of, nobody


def test_all_games_of_a_small_league_get_a_slot() -> None:
    draft = Draft(empty_of(league()), 1)
    placed: list[int] = []
    assert place_all(draft, soon(), placed.append)
    assert draft.valid
    assert placed[0] == 0
    assert broken_rules(league(), draft.state.games()) == set()


def test_the_sample_gets_a_valid_schedule_without_cp_sat() -> None:
    spec = sample_league()
    assert broken_rules(spec, draft_of(spec).state.games()) == set()


@examples(25)
@given(leagues(), st.randoms(use_true_random=False))
def test_games_that_get_a_slot_break_no_rule_even_when_others_get_none(
    spec: LeagueSpec, dice: random.Random
) -> None:
    draft = Draft(empty_of(spec), dice.randrange(99))
    everywhere = place_all(draft, soon(), nobody)
    assert everywhere == (not draft.unplaced)
    assert broken_rules(spec, draft.state.games(), whole=False) == set()


@examples(15)
@given(leagues())
def test_taking_out_and_putting_back_never_costs_and_never_breaks_a_rule(spec: LeagueSpec) -> None:
    draft = draft_of(spec)
    cost, whole = draft.cost(draft.games), not draft.unplaced
    for _ in range(30):
        gained = recreate(draft)
        now = draft.cost(draft.games)
        assert gained == pytest.approx(cost - now, abs=0.001)
        assert now <= cost + 0.001
        cost = now
    assert broken_rules(spec, draft.state.games(), whole=False) == set()
    assert not (whole and draft.unplaced)


def test_games_move_aside_for_those_that_fit_nowhere_else() -> None:
    """Both divisions may play at Park, only one of them at Lane; Park is full without that."""
    spec = league(
        teams=[
            *(team(name) for name in ("Ants", "Bees", "Crows", "Deer")),
            *(team(name, "U12") for name in ("Eels", "Foxes")),
        ],
        venues=[
            {"name": "Park", "slots": {"saturday": ["09:00"]}},
            {"name": "Lane", "slots": {"saturday": ["09:00", "10:30"]}, "divisions": ["U10"]},
        ],
        divisions=[{"name": "U10", "games_per_team": 1}, {"name": "U12", "games_per_team": 1}],
        season=season(1),
    )
    draft = draft_of(spec)
    assert draft.unplaced == []
    venues = {game.division: game.venue for game in draft.state.games()}
    assert venues == {"U10": "Lane", "U12": "Park"}


def test_games_that_cannot_all_be_placed_are_given_up() -> None:
    spec = league(
        teams=[team("Ants"), team("Bees")],
        divisions=[{"name": "U10", "games_per_team": 2}],
        season=season(1, min_rest_days=3),
    )
    draft = Draft(empty_of(spec), 1)
    assert not place_all(draft, soon(), nobody)
    assert len(draft.unplaced) == 1


def test_a_game_that_fits_in_no_slot_is_seen_at_once() -> None:
    windows = [{"start": "00:00", "end": "12:00"}]
    teams = [team("Ants", forbidden_times=windows), *map(team, ("Bees", "Crows", "Deer"))]
    spec = league(teams=teams, divisions=[{"name": "U10", "rounds": "single"}])
    draft = Draft(empty_of(spec), 1)
    assert not place_all(draft, soon(), nobody)
    assert len(draft.unplaced) == 6


def test_the_time_limit_ends_it() -> None:
    with pytest.raises(OutOfTime):
        place_all(Draft(empty_of(league()), 1), Deadline(0), nobody)


def test_the_same_seed_places_games_alike_and_another_seed_others() -> None:
    one, same, other = (draft_of(league(), seed).state for seed in (3, 3, 4))
    assert one.slots == same.slots
    assert one.games() != other.games()


def test_a_league_without_games_has_nothing_to_take_out() -> None:
    teams = [team("Ants", fewer_games=1), team("Bees", fewer_games=1)]
    spec = league(teams=teams, divisions=[{"name": "U10", "games_per_team": 1}])
    draft = draft_of(spec)
    assert draft.valid
    assert recreate(draft) == 0
