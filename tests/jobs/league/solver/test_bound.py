"""What no schedule can beat: never more than what one has, and no less than what the best of a few has."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given

from jobs.league.errors import OutOfTime
from jobs.league.sample import sample_league
from jobs.league.scores import score
from jobs.league.solver.bound import Bound, bound
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.improve import Improver
from jobs.league.spec import LeagueSpec
from tests.jobs.league.leagues import Data, league, season, soon, team
from tests.jobs.league.solver.drawn import examples, leagues
from tests.jobs.league.solver.pieces import board_of, draft_of

ONE_GAME: Data = {"divisions": [{"name": "U10", "games_per_team": 1}], "season": season(1)}
HOME_ONLY = dict.fromkeys(("balance", "early_late", "preferred_times", "spread", "travel", "rematch"), 0)


def _bound(spec: LeagueSpec) -> Bound:
    return bound(board_of(spec), soon(), 1)


def _venue(name: str, *starts: str, **more: Any) -> Data:
    return {"name": name, "slots": {"saturday": list(starts)}, **more}


@examples(15)
@given(leagues())
def test_no_schedule_that_is_found_beats_the_bound(spec: LeagueSpec) -> None:
    weighty = spec.goals.model_copy(update={"travel": 7})
    spec = spec.model_copy(update={"goals": weighty})
    draft = draft_of(spec)
    assume(not draft.unplaced)
    improver, least = Improver(draft), _bound(spec)
    for _ in range(6):
        improver.step(soon())
    scores = score(spec, draft.state.games())
    assert scores.cost >= least.cost
    assert scores.home_venue_share <= least.home_venue_share + 0.0001  # shares are rounded there


def test_games_above_a_venue_s_slots_are_away_from_home() -> None:
    """Three games of teams that all live at Park, which has one slot."""
    teams = [team(name) for name in ("Ants", "Bees", "Crows", "Deer", "Eels", "Foxes")]
    venues = [_venue("Park", "09:00"), _venue("Lane", "09:00", pitches=9)]
    spec = league(teams=teams, venues=venues, goals={**HOME_ONLY, "home_venue": 30}, **ONE_GAME)
    assert _bound(spec) == Bound(pytest.approx(1 / 3), 60)


def test_whoever_has_room_at_home_may_be_the_host() -> None:
    teams = [team("Ants"), team("Bees", home="Lane")]
    venues = [_venue("Park", "09:00", closed_dates=["2027-04-03"]), _venue("Lane", "09:00")]
    assert _bound(league(teams=teams, venues=venues, **ONE_GAME)).home_venue_share == 1


def test_sides_have_to_be_balanced() -> None:
    """Two meetings: each team is the host of one of them, and one team's venue is closed."""
    teams = [team("Ants"), team("Bees", home="Lane")]
    venues = [_venue("Park", "09:00", "11:00"), {"name": "Lane", "slots": {"monday": ["09:00"]}}]
    divisions = [{"name": "U10", "games_per_team": 2}]
    assert _bound(league(teams=teams, venues=venues, divisions=divisions)).home_venue_share == 0.5


PARK, LANE = {"latitude": 51.0, "longitude": 0.0}, {"latitude": 51.0, "longitude": 1.0}


@pytest.mark.parametrize("weight", [0, 1, 7, 1000])
def test_the_way_between_two_homes_has_to_be_travelled(weight: int) -> None:
    """As much as it costs where the game is at one of them: there and back."""
    spec = league(
        teams=[team("Ants"), team("Bees", home="Lane")],
        venues=[_venue("Park", "09:00", location=PARK), _venue("Lane", "09:00", location=LANE)],
        goals={**HOME_ONLY, "travel": weight},
        **ONE_GAME,
    )
    draft = draft_of(spec)
    assert _bound(spec).cost == score(spec, draft.state.games()).cost
    assert (_bound(spec).cost > 0) == (weight > 0)


def test_nothing_is_known_of_ways_when_a_venue_does_not_say_where_it_is() -> None:
    """A game there counts no kilometres, wherever the teams come from."""
    spec = league(
        teams=[team("Ants"), team("Bees", home="Lane")],
        venues=[
            _venue("Park", "09:00", location=PARK, closed_dates=["2027-04-03"]),
            _venue("Lane", "09:00", location=LANE, closed_dates=["2027-04-03"]),
            _venue("Hill", "09:00"),
        ],
        goals={**HOME_ONLY, "home_venue": 5, "travel": 9},
        **ONE_GAME,
    )
    assert score(spec, draft_of(spec).state.games()).cost == _bound(spec).cost == 5


def test_a_league_without_goals_is_perfect_as_it_is() -> None:
    assert _bound(league(goals={**HOME_ONLY, "home_venue": 0})).cost == 0


def test_a_league_without_games_is_all_at_home() -> None:
    spec = league(teams=[team(name, fewer_games=1) for name in ("Ants", "Bees")], **ONE_GAME)
    assert _bound(spec) == Bound(1.0, 0.0)


def test_the_sample_is_proved_within_a_few_games() -> None:
    found = _bound(sample_league(teams=50))
    assert 0.9 < found.home_venue_share <= 1


def test_the_time_limit_ends_it() -> None:
    with pytest.raises(OutOfTime):
        bound(board_of(league()), Deadline(0), 1)
