"""The least set of rules that cannot be kept together.

Owns the search: a first set from the solver's own proof (the assumptions it used), then every rule is left
out once; what can be left out is left out for good. What remains cannot: the rest without it has a solution.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import NamedTuple

from jobs.league.errors import OutOfTime
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.reasons import Ground, Kind, Rule, Rules, Unit
from jobs.league.solver.reasons_model import STRUCTURAL, Model
from jobs.league.solver.reasons_proof import is_broken, short_of, used_in_proof

EFFORT = 4.0  # CP-SAT's deterministic time for a proof
MOST_EXACT = 2_000  # units times dates up to which a conflict of halved games is looked at with whole ones
STEP = 0.5  # and for each attempt to do without some of the rules

ORDER: tuple[Kind, ...] = (
    *("closed", "open dates", "holiday", "forbidden", "blackout", "coach", "slots"),
    *("gap", "rest", "weekend", "week", "day", "games"),
)
"""What is left out first: particulars before the limits of the season, so that the limits explain more."""

Verdict = tuple[bool | None, Rules]  # in conflict or not, None when not known; and the rules of the proof
Proof = Callable[[Rules], Verdict]
Alike = Callable[[Rule], Hashable]


class Conflict(NamedTuple):
    """Rules that cannot be kept together.

    ``least`` says whether the others can be kept as soon as any one of them is left out.
    """

    rules: Rules
    least: bool


def find(
    ground: Ground,
    units: Sequence[Unit],
    deadline: Deadline,
    seed: int,
    *,
    times: bool,
    rules: Rules | None = None,
) -> Conflict | None:
    """The least conflict among the rules of a league; None when these units can keep them all.

    Args:
        ground: The league.
        units: What is to be placed.
        deadline: When to stop.
        seed: Seed of the solver.
        times: Whether their starts matter.
        rules: Look among these only.

    Raises:
        OutOfTime: neither was known in time.
    """
    rules = ground.every_rule if rules is None else rules
    model = Model(ground, units, rules, times=times)
    used = short_of(model, deadline)
    if not used and (times or len(units) * len(ground.dates) <= MOST_EXACT):
        used = _used(model, deadline, seed)
    if not used:
        return None
    shaping = frozenset(rule for rule in rules if rule.kind in STRUCTURAL)
    return narrow(ground, units, shaping | used, deadline, seed, times=times)


def narrow(
    ground: Ground, units: Sequence[Unit], first: Rules, deadline: Deadline, seed: int, *, times: bool
) -> Conflict:
    """The least conflict within rules that are known to be in conflict."""
    names = {rule.name for rule in first if rule.kind == "games"}
    own = [unit for unit in units if unit.division in names]

    def by_halves(kept: Rules) -> Verdict:
        try:
            deadline.remaining()  # before a model is built
            shortage = short_of(Model(ground, own, kept, times=times), deadline)
        except OutOfTime:
            return None, kept
        return bool(shortage), frozenset(shortage or ())

    def exactly(kept: Rules) -> Verdict:
        try:
            deadline.remaining()
            return is_broken(Model(ground, own, kept, times=times), deadline, seed, STEP), kept
        except OutOfTime:
            return None, kept

    shrunk = Conflict(first, True)
    if by_halves(first)[0]:
        shrunk = shrink(first, by_halves, ground.alike)
    names = {rule.name for rule in shrunk.rules if rule.kind == "games"}
    own = [unit for unit in own if unit.division in names]
    if len(own) * len(ground.dates) > MOST_EXACT and shrunk.rules != first:
        return shrunk
    exact = shrink(shrunk.rules, exactly, ground.alike)
    return Conflict(exact.rules, exact.least or (shrunk.least and exact.rules == shrunk.rules))


def _used(model: Model, deadline: Deadline, seed: int) -> set[Rule] | None:
    """The rules of CP-SAT's proof; all of them when it has none to name in time; None with a solution."""
    verdict = is_broken(model, deadline, seed, EFFORT)
    if verdict is None:
        raise deadline.passed()
    if not verdict:
        return None
    try:
        return used_in_proof(model, deadline, seed, EFFORT)
    except OutOfTime:
        return {rule for row in model.rows for rule in row.rules}


class _Shrinking:
    """Rules of which as many as possible are left out.

    Rules that are alike, such as the closures of two equal venues on one date, need one look: where one of
    them cannot be left out, none of them can.
    """

    def __init__(self, rules: Rules, proof: Proof, alike: Alike) -> None:
        self.kept, self.certain = rules, True
        self._proof, self._alike = proof, alike
        self._needed: set[Hashable] = set()

    def leave_out(self, chunk: Sequence[Rule]) -> None:
        """Leave out a whole chunk, or else its halves, down to single rules."""
        chunk = [rule for rule in chunk if rule in self.kept]
        if not chunk or all(self._alike(rule) in self._needed for rule in chunk):
            return
        if self._needed.isdisjoint(map(self._alike, chunk)):
            rest = self.kept.difference(chunk)
            broken, used = self._proof(rest)
            if broken:
                self.kept = frozenset(rule for rule in rest if rule in used or rule.kind in STRUCTURAL)
                return
            if len(chunk) == 1:
                self.certain = self.certain and broken is not None
                self._needed |= {self._alike(chunk[0])} if broken is not None else set()
                return
        half = len(chunk) // 2
        self.leave_out(chunk[:half])
        self.leave_out(chunk[half:])


def shrink(rules: Rules, proof: Proof, alike: Alike = lambda rule: rule) -> Conflict:
    """Leave out what can be left out.

    Args:
        rules: They cannot be kept together.
        proof: Asked for smaller and smaller sets.
        alike: The same for rules that could stand for each other.
    """
    shrinking = _Shrinking(rules, proof, alike)
    for chunk in _chunks(rules):
        shrinking.leave_out(chunk)
    return Conflict(shrinking.kept, shrinking.certain)


def _chunks(rules: Iterable[Rule]) -> list[list[Rule]]:
    """The rules of each kind together, in the order in which they are tried."""
    chunks = [sorted((rule for rule in rules if rule.kind == kind), key=_by_date) for kind in ORDER]
    return [chunk for chunk in chunks if chunk]


def _by_date(rule: Rule) -> tuple[str, str]:
    return (rule.date.isoformat() if rule.date else "", rule.name)
