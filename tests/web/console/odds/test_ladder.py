from __future__ import annotations

import pytest

from jobs.odds.model import METHODS, Line, Reference
from tests.web.console.odds.bets import SHARP, book_price, evs, line, opportunity
from web.console.odds.ladder import MarketLadders, ladders, reasons


def build(*lines: Line, **more: object) -> list[MarketLadders]:
    return ladders(lines, "Hawks", "Bulls", "power", **more)  # type: ignore[arg-type]


HAWKS = line(
    "Hawks",
    book_price("draftkings", 2.1, 5.0),
    book_price("pinnacle", 1.95),
    book_price("fanduel", 2.2, why_not="stale"),
    book_price("betway", 2.0, 0.0),
)


def test_a_ladder_has_the_best_price_first_and_what_is_left_out_last() -> None:
    (market,) = build(HAWKS)
    ladder = market.groups[0].ladders[0]
    assert [one.price.book for one in ladder.rungs] == ["draftkings", "betway", "pinnacle", "fanduel"]
    assert (ladder.used, ladder.positive) == (3, 1)
    assert ladder.best is not None
    assert ladder.best.price == 2.1
    assert reasons([market]) == {"stale": 1}


def test_the_book_that_sets_the_fair_price_is_marked_and_a_consensus_marks_none() -> None:
    consensus = Reference("consensus", ("betway", "pinnacle"), 10.0, 2)
    for reference, marked in ((SHARP, ["pinnacle"]), (consensus, [])):
        (market,) = build(line("Hawks", *HAWKS.prices, reference=reference))
        rungs = market.groups[0].ladders[0].rungs
        assert [one.price.book for one in rungs if one.reference] == marked


def test_each_method_has_its_fair_price_and_ev() -> None:
    fair = dict(zip(METHODS, (0.5, 0.49, 0.48, 0.47), strict=True))
    (market,) = build(line("Hawks", book_price("draftkings", 2.1, 0.8), fair_by_method=fair))
    ladder = market.groups[0].ladders[0]
    assert ladder.fair == {name: pytest.approx(1 / share) for name, share in fair.items()}
    assert ladder.rungs[0].evs["power"] == pytest.approx(0.8)
    assert ladder.rungs[0].evs["multiplicative"] == pytest.approx(2.1 * 0.5 * 100 - 100)


def test_the_engines_ev_counts_where_a_book_is_judged_by_the_others() -> None:
    (market,) = build(line("Hawks", book_price("draftkings", 2.1, 6.0)))
    assert market.groups[0].ladders[0].rungs[0].evs == dict.fromkeys(METHODS, pytest.approx(6.0))


def test_a_price_without_a_fair_one_has_no_ev() -> None:
    few = line("Hawks", book_price("betway", 2.1), fair_by_method={}, reference=None)
    ladder = build(few)[0].groups[0].ladders[0]
    assert (ladder.fair, ladder.rungs[0].evs) == ({}, {})


def test_an_opportunity_is_found_on_its_ladder() -> None:
    listed = opportunity(ev=5.0, price=2.1)
    rungs = build(HAWKS, listed=[listed])[0].groups[0].ladders[0].rungs
    assert [one.listed for one in rungs] == [listed, None, None, None]
    assert rungs[0].evs == evs(5.0)


def test_a_winner_with_a_draw_is_not_taken_for_one_without() -> None:
    three = line("Hawks", book_price("draftkings", 2.5, 4.0), ways=3)
    listed = opportunity(ev=4.0, price=2.5)
    (market,) = build(HAWKS, three, listed=[listed])
    assert [one.name for one in market.groups] == ["without a draw", "with a draw"]
    found = [rung.listed for group in market.groups for rung in group.ladders[0].rungs[:1]]
    assert found == [None, listed]


def test_lines_are_grouped_by_the_home_teams_handicap_and_by_the_total() -> None:
    def at(outcome: str, point: float, market: str, books: int = 1) -> Line:
        rungs = [book_price(f"book{number}", 1.9, -5.0) for number in range(books)]
        return line(outcome, *rungs, point=point, market=market)

    spreads, totals = build(
        at("Under", 221.5, "totals"), at("Bulls", 3.5, "spreads"), at("Hawks", 4.5, "spreads"),
        at("Hawks", -3.5, "spreads", books=3), at("Over", 221.5, "totals"), at("Bulls", -4.5, "spreads"),
    )  # fmt: skip
    assert (spreads.name, totals.name) == ("Spread", "Total")
    assert [one.name for one in spreads.groups] == ["Hawks -3.5", "Hawks +4.5"]
    assert [ladder.name for ladder in spreads.groups[0].ladders] == ["Hawks -3.5", "Bulls +3.5"]
    assert [one.main for one in spreads.groups] == [True, False]
    assert totals.groups[0].name == ""  # the only one needs no name
    assert [ladder.name for ladder in totals.groups[0].ladders] == ["Over 221.5", "Under 221.5"]


def test_home_stands_before_the_draw_and_away() -> None:
    outcomes = [line(name, book_price("betway", 3.0, -2.0), ways=3) for name in ("Draw", "Bulls", "Hawks")]
    (market,) = build(*outcomes)
    assert [one.line.outcome for one in market.groups[0].ladders] == ["Hawks", "Draw", "Bulls"]


def test_an_event_without_lines_has_no_ladders() -> None:
    assert build() == []
