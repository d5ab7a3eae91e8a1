"""What the made-up odds are like: everything that makes real ones hard to read is in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.sandbox.conftest import HOUR, NOW, Sandbox

ALL = "us,us2,us_ex,uk,eu,fr,se,au"
SPORTS = (
    "americanfootball_nfl", "aussierules_afl", "baseball_mlb", "basketball_euroleague", "basketball_nba",
    "icehockey_nhl", "rugbyleague_nrl", "soccer_efl_champ", "soccer_epl", "soccer_france_ligue_one",
    "soccer_germany_bundesliga", "soccer_italy_serie_a", "soccer_spain_la_liga", "soccer_usa_mls",
)  # fmt: skip


def odds(sandbox: Sandbox, sport: str, regions: str = ALL) -> list[dict[str, Any]]:
    events = sandbox.get(f"/sports/{sport}/odds", regions=regions, markets="h2h,spreads,totals")
    assert isinstance(events, list)
    return events


def markets(events: list[dict[str, Any]], key: str) -> list[tuple[Any, Any, Any]]:
    """Event, book and market, for all markets of a kind."""
    return [
        (event, book, market)
        for event in events
        for book in event["bookmakers"]
        for market in book["markets"]
        if market["key"] == key
    ]


def begun(event: dict[str, Any], now: float = NOW) -> bool:
    return datetime.fromisoformat(event["commence_time"]).timestamp() <= now


def test_the_same_time_gives_the_same_and_so_does_another_process(
    make_sandbox: Callable[..., Sandbox],
) -> None:
    one, other = make_sandbox(), make_sandbox(now=NOW + 20)
    assert odds(one, "basketball_nba") == odds(other, "basketball_nba")
    other.now = NOW + 24 * HOUR
    odds(other, "basketball_nba")
    other.now = NOW
    assert odds(one, "basketball_nba") == odds(other, "basketball_nba")


def test_another_seed_is_another_world(make_sandbox: Callable[..., Sandbox]) -> None:
    one, other = make_sandbox(seed=1), make_sandbox(seed=2)
    ids = [{event["id"] for event in odds(each, "soccer_epl")} for each in (one, other)]
    assert not ids[0] & ids[1]


def test_prices_move_and_updates_never_go_back(sandbox: Sandbox) -> None:
    def state() -> dict[tuple[str, str], tuple[str, Any]]:
        found = markets(odds(sandbox, "basketball_nba"), "h2h")
        return {
            (event["id"], book["key"]): (market["last_update"], market["outcomes"])
            for event, book, market in found
            if not begun(event, NOW + 600)
        }

    before, changed = state(), 0
    for step in range(1, 6):
        sandbox.now = NOW + 120 * step
        after = state()
        for key in before.keys() & after.keys():
            assert after[key][0] >= before[key][0]
            changed += after[key][1] != before[key][1]
            if after[key][0] == before[key][0]:
                assert after[key][1] == before[key][1]
        before = after
    assert changed > 50


@pytest.mark.parametrize("sport", SPORTS)
def test_every_sport_has_events_and_books_as_many_as_in_life(sandbox: Sandbox, sport: str) -> None:
    events = odds(sandbox, sport)
    assert 5 <= len(events) <= 60
    assert len({event["id"] for event in events}) == len(events)
    nearest = min(event["commence_time"] for event in events if not begun(event))
    sandbox.now = datetime.fromisoformat(nearest).timestamp() - HOUR
    assert 60 <= max(len(event["bookmakers"]) for event in odds(sandbox, sport)) <= 85
    assert 25 <= max(len(event["bookmakers"]) for event in odds(sandbox, sport, "us,eu")) <= 45


@pytest.mark.parametrize("sport", SPORTS)
def test_every_price_is_one_and_every_market_keeps_something_for_the_book(
    sandbox: Sandbox, sport: str
) -> None:
    events = odds(sandbox, sport)
    for key in ("h2h", "spreads", "totals"):
        found = markets(events, key)
        assert found
        for _event, book, market in found:
            prices = [outcome["price"] for outcome in market["outcomes"]]
            assert all(1.01 <= price <= 1000 for price in prices)
            assert 0 < sum(1 / price for price in prices) - 1 < 0.25, (book["key"], market)


@pytest.mark.parametrize("sport", SPORTS)
def test_points_are_opposite_in_spreads_and_equal_in_totals(sandbox: Sandbox, sport: str) -> None:
    events = odds(sandbox, sport)
    for event, _book, market in markets(events, "spreads"):
        one, other = market["outcomes"]
        assert {one["name"], other["name"]} == {event["home_team"], event["away_team"]}
        assert one["point"] == -other["point"]
        assert "-0.0" not in str((one["point"], other["point"]))
    for _event, _book, market in markets(events, "totals"):
        assert [outcome["name"] for outcome in market["outcomes"]] == ["Over", "Under"]
        assert len({outcome["point"] for outcome in market["outcomes"]}) == 1


def test_books_draw_their_lines_at_different_points(sandbox: Sandbox) -> None:
    for sport, key in (("basketball_nba", "spreads"), ("basketball_nba", "totals"), ("soccer_epl", "totals")):
        lines: dict[str, Counter[float]] = {}
        for event, _book, market in markets(odds(sandbox, sport), key):
            point = abs(market["outcomes"][0]["point"])
            lines.setdefault(event["id"], Counter())[point] += 1
        assert sum(len(points) > 1 for points in lines.values()) > len(lines) / 2


def test_home_comes_first_in_about_half_and_the_draw_comes_last(sandbox: Sandbox) -> None:
    first = Counter()
    for sport in SPORTS:
        for event, _book, market in markets(odds(sandbox, sport), "h2h"):
            names = [outcome["name"] for outcome in market["outcomes"]]
            first[names[0] == event["home_team"]] += 1
            assert "Draw" not in names[:2]
    assert 0.35 < first[True] / first.total() < 0.65


def test_ice_hockey_mixes_markets_of_two_and_of_three_ways(sandbox: Sandbox) -> None:
    ways = Counter(
        len(market["outcomes"]) for _e, _b, market in markets(odds(sandbox, "icehockey_nhl"), "h2h")
    )
    assert set(ways) == {2, 3}
    assert min(ways.values()) > 20
    football = {len(market["outcomes"]) for _e, _b, market in markets(odds(sandbox, "soccer_epl"), "h2h")}
    assert football == {3}


def test_exchanges_ask_more_of_layers_than_they_pay_backers(sandbox: Sandbox) -> None:
    events = odds(sandbox, "basketball_nba")
    back = {(event["id"], book["key"]): market for event, book, market in markets(events, "h2h")}
    lays = markets(events, "h2h_lay")
    assert {book["key"] for _e, book, _m in lays} >= {"betfair_ex_uk", "smarkets", "matchbook"}
    for event, book, market in lays:
        pairs = zip(back[event["id"], book["key"]]["outcomes"], market["outcomes"], strict=True)
        for backed, laid in pairs:
            assert backed["name"] == laid["name"]
            assert backed["price"] < laid["price"]


def test_games_that_are_being_played_are_in_the_feed(sandbox: Sandbox) -> None:
    live = [event for event in odds(sandbox, "icehockey_nhl") if begun(event)]
    assert live
    assert all(event["bookmakers"] for event in live[:1])
    sandbox.now = NOW + 6 * HOUR
    still = {event["id"] for event in odds(sandbox, "icehockey_nhl")}
    assert not still & {event["id"] for event in live}  # over by then


def test_pinnacle_is_missing_for_some_events_of_some_sports(sandbox: Sandbox) -> None:
    def share(sport: str) -> float:
        events = [event for event in odds(sandbox, sport) if len(event["bookmakers"]) > 60]
        return sum("pinnacle" in {b["key"] for b in event["bookmakers"]} for event in events) / len(events)

    assert 0.2 < share("baseball_mlb") < 0.8
    assert share("basketball_nba") > 0.9


def test_some_prices_are_stale_and_no_update_lies_in_the_future(sandbox: Sandbox) -> None:
    ages = [
        NOW - datetime.fromisoformat(book["last_update"]).timestamp()
        for sport in SPORTS
        for event in odds(sandbox, sport)
        for book in event["bookmakers"]
    ]
    assert min(ages) >= 0
    assert max(ages) <= 3 * HOUR
    assert 0.005 < sum(age > 300 for age in ages) / len(ages) < 0.05


def test_far_events_have_few_books(sandbox: Sandbox) -> None:
    events = odds(sandbox, "soccer_epl")
    assert len(events[-1]["bookmakers"]) < 30 < len(events[2]["bookmakers"])
