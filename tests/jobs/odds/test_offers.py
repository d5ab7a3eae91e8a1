"""What takes part and what does not, and that each price that does not says why."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jobs.odds.analyse import analyse
from jobs.odds.model import Policy
from tests.jobs.odds.feed import AWAY, HOME, NOW, Wire, event, h2h, judged, line, opportunity, total, why_not

STEADY: dict[str, Wire] = {f"steady{n}": h2h(1.90 + n / 100, 1.92 - n / 100) for n in range(6)}


@pytest.mark.parametrize(
    ("offer", "reason"),
    [
        (h2h(1.95, None), "suspended"),
        (h2h(1.95, 1.01), "suspended"),
        (h2h(1.95, 1.0), "suspended"),
        (h2h(1.95, 1.2), "margin"),
        (h2h(3.0, 2.9), "margin"),
        (h2h(1.95, 1.9, seconds_ago=1_801), "stale"),
        (h2h(3.0, 1.4), "outlier"),
        (h2h(1.95, 1.9, seconds_ago=1_799), None),
        (h2h(1.95, 1.9, seconds_ago=-20), None),
    ],
)
def test_an_offer_that_takes_no_part_says_why(offer: Wire, reason: str | None) -> None:
    found = judged(STEADY | {"odd": offer})
    assert why_not(found, HOME)["odd"] == reason
    assert {book for book, why in why_not(found, HOME).items() if why} == ({"odd"} if reason else set())
    dropped = len(offer["outcomes"])
    assert found.counts["icehockey_made_up"].dropped == ({reason: dropped} if reason else {})


def test_what_takes_no_part_is_neither_judged_nor_the_best_price_nor_a_leg() -> None:
    found = judged(STEADY | {"odd": h2h(2.2, 2.1, seconds_ago=7_200)})
    assert "odd" not in {one.book for one in found.opportunities}
    assert opportunity(found, "steady0", HOME).best_price == 1.95
    assert opportunity(found, "steady0", HOME).books_offering == 6
    assert found.arbitrages == []
    assert line(found, HOME).prices[-1].book == "odd"
    assert line(found, HOME).prices[-1].ev_percent is None


def test_a_book_that_pays_back_more_than_it_takes_takes_part() -> None:
    found = judged(STEADY | {"generous": h2h(2.05, 2.05)})
    assert why_not(found, HOME)["generous"] is None
    assert opportunity(found, "generous", HOME).ev_percent > 2


def test_teams_that_a_book_has_mixed_up_are_no_edge() -> None:
    books = {f"book{n}": h2h(1.55 + n / 100, 2.5 - n / 50) for n in range(6)} | {"mixed": h2h(2.5, 1.55)}
    found = judged(books, Policy())
    assert why_not(found, HOME)["mixed"] == "outlier"
    assert found.opportunities == []


def test_few_books_make_no_outlier() -> None:
    found = judged({"pinnacle": h2h(1.55, 2.5), "other": h2h(2.5, 1.55)})
    assert why_not(found, HOME)["other"] is None


def test_a_time_that_is_not_known_is_not_stale() -> None:
    untimed = {name: value for name, value in h2h(2.0, 1.85).items() if name != "last_update"}
    given = event(STEADY | {"untimed": untimed})
    markets = tuple(
        market
        if market.book != "untimed"
        else type(market)("untimed", "Untimed", "h2h", None, market.outcomes)
        for market in given.markets
    )
    changed = type(given)(
        given.id, given.sport, given.sport_title, given.commence_time, given.home, given.away, markets
    )
    found = analyse([changed], Policy(min_ev_percent=-100.0), NOW)
    one = opportunity(found, "untimed", HOME)
    assert one.price_updated_at is None
    assert one.oldest_price_seconds == 60.0


def test_a_time_far_in_the_future_says_nothing_of_the_age() -> None:
    found = judged(STEADY | {"ahead": h2h(1.95, 1.9, seconds_ago=-9_000)})
    assert opportunity(found, "ahead", HOME).oldest_price_seconds == 60.0


def test_how_old_is_too_old_is_the_policys_to_say() -> None:
    books = STEADY | {"slow": h2h(1.95, 1.9, seconds_ago=120)}
    assert why_not(judged(books, Policy(stale_seconds=119.0)), HOME)["slow"] == "stale"
    assert why_not(judged(books, Policy(stale_seconds=121.0)), HOME)["slow"] is None


def test_a_game_that_has_begun_is_left_out_whole() -> None:
    given = event(STEADY | {"sharp": [h2h(9.0, 1.05), total(5.5, 9.0, 1.05)]})
    for now in (given.commence_time, given.commence_time + timedelta(hours=1)):
        found = analyse([given], Policy(min_ev_percent=-100.0), now)
        assert (found.opportunities, found.arbitrages, dict(found.lines)) == ([], [], {})
        count = found.counts["icehockey_made_up"]
        assert (count.events, count.in_play, count.dropped) == (1, 1, {"in_play": 16})


def test_three_way_books_that_lack_a_draw_are_suspended() -> None:
    books = {f"book{n}": h2h(2.5 + n / 50, 2.6, 3.9) for n in range(5)} | {"drawless": h2h(2.5, 2.7)}
    assert why_not(judged(books), AWAY, ways=3)["drawless"] == "suspended"
