"""Where and at what time each game of one day is played.

Owns the assignment of a day's games to its openings: exact, and with as many games at the home venue as
possible. Teams and coaches are in one place at a time. Knows nothing of other days.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from ortools.sat.python import cp_model

from jobs.league.errors import OutOfTime
from jobs.league.solver import cpsat
from jobs.league.solver.days import people_of
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.fixtures import Fixture
from jobs.league.solver.openings import Opening

EFFORT = 2.0  # a day of the 200-team sample needs 0.01
FEW, ALL = 12, 1_000_000  # openings away from home that a game may choose from

Places = list[dict[int, cp_model.IntVar]]  # for each game, its variable for each opening that it may have


def place_games(
    fixtures: Sequence[Fixture], openings: Sequence[Opening], deadline: Deadline, seed: int
) -> list[Opening] | None:
    """An opening for each game, in their order; None when the day has no room for them.

    Games stay at home if all of them can, which takes a model of a few openings each; else they choose from
    a few openings more, and only if that is not enough from all.

    Raises:
        OutOfTime: neither was known in time.
    """
    for away in (0, FEW):
        try:
            placed = _place(fixtures, openings, away, deadline, seed)
        except OutOfTime:
            continue  # the effort was used up; if it was the deadline, the next one raises at once
        if placed is not None:
            return placed
    return _place(fixtures, openings, ALL, deadline, seed)


def crowd(
    fixtures: Mapping[int, Fixture], openings: Sequence[Opening], deadline: Deadline, seed: int
) -> frozenset[int]:
    """Games, by number, that are already too many for the day: without any one of them the rest would fit.

    Args:
        fixtures: Games that do not fit together.
        openings: The day's openings.
        deadline: When to stop.
        seed: Seed of the solver.
    """
    kept = dict(fixtures)
    for number in fixtures:
        fewer = {other: fixture for other, fixture in kept.items() if other != number}
        if _place(list(fewer.values()), openings, ALL, deadline, seed, best=False) is None:
            kept = fewer
    return frozenset(kept)


def _place(
    fixtures: Sequence[Fixture],
    openings: Sequence[Opening],
    away: int,
    deadline: Deadline,
    seed: int,
    *,
    best: bool = True,
) -> list[Opening] | None:
    """Solve the day with so many openings away from home for each game.

    As many as possible at home if ``best``.
    """
    model, dice = cp_model.CpModel(), random.Random(seed)
    choices = [_choices(fixture, openings, away, dice) for fixture in fixtures]
    if not all(choices):
        return None
    places = _places(model, fixtures, openings, choices)
    if best and away:
        model.minimize(sum(_away_from_home(fixtures, openings, places)))
    solver = cpsat.run(model, deadline, seed=seed, manner=cpsat.Manner(EFFORT, relaxation=True))
    if solver is None:
        return None
    return [openings[next(n for n, place in each.items() if solver.boolean_value(place))] for each in places]


def _choices(fixture: Fixture, openings: Sequence[Opening], away: int, dice: random.Random) -> list[int]:
    """The openings that a game may have: every one at home, and so many elsewhere."""
    fits = [n for n, opening in enumerate(openings) if fixture.division.name in opening.divisions]
    home = [n for n in fits if openings[n].venue == fixture.home.home_venue]
    elsewhere = [n for n in fits if openings[n].venue != fixture.home.home_venue]
    return home + (elsewhere if away >= len(elsewhere) else dice.sample(elsewhere, away))


def _away_from_home(
    fixtures: Sequence[Fixture], openings: Sequence[Opening], places: Places
) -> Iterator[cp_model.IntVar]:
    for fixture, each in zip(fixtures, places, strict=True):
        for number, place in each.items():
            if openings[number].venue != fixture.home.home_venue:
                yield place


def _places(
    model: cp_model.CpModel,
    fixtures: Sequence[Fixture],
    openings: Sequence[Opening],
    choices: Sequence[Sequence[int]],
) -> Places:
    """A variable for each game and each opening that it may have, with the rules between them."""
    places: Places = [{number: model.new_bool_var("") for number in each} for each in choices]
    for each in places:
        model.add_exactly_one(each.values())
    for number, opening in enumerate(openings):
        here = [each[number] for each in places if number in each]
        model.add(sum(here) <= opening.pitches)
    _one_place_at_a_time(model, fixtures, openings, places)
    return places


def _one_place_at_a_time(
    model: cp_model.CpModel, fixtures: Sequence[Fixture], openings: Sequence[Opening], places: Places
) -> None:
    """Nobody has two games that overlap.

    Of games that overlap, one begins while the others are on: so at each start time at most one game of a
    person is on.
    """
    schedules: dict[str, list[int]] = defaultdict(list)
    for game, fixture in enumerate(fixtures):
        for person in people_of(fixture):
            schedules[person].append(game)
    starts = sorted({opening.start for opening in openings})
    for games in (games for games in schedules.values() if len(games) > 1):
        for moment in starts:
            model.add_at_most_one(
                place
                for game in games
                for number, place in places[game].items()
                if openings[number].start
                <= moment
                < openings[number].start + fixtures[game].division.game_minutes
            )
