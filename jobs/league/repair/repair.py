"""From a schedule and what has happened to the repaired schedule: the steps, one after the other.

Owns their order and what is told of them: ``amend`` the league, ``search`` for the fewest moves,
``replacements``, cancel what finds no place if that is wanted, ``sides``, and the validator at the end.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from jobs.league.changes import Change
from jobs.league.errors import InfeasibleLeague, InvalidSchedule, NothingToRepair
from jobs.league.games import Game
from jobs.league.repair.amend import Amended, amend, checked, with_numbers
from jobs.league.repair.disruption import Disruption, told
from jobs.league.repair.outcome import change, games_of, reasons, swapped
from jobs.league.repair.puzzle import Puzzle
from jobs.league.repair.refusal import refusal
from jobs.league.repair.replacements import Replacements, short_divisions
from jobs.league.repair.search import Report, Search
from jobs.league.repair.sides import swaps
from jobs.league.schedule import Schedule
from jobs.league.solver.deadline import Deadline
from jobs.league.spec import LeagueSpec
from jobs.league.validate import Validation, validate

NEVER_TOO_LATE = 3.0  # seconds for the games on top, if the search has used up its time
BALANCE = "swaps sides, so that home and away games stay balanced"


@dataclass(frozen=True)
class Repair:
    """A repaired schedule.

    Attributes:
        league: the league as it is after what has happened.
        schedule: its games.
        validation: the validator's word on them; they are valid.
        changes: what was changed, by date.
        affected: games that could not stay where they were.
        beyond: games that moved to make room for those.
        least: whether it is proved that no repair moves fewer.
        seconds: how long it took.
    """

    league: LeagueSpec
    schedule: Schedule
    validation: Validation
    changes: list[Change]
    affected: int
    beyond: int
    least: bool
    seconds: float

    def count(self, *kinds: str) -> int:
        """Changes of these kinds."""
        return sum(one.kind in kinds for one in self.changes)


def unreported(current: int, total: int, message: str) -> None:
    """Nobody wants to know."""


class Repairer:
    """One repair.

    The same input and seed give the same repair, unless the time limit ends the search.

    Args:
        league: the league as the schedule has it.
        games: the schedule's games.
        disruption: what has happened.
        seed: moves the search's choices about.
        time_limit: seconds that the search may take.
        replace_games: whether teams that lose a game to a withdrawal get another one if there is a slot.
        cancel_if_needed: whether games that find no place are canceled.
        report: told how far it is.
    """

    def __init__(
        self,
        league: LeagueSpec,
        games: Sequence[Game],
        disruption: Disruption,
        *,
        seed: int = 1,
        time_limit: float = 30,
        replace_games: bool = True,
        cancel_if_needed: bool = False,
        report: Report = unreported,
    ) -> None:
        self._begun, self._limit = time.monotonic(), time_limit
        self._deadline, self._seed, self._tell = Deadline(time_limit), seed, report
        self._disruption, self._replace, self._cancel = disruption, replace_games, cancel_if_needed
        self._amended: Amended = amend(league, games, disruption)
        self._changes: list[Change] = []

    def run(self) -> Repair:
        """Repair.

        Raises:
            NothingToRepair: no game is touched.
            InfeasibleLeague: there is no repair that keeps every rule; which games find no place, and why.
            OutOfTime: none was found in time.
            InvalidSchedule: the validator found a broken rule: a fault of ours.
        """
        amended = self._amended
        if not amended.causes and not amended.gone:
            raise NothingToRepair(f"no game is touched by this: {told(self._disruption)}")
        if not self._cancel:
            checked(amended.league)
        puzzle, search = self._search()
        self._changes = [change("canceled", game, game, None, why) for game, why in amended.gone]
        games = self._moved(puzzle)
        if self._replace and amended.gone:
            games += self._on_top(with_numbers(amended.league, games), games)
        league = checked(with_numbers(amended.league, games))
        schedule = Schedule.of(league, self._balanced(league, games))
        return Repair(
            league=league,
            schedule=schedule,
            validation=self._valid(league, schedule),
            changes=sorted(self._changes, key=_when),
            affected=len(amended.causes),
            beyond=len(puzzle.moved),
            least=puzzle.whole and len(puzzle.moved) <= search.least,
            seconds=round(time.monotonic() - self._begun, 2),
        )

    def _search(self) -> tuple[Puzzle, Search]:
        amended, from_date = self._amended, self._disruption.from_date
        puzzle = Puzzle(amended.league, amended.games, amended.causes.keys(), from_date, self._seed)
        search = Search(puzzle, self._deadline, self._tell)
        search.run()
        lost_others = set(puzzle.homeless) - set(puzzle.affected)
        if not puzzle.whole and (not self._cancel or puzzle.draft.broken or lost_others):
            raise refusal(puzzle, from_date, proved=search.proved, seconds=self._limit)
        search.polish()
        return puzzle, search

    def _moved(self, puzzle: Puzzle) -> list[Game]:
        """The games after the search, and the changes that it made."""
        games, why = games_of(puzzle), reasons(puzzle, self._amended.causes)
        for number, reason in why.items():
            before = puzzle.games[number]
            if number in games:
                self._changes.append(change("moved", before, before, games[number], reason))
            else:
                reason = f"{reason}, and no other place is left"
                self._changes.append(change("canceled", before, before, None, reason))
        return list(games.values())

    def _on_top(self, league: LeagueSpec, games: Sequence[Game]) -> list[Game]:
        """Games in place of those against teams that have withdrawn."""
        short = short_divisions(league, games, self._amended.gone)
        if not short:
            return []
        self._tell(len(games), len(games), "Looking for games in place of those that are lost…")
        try_until = Deadline(max(NEVER_TOO_LATE, self._limit - self._deadline.elapsed))
        new = Replacements(league, games, short, self._disruption.from_date, self._seed)
        new.place(try_until)
        found = games_of(new.puzzle)
        added = [found[number] for number in new.puzzle.added if number in found]
        who = " and ".join(self._disruption.withdrawn[:3])
        self._changes += [
            change("added", game, None, game, f"in place of games that {who} would have played")
            for game in added
        ]
        return added

    def _balanced(self, league: LeagueSpec, games: list[Game]) -> list[Game]:
        """The same games, with other sides where a team would be out of balance."""
        told_of = {(one.home, one.away, one.after): place for place, one in enumerate(self._changes)}
        keys = [(game.home, game.away, change("moved", game, None, game, "").after) for game in games]
        may = [n for n, game in enumerate(games) if game.date >= self._disruption.from_date]
        homes = {team.name: team.home_venue for team in league.teams}
        swapping = swaps(league, games, may, lambda number: 1 if keys[number] in told_of else 3)
        for number in swapping:
            before, games[number] = games[number], swapped(games[number], homes)
            place = told_of.get(keys[number])
            if place is None:
                self._changes.append(change("swapped sides", games[number], before, before, BALANCE))
            else:
                self._changes[place] = self._changes[place].model_copy(
                    update={"home": before.away, "away": before.home, "why": self._also(place)}
                )
        return games

    def _also(self, place: int) -> str:
        one = self._changes[place]
        return one.why if one.kind == "added" else f"{one.why}; {BALANCE}"

    def _valid(self, league: LeagueSpec, schedule: Schedule) -> Validation:
        self._tell(len(schedule.games), len(schedule.games), "Checking every rule…")
        validation = validate(league, schedule.games)
        if validation.valid:
            return validation
        first = validation.violations[0]
        if first.rule in ("meetings", "number of games"):  # a withdrawal left no way to keep these
            raise InfeasibleLeague(f"after what has happened a rule cannot be kept: {first.message}")
        raise InvalidSchedule(
            f"{validation.violation_count} rules are broken, the first: {first.rule}: {first.message}"
        )


def _when(one: Change) -> tuple[str, str, str]:
    place = one.before or one.after
    return (f"{place.date} {place.start} {place.venue}" if place else "", one.home, one.away)
