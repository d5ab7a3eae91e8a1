"""Writers of the record take turns, and a reader need not wait for them."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select

from jobs.odds.tables import OddsEvent
from jobs.odds.writing import writing
from longshore.storage import session_scope
from tests.support.odds import before, event_id

pytestmark = pytest.mark.usefixtures("database")
WRITERS = 8


def _event(number: int) -> OddsEvent:
    return OddsEvent(
        source="live", event_id=event_id(number), sport="basketball_nba", home_team="Ants",
        away_team="Bees", commence_time=before(0), looked_at=before(9),
    )  # fmt: skip


def _count() -> int:
    with session_scope() as session:
        return session.scalar(select(func.count()).select_from(OddsEvent)) or 0


def test_a_writer_sees_all_that_those_before_it_have_written() -> None:
    """Each adds the event whose number is how many there are: two at once would add the same."""
    together, faults = threading.Barrier(WRITERS), list[Exception]()

    def add() -> None:
        together.wait(10)
        try:
            with writing() as session:
                there = session.scalar(select(func.count()).select_from(OddsEvent)) or 0
                session.add(_event(there))
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=add) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (faults, _count()) == ([], WRITERS)


def test_what_fails_leaves_nothing_and_gives_up_its_turn() -> None:
    with pytest.raises(RuntimeError, match="halfway"):
        _write_and_fail()
    assert _count() == 0
    with writing() as session:
        session.add(_event(1))
    assert _count() == 1


def _write_and_fail() -> None:
    with writing() as session:
        session.add(_event(1))
        session.flush()
        raise RuntimeError("halfway")


def test_a_reader_does_not_wait() -> None:
    with writing() as session:
        session.add(_event(1))
        session.flush()
        assert _count() == 0
