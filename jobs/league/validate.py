"""Does a schedule keep every rule of its league? An answer that owes nothing to the solver.

Owns the order of the checks, which are in ``validation``: it shares the shapes of league and game with the
solver and not one line more, so that a mistake in one is seen by the other. How good a valid schedule is, is
reported in ``stats`` and refuses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from jobs.league.schedule import Game
from jobs.league.spec import LeagueSpec
from jobs.league.validation.figures import stats_of
from jobs.league.validation.findings import MAX_VIOLATIONS, Findings, Stats, Validation, Violation
from jobs.league.validation.reading import Reading
from jobs.league.validation.single import check_game
from jobs.league.validation.together import (
    check_balance,
    check_frequency,
    check_numbers,
    check_people,
    check_pitches,
    check_sides,
)

__all__ = ["MAX_VIOLATIONS", "Stats", "Validation", "Violation", "validate"]


def validate(league: LeagueSpec, games: Sequence[Game]) -> Validation:
    """Check every rule of the league on every game.

    Args:
        league: What was asked for.
        games: What was made of it, in any order.
    """
    known, found = Reading(league), Findings()
    for game in games:
        check_game(known, game, found)
    check_pitches(games, found)
    check_numbers(known, games, found)
    check_sides(known, games, found)
    check_people(known, games, found)
    check_frequency(known, games, found)
    check_balance(known, games, found)
    return Validation(
        valid=found.count == 0,
        violation_count=found.count,
        violations=found.violations,
        checks=dict(found.checks),
        stats=stats_of(known, games),
    )
