"""The engine as a whole: its ladders, its counts, and what it does with nothing or too much."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

import pytest

from jobs.odds.analyse import analyse
from jobs.odds.model import Policy
from tests.jobs.odds.feed import (
    AWAY,
    HOME,
    NOW,
    Wire,
    event,
    everything,
    h2h,
    judged,
    line,
    market,
    opportunity,
    spread,
    total,
)

BOOKS: dict[str, Wire | list[Wire]] = {
    "pinnacle": [h2h(2.0, 2.0), spread(-1.5, 2.0, 2.0), total(5.5, 2.0, 2.0)],
    "soft": [h2h(2.1, 1.8), spread(-1.5, 2.02, 1.9), total(6.0, 1.9, 1.9)],
    "gone": [h2h(2.5, 1.01), market("h2h_lay", h2h(2.0, 2.0)["outcomes"])],
    "slow": [h2h(1.95, 1.9, seconds_ago=9_000)],
}


def test_a_ladder_shows_the_best_price_first_and_what_takes_no_part_last() -> None:
    rungs = line(judged(BOOKS), HOME).prices
    assert [(rung.book, rung.price, rung.used, rung.why_not) for rung in rungs] == [
        ("soft", 2.1, True, None),
        ("pinnacle", 2.0, True, None),
        ("gone", 2.5, False, "suspended"),
        ("slow", 1.95, False, "stale"),
    ]
    assert [rung.ev_percent for rung in rungs] == [pytest.approx(5.0), None, None, None]
    assert rungs[0].book_title == "Soft"
    assert rungs[3].updated_at == NOW - timedelta(seconds=9_000)


def test_the_lines_of_an_event_come_by_market_point_and_outcome() -> None:
    lines = judged(BOOKS).lines["a" * 32]
    assert [(one.market, one.outcome, one.point) for one in lines] == [
        ("h2h", HOME, None),
        ("h2h", AWAY, None),
        ("spreads", HOME, -1.5),
        ("spreads", AWAY, 1.5),
        ("totals", "Over", 5.5),
        ("totals", "Under", 5.5),
        ("totals", "Over", 6.0),
        ("totals", "Under", 6.0),
    ]


def test_an_outcome_that_a_book_does_not_show_is_no_rung() -> None:
    found = judged({"a": h2h(1.9, 2.0), "b": h2h(1.9, None)})
    assert [rung.book for rung in line(found, AWAY).prices] == ["a"]


def test_sports_are_counted_one_by_one() -> None:
    two = event(BOOKS), event({"soft": h2h(1.9, 1.9)}, event_id="b" * 32, sport_key="soccer_made_up")
    begun = event(BOOKS, event_id="c" * 32, commence_time="2026-04-16T18:00:00Z")
    counts = analyse([*two, begun], Policy(), NOW).counts
    hockey, soccer = counts["icehockey_made_up"], counts["soccer_made_up"]
    assert (hockey.events, hockey.in_play, hockey.books, hockey.prices) == (2, 1, 4, 12)
    assert hockey.dropped == {"in_play": 18, "lay": 2, "stale": 2, "suspended": 2}
    assert (hockey.positive, hockey.above_two, hockey.listed) == (2, 1, 2)
    assert (soccer.events, soccer.prices, soccer.positive) == (1, 2, 0)


def test_what_is_positive_is_counted_whatever_is_listed() -> None:
    count = judged(BOOKS, Policy(min_ev_percent=3.0)).counts["icehockey_made_up"]
    assert (count.positive, count.above_two, count.listed) == (2, 1, 1)


def test_nothing_makes_nothing() -> None:
    for events in ([], [event({})], [event({"a": market("h2h", [])})]):
        found = analyse(events, Policy(), NOW)
        assert (found.opportunities, found.arbitrages, found.middles, dict(found.lines)) == ([], [], [], {})
        assert found.at == NOW


def test_of_two_events_with_one_id_the_first_counts() -> None:
    one, other = event(BOOKS), event({"pinnacle": h2h(2.0, 2.0), "soft": h2h(2.4, 1.6)})
    assert analyse([one, other], everything(), NOW) == analyse([one], everything(), NOW)


def test_events_do_not_see_each_other() -> None:
    one = event(BOOKS)
    other = event({"pinnacle": h2h(1.5, 3.0), "soft": h2h(1.6, 2.4)}, event_id="b" * 32)
    apart = [analyse([each], everything(), NOW) for each in (one, other)]
    together = analyse([one, other], everything(), NOW)
    assert together.lines == {**apart[0].lines, **apart[1].lines}
    found = {each.id: each for part in apart for each in part.opportunities}
    assert {each.id: each for each in together.opportunities} == found


def test_all_numbers_are_plain_so_that_they_can_be_written_as_json() -> None:
    found = judged(BOOKS | {"b": total(5.5, 2.2, 1.9), "c": total(6.5, 1.9, 2.2), "d": h2h(2.0, 2.3)})
    assert found.arbitrages
    assert found.middles
    parts = [*found.opportunities, *found.arbitrages, *found.middles, *found.lines["a" * 32]]
    kinds: set[str] = set()
    for part in [*parts, *found.counts.values()]:
        kinds |= _kinds(asdict(part))
    assert kinds <= {"str", "float", "int", "bool", "NoneType", "datetime"}


def _kinds(part: object) -> set[str]:
    if isinstance(part, dict):
        return {kind for key, value in part.items() for kind in _kinds(key) | _kinds(value)}
    if isinstance(part, list | tuple):
        return {kind for value in part for kind in _kinds(value)}
    return {type(part).__name__}


def test_the_engine_changes_nothing_that_it_was_given() -> None:
    given = event(BOOKS)
    analyse([given], everything(), NOW)
    assert given == event(BOOKS)
    assert opportunity(analyse([given], everything(), NOW), "soft", HOME).price == 2.1
