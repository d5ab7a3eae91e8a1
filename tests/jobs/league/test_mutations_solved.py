"""The sample of 200 teams as the solver solves it, with one thing changed: the validator must see it."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from itertools import combinations

import pytest

from jobs.league.sample import sample_league
from jobs.league.schedule import Game
from jobs.league.solver.solve import solve
from jobs.league.spec import LeagueSpec, Team
from jobs.league.validate import validate
from tests.jobs.league.oracle import broken

Games = list[Game]


@pytest.fixture(scope="module")
def solved() -> tuple[LeagueSpec, Games]:
    """The sample with its schedule, which nobody changes in place."""
    spec = sample_league()
    return spec, solve(spec, 1, 30, stop=lambda: True).schedule.games


class _Hand:
    """Changes a schedule in one place, chosen by lot among those where the change can be made."""

    def __init__(self, spec: LeagueSpec, games: Games, seed: int) -> None:
        self.spec, self.games, self.dice = spec, games, random.Random(seed)
        self.teams = {team.name: team for team in spec.teams}

    def pick(self, suits: Callable[[Game], object] = lambda game: True) -> Game:
        return self.dice.choice([game for game in self.games if suits(game)])

    def change(self, game: Game, **changes: object) -> Games:
        return [each.model_copy(update=changes) if each is game else each for each in self.games]

    def home(self, game: Game) -> Team:
        return self.teams[game.home]

    def coaches(self, game: Game) -> set[str | None]:
        return {self.teams[name].coach for name in (game.home, game.away)} - {None}


def _missing(hand: _Hand) -> Games:
    gone = hand.pick()
    return [game for game in hand.games if game is not gone]


def _onto(hand: _Hand, game: Game, other: Game) -> Games:
    """At the other game's place and time, and as long as it was."""
    minutes = {division.name: division.game_minutes for division in hand.spec.divisions}[game.division]
    hours, begins = int(other.start[:2]), int(other.start[3:])
    end = hours * 60 + begins + minutes
    return hand.change(
        game,
        date=other.date,
        start=other.start,
        end=f"{end // 60:02}:{end % 60:02}",
        venue=other.venue,
        pitch=other.pitch,
    )


def _double_booking(hand: _Hand) -> Games:
    game = hand.pick()
    return _onto(hand, game, next(other for other in iter(hand.pick, None) if other is not game))


def _other_of_the_team(hand: _Hand, game: Game) -> Game:
    return next(each for each in hand.games if each is not game and game.home in (each.home, each.away))


def _two_in_a_day(hand: _Hand) -> Games:
    game = hand.pick()
    return hand.change(game, date=_other_of_the_team(hand, game).date)


def _next_day(hand: _Hand) -> Games:
    game = hand.pick()
    other = _other_of_the_team(hand, game).date
    return hand.change(game, date=other + dt.timedelta(days=1 if other.weekday() == 5 else -1))


def _coach_clash(hand: _Hand) -> Games:
    one, other = hand.dice.choice(
        [
            pair
            for pair in combinations(hand.games, 2)
            if hand.coaches(pair[0]) & hand.coaches(pair[1])
            and not {pair[0].home, pair[0].away} & {pair[1].home, pair[1].away}
        ]
    )
    return hand.change(one, date=other.date, start=other.start, end=other.end)


def _blackout(hand: _Hand) -> Games:
    game = hand.pick(lambda game: hand.home(game).blackout_dates)
    return hand.change(game, date=hand.dice.choice(hand.home(game).blackout_dates))


def _closed(hand: _Hand) -> Games:
    venue = hand.dice.choice([venue for venue in hand.spec.venues if venue.closed_dates])
    return hand.change(hand.pick(), venue=venue.name, date=venue.closed_dates[0])


def _wrong_venue(hand: _Hand) -> Games:
    venue = hand.dice.choice([venue for venue in hand.spec.venues if venue.divisions])
    game = hand.pick(lambda game: game.division not in (venue.divisions or []))
    return hand.change(game, venue=venue.name)


def _stranger(hand: _Hand) -> Games:
    game = hand.pick()
    return hand.change(game, away=hand.pick(lambda other: other.division != game.division).home)


def _again(hand: _Hand) -> Games:
    """Two games of a division change opponents, so that the numbers stay right and one pair meets twice."""
    one = hand.pick()
    other = hand.pick(
        lambda game: one.away in (game.home, game.away) and one.home not in (game.home, game.away)
    )
    return hand.change(other, home=one.home, away=one.away)


MUTATIONS: dict[str, tuple[str, Callable[[_Hand], Games]]] = {
    "missing game": ("number of games", _missing),
    "extra game": ("number of games", lambda hand: [*hand.games, hand.pick()]),
    "opponents that meet again": ("meetings", _again),
    "double booking": ("double booking", _double_booking),
    "start that is none": ("slot", lambda hand: hand.change(hand.pick(), start="07:05")),
    "closed venue": ("venue open", _closed),
    "blackout": ("blackout", _blackout),
    "coach clash": ("one place for a coach", _coach_clash),
    "two games in a day": ("games a day", _two_in_a_day),
    "two games in a week": ("games a week", _next_day),
    "wrong venue": ("venue division", _wrong_venue),
    "pitch that is none": ("pitch", lambda hand: hand.change(hand.pick(), pitch=9)),
    "long game": ("length", lambda hand: hand.change(hand.pick(), end="24:00")),
    "team of another division": ("division", _stranger),
    "team against itself": ("two teams", lambda hand: hand.change(game := hand.pick(), away=game.home)),
    "unknown team": ("team exists", lambda hand: hand.change(hand.pick(), away="Yaks")),
    "unknown venue": ("venue exists", lambda hand: hand.change(hand.pick(), venue="Moon")),
    "wrong flag": (
        "home venue",
        lambda hand: hand.change(game := hand.pick(), at_home_venue=not game.at_home_venue),
    ),
    "before the season": ("season", lambda hand: hand.change(hand.pick(), date=dt.date(2027, 3, 27))),
    "weekday": ("play day", lambda hand: hand.change(hand.pick(), date=dt.date(2027, 5, 19))),
}


def test_the_schedule_is_valid_to_begin_with(solved: tuple[LeagueSpec, Games]) -> None:
    spec, games = solved
    assert validate(spec, games).violations == []
    assert broken(spec, games) == set()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("rule", "mutation"), MUTATIONS.values(), ids=MUTATIONS.keys())
def test_one_change_is_seen_among_629_games(
    solved: tuple[LeagueSpec, Games], rule: str, mutation: Callable[[_Hand], Games], seed: int
) -> None:
    spec, games = solved
    found = validate(spec, mutation(_Hand(spec, games, seed)))
    assert not found.valid
    assert rule in {each.rule for each in found.violations}


@pytest.mark.parametrize("name", list(MUTATIONS)[::3])
def test_all_that_is_broken_is_named_and_nothing_else(solved: tuple[LeagueSpec, Games], name: str) -> None:
    spec, games = solved
    changed = MUTATIONS[name][1](_Hand(spec, games, 7))
    assert {each.rule for each in validate(spec, changed).violations} == broken(spec, changed)
