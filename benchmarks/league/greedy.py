"""Greedy with repair: our own search by single games, without CP-SAT.

The hardest games first, each in its best slot, and whoever is in the way moves (``construct``); then some
games are taken out and put back for as long as there is time. What ours does better, CP-SAT does.
"""

from __future__ import annotations

import random
import time

from benchmarks.league.found import Watch
from jobs.league.errors import OutOfTime
from jobs.league.solver.board import Board
from jobs.league.solver.construct import place_all, recreate
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.draft import Draft
from jobs.league.solver.fixtures import pair_teams
from jobs.league.solver.openings import Openings
from jobs.league.solver.orientation import balance_sides
from jobs.league.solver.state import UNPLACED, State
from jobs.league.spec import LeagueSpec

SHOWN = 0.2  # seconds between two schedules that are kept, as keeping takes time as well


def run(league: LeagueSpec, seed: int, seconds: float, watch: Watch) -> float | None:
    """Search until the time is over; proves nothing about what is possible."""
    deadline = Deadline(seconds)
    fixtures = balance_sides(pair_teams(league, random.Random(seed)))
    board = Board(league, Openings(league), fixtures)
    draft = Draft(State(board, [UNPLACED] * len(fixtures)), seed)
    try:
        while not place_all(draft, deadline, lambda placed: None):
            draft = Draft(State(board, [UNPLACED] * len(fixtures)), seed + 1)
        watch(draft.state.games)
        shown, gained = time.perf_counter(), False
        while True:
            deadline.remaining()
            gained = recreate(draft) > 0 or gained
            if gained and time.perf_counter() > shown + SHOWN:
                watch(draft.state.games)
                shown, gained = time.perf_counter(), False
    except OutOfTime:
        return None
