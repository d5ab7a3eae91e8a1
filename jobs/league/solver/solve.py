"""From a league to its schedule: the phases, one after the other.

Owns their order, what is reported of them, and when it is enough. Each phase is in a file of its own:
``bounds``, ``fixtures``, ``orientation``, ``construct``, ``proof``, ``polish``; ``bound`` says how good it
could be.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from jobs.league.errors import OutOfTime
from jobs.league.schedule import Schedule
from jobs.league.solver.board import Board
from jobs.league.solver.bound import Bound, bound
from jobs.league.solver.bounds import check_bounds
from jobs.league.solver.conflicts import explain, explain_capacity, explain_days
from jobs.league.solver.construct import place_all
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.draft import Draft
from jobs.league.solver.fixtures import has_choice, pair_teams
from jobs.league.solver.openings import Openings
from jobs.league.solver.orientation import balance_sides
from jobs.league.solver.polish import Polish
from jobs.league.solver.proof import Proof
from jobs.league.solver.state import UNPLACED, State
from jobs.league.spec import LeagueSpec

PAIRINGS = 3  # ways to pair the teams that are tried before a league is called infeasible
MENDING = 5  # turns in a row that close no gap, after which it is left to CP-SAT as a whole

Ended = Literal["proved best", "no more gain", "time limit", "asked to stop"]


@dataclass(frozen=True)
class Report:
    """How far the solver is.

    Attributes:
        phase: what it does.
        placed: games that have a slot.
        total: games in all.
        seconds: seconds since the begin.
        time_limit: seconds that it may take.
        cost: weighted cost of the best schedule so far; None before there is one.
        home_venue_share: its share of games at the home venue, from 0 to 1.
        bound: what no schedule of this pairing can beat, once that is proved.
    """

    phase: str
    placed: int
    total: int
    seconds: float
    time_limit: float
    cost: float | None = None
    home_venue_share: float | None = None
    bound: Bound | None = None


@dataclass(frozen=True)
class Solution:
    """The best schedule that was found.

    Attributes:
        schedule: it keeps every rule.
        bound: what no schedule of this pairing can beat; None if the time ended before.
        ended: why it is not improved any more.
        first_valid: seconds until there was a valid schedule.
        seconds: seconds in all.
        turns: turns of improving.
    """

    schedule: Schedule
    bound: Bound | None
    ended: Ended
    first_valid: float
    seconds: float
    turns: int

    def search(self) -> dict[str, Any]:
        """Everything but the schedule, as plain data."""
        found = {name: getattr(self, name) for name in ("ended", "first_valid", "seconds", "turns")}
        return {**found, "bound": asdict(self.bound) if self.bound else None}


Watch = Callable[[State], None]


def never() -> bool:
    """Nobody asks to stop."""
    return False


def unreported(report: Report) -> None:
    """Nobody wants to know."""


def unwatched(state: State) -> None:
    """Nobody looks at schedules on the way."""


class Solver:
    """One run.

    The same league and seed give the same schedule on every machine with the same versions of OR-tools, NumPy
    and Python, unless the time limit or a stop ends it before nothing is gained any more.

    Args:
        league: the league.
        seed: moves the pairing and the solver's choices about.
        time_limit: seconds that all of it may take.
        report: told how far it is, many times a second at most.
        stop: asked often; True ends the improving, once there is a valid schedule.
        watch: given each better schedule, about once a second; it is not changed afterwards.
    """

    def __init__(
        self,
        league: LeagueSpec,
        seed: int,
        time_limit: float,
        report: Callable[[Report], None] = unreported,
        *,
        stop: Callable[[], bool] = never,
        watch: Watch = unwatched,
    ) -> None:
        self._league, self._seed = league, seed
        self._deadline, self._limit = Deadline(time_limit), time_limit
        self._tell, self._stop, self._watch = report, stop, watch
        self._openings = Openings(league)
        self._bound: Bound | None = None
        self._first_valid = 0.0

    def solve(self) -> Solution:
        """Make a schedule that keeps every rule, as good as the time allows.

        Raises:
            InfeasibleLeague: no schedule was possible; the message names the rules that are in the way.
            OutOfTime: the time limit ended before there was a valid one.
        """
        self._say("Counting slots and dates", 0)
        check_bounds(self._league, self._openings)
        try:
            draft = self._first()
        except OutOfTime as error:
            self._say("Looking for what is tight", 0)
            raise OutOfTime(
                f"{error}; {explain_capacity(self._league, self._openings, self._seed)}"
            ) from None
        self._first_valid = self._elapsed
        self._watch(draft.state)
        return self._improve(draft)

    def _first(self) -> Draft:
        """A valid schedule."""
        dice = random.Random(self._seed)
        for _ in range(PAIRINGS if has_choice(self._league) else 1):
            self._say(f"Pairing {len(self._league.teams):,} teams", 0)
            fixtures = balance_sides(pair_teams(self._league, dice))
            board = Board(self._league, self._openings, fixtures)
            empty = State(board, [UNPLACED] * len(fixtures))
            draft = Draft(empty, self._seed)
            if self._construct(draft):
                return draft
            self._say("Looking for rules in conflict", 0)
            if (conflict := explain_days(self._league, self._seed)) is not None:
                raise conflict
            self._say("Looking for a way with CP-SAT", 0)
            proof = Proof(empty, self._deadline, self._seed)
            found = proof.schedule()
            if found is not None:
                return Draft(found, self._seed)
        raise explain(self._league, self._openings, fixtures, proof.cuts, self._seed)

    def _construct(self, draft: Draft) -> bool:
        """Game by game, and with patches for what is left; whether every rule is kept then."""
        if not place_all(draft, self._deadline, lambda placed: self._say("Placing games", placed)):
            return False
        mending = Polish(draft)
        while not draft.valid and mending.idle < MENDING:
            self._say(f"Closing gaps of {len(draft.broken)} teams", len(draft.games))
            mending.turn(self._deadline, never)
        self._deadline.remaining()
        return draft.valid

    def _improve(self, draft: Draft) -> Solution:
        best = Schedule.of(self._league, draft.state.games())
        self._say("Proving how good it can be", len(draft.games), best)
        with contextlib.suppress(OutOfTime):  # of its effort; if it was the deadline, that is seen next
            self._bound = bound(draft.board, self._deadline, self._seed)
        polish, ended = Polish(draft), self._ended(best)
        while ended is None:
            self._say("Improving", len(draft.games), best)
            if polish.turn(self._deadline, self._stop):
                best = self._better(draft.state, best)
            ended = self._ended(best) or ("no more gain" if polish.enough else None)
        return self._solution(best, ended, polish.turns)

    def _better(self, state: State, best: Schedule) -> Schedule:
        """The better one by its scores, which are rounded: what was gained may not show in them."""
        made = Schedule.of(self._league, state.games())
        if made.scores.cost >= best.scores.cost:
            return best
        self._watch(state)
        return made

    def _ended(self, best: Schedule) -> Ended | None:
        if self._bound is not None and best.scores.cost <= self._bound.cost:
            return "proved best"
        if self._elapsed >= self._limit:
            return "time limit"
        return "asked to stop" if self._stop() else None

    def _solution(self, best: Schedule, ended: Ended, turns: int) -> Solution:
        return Solution(best, self._bound, ended, round(self._first_valid, 3), round(self._elapsed, 3), turns)

    @property
    def _elapsed(self) -> float:
        return self._deadline.elapsed

    def _say(self, phase: str, placed: int, best: Schedule | None = None) -> None:
        scores = best.scores if best else None
        self._tell(
            Report(
                phase,
                placed,
                self._league.total_games,
                round(self._elapsed, 1),
                self._limit,
                scores.cost if scores else None,
                scores.home_venue_share if scores else None,
                self._bound,
            )
        )


def solve(
    league: LeagueSpec,
    seed: int,
    time_limit: float,
    report: Callable[[Report], None] = unreported,
    *,
    stop: Callable[[], bool] = never,
    watch: Watch = unwatched,
) -> Solution:
    """Make a schedule: see ``Solver``."""
    return Solver(league, seed, time_limit, report, stop=stop, watch=watch).solve()
