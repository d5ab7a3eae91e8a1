"""Random leagues with every rule that there is, and random mishaps: a repair keeps the rules and its word."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from hypothesis import given, reject
from hypothesis import strategies as st

from jobs.league.errors import BadDisruption, InfeasibleLeague, NothingToRepair, OutOfTime
from jobs.league.games import Game
from jobs.league.repair.disruption import Disruption, LostVenue, RainedOff, read
from jobs.league.repair.repair import Repair
from jobs.league.schedule import Schedule
from jobs.league.solver.solve import solve
from jobs.league.spec import LeagueSpec
from jobs.league.validate import validate
from tests.jobs.league.repair.seasons import BEFORE, repaired
from tests.jobs.league.solver.drawn import examples, leagues


def _schedule(spec: LeagueSpec) -> Schedule:
    try:
        return solve(spec, 1, 30, stop=lambda: True).schedule
    except (InfeasibleLeague, OutOfTime):
        reject()


def _mishap(draw: st.DrawFn, spec: LeagueSpec, games: Sequence[Game]) -> Disruption:
    days = sorted({game.date for game in games})
    one = st.sampled_from(days)
    rain = [RainedOff(date=draw(one), venue=draw(st.sampled_from([None, "Park"])))] * draw(st.integers(0, 1))
    lost = [LostVenue(venue="Lane", since=days[0], until=draw(one))] * draw(st.integers(0, 1))
    gone = [draw(st.sampled_from(spec.teams)).name] * draw(st.integers(0, 1))
    try:
        return read(spec, rain, lost, gone, draw(st.sampled_from([None, days[len(days) // 2]])), BEFORE)
    except BadDisruption:
        reject()


@examples(30)
@given(leagues(weeks=(4, 7)), st.data(), st.booleans())
def test_a_repair_keeps_every_rule_and_tells_every_change(
    spec: LeagueSpec, data: st.DataObject, cancel: bool
) -> None:
    games = _schedule(spec).games
    happened = data.draw(st.composite(_mishap)(spec, games))
    try:
        repair = repaired(spec, games, happened, cancel_if_needed=cancel)
    except NothingToRepair:
        reject()
    except InfeasibleLeague:
        return
    assert validate(repair.league, repair.schedule.games).violations == []
    assert LeagueSpec.model_validate(repair.league.model_dump()) == repair.league
    _check_changes(repair, games, happened.from_date)


def _check_changes(repair: Repair, games: Sequence[Game], from_date: dt.date) -> None:
    before, after = Counter(map(repr, games)), Counter(map(repr, repair.schedule.games))
    kinds = Counter(one.kind for one in repair.changes)
    moved = kinds["moved"] + kinds["swapped sides"]
    assert (before - after).total() == moved + kinds["canceled"]
    assert (after - before).total() == moved + kinds["added"]
    assert kinds["moved"] == repair.affected + repair.beyond or kinds["canceled"]
    new = {one.after.date for one in repair.changes if one.after and one.kind != "canceled"}
    assert all(date >= from_date for date in new)
