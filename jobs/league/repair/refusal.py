"""Why a schedule cannot be repaired: the games that find no place, and what is left for each, in words."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import pairwise

from jobs.league.errors import InfeasibleLeague, OutOfTime
from jobs.league.faults.fault import counted
from jobs.league.repair.puzzle import Puzzle
from jobs.league.repair.words import day_name, pair_name
from jobs.league.solver.state import UNPLACED
from jobs.league.weeks import week_of

SHOWN = 5
ADVICE = "more slots or dates would help, or cancel_if_needed"


def refusal(
    puzzle: Puzzle, from_date: dt.date, *, proved: bool, seconds: float
) -> InfeasibleLeague | OutOfTime:
    """The error to raise for a puzzle that is not whole.

    Args:
        puzzle: as the search left it.
        from_date: the first date on which games may move.
        proved: whether there is no way.
        seconds: how long it was looked for one.
    """
    reasons = [_lost(puzzle, number) for number in puzzle.homeless]
    reasons += [_waiting(puzzle, name) for name in puzzle.draft.broken]
    told = "; ".join(reasons[:SHOWN]) + ("; …" if len(reasons) > SHOWN else "")
    what = " and ".join(
        text
        for count, text in (
            (len(puzzle.homeless), f"{counted(len(puzzle.homeless), 'game')} without a place"),
            (
                len(puzzle.draft.broken),
                f"{counted(len(puzzle.draft.broken), 'team')} without a game too long",
            ),
        )
        if count
    )
    if not proved:
        return OutOfTime(
            f"within {seconds:g} seconds every repair that was found leaves {what}; a better one may exist: "
            f"allow more time; {ADVICE}. {told}"
        )
    return InfeasibleLeague(
        f"however the games from {day_name(from_date)} on are moved, not every rule can be kept; the best "
        f"that was found leaves {what}: {told}. {ADVICE[0].upper()}{ADVICE[1:]}",
        conflicts=reasons,
        advice=ADVICE,
        least=False,
    )


def _lost(puzzle: Puzzle, number: int) -> str:
    """What is left for one game: dates, slots, and why it has none of them."""
    pair, board = pair_name(puzzle.games[number]), puzzle.board
    places = puzzle.open_to(number).nonzero()[0].tolist()
    if not places:
        return f"{pair}: no slot is left that both teams and a venue for them could take"
    for name in (puzzle.games[number].home, puzzle.games[number].away):
        games, most = _due(puzzle, name)
        if games > most:
            return (
                f"{pair}: {name} has {counted(games, 'game')} left, and can play {most} until the season ends"
            )
    used = puzzle.draft.state.used
    taken = sum(used[slot] >= board.slots[slot].pitches for slot in places)
    dates = len({board.slots[slot].date for slot in places})
    clash = len(places) - taken
    return (
        f"{pair}: of {counted(len(places), 'start')} on {counted(dates, 'date')} {taken} are taken, and at "
        f"{clash} one of its teams or coaches has another game, then or too near"
    )


def _due(puzzle: Puzzle, name: str) -> tuple[int, int]:
    """Games that a team has left, and how many it can play at most on the dates and in the weeks that are."""
    season, slots = puzzle.league.season, puzzle.board.slots
    may = {*puzzle.affected, *puzzle.others}
    games = [number for number in puzzle.context.of_team[name] if number in may]
    dates = {slots[slot].date for number in games for slot in puzzle.open_to(number).nonzero()[0].tolist()}
    weeks = Counter(week_of(puzzle.board.dates[date]) for date in dates)
    days = season.max_games_per_team_per_day
    return len(games), sum(
        min(count * days, season.max_games_per_team_per_week or count * days) for count in weeks.values()
    )


def _waiting(puzzle: Puzzle, name: str) -> str:
    season, slots = puzzle.league.season, puzzle.draft.grid.slots
    played = sorted(
        puzzle.board.dates[puzzle.board.slots[slots[number]].date]
        for number in puzzle.context.of_team[name]
        if slots[number] != UNPLACED
    )
    day = dt.timedelta(days=1)
    ends = [season.first_date - day, *played, season.last_date + day]
    length, begin = max(((after - before).days - 1, before + day) for before, after in pairwise(ends))
    return (
        f"{name} is without a game for {counted(length, 'day')} from {day_name(begin)} on, at most "
        f"{season.max_gap_days} are allowed"
    )
