"""What The Odds API answers is read part by part, and what is wrong costs no more than itself."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import pytest

from jobs.odds import wire
from jobs.odds.analyse import analyse
from jobs.odds.model import BookMarket, Event, Policy
from longshore.errors import LongshoreError
from tests.jobs.odds.feed import AWAY, HOME, NOW, Wire, h2h, spread, total, wire_event, wire_time

ROUNDS = 40


def _read(event: Wire) -> tuple[Event, list[str]]:
    parsed = wire.parse([event])
    return parsed.events[0], parsed.faults


def _market(event: Event, book: str = "sharp") -> BookMarket:
    return next(market for market in event.markets if market.book == book)


def _two_books() -> Wire:
    return wire_event({"sharp": h2h(1.9, 2.0), "soft": h2h(1.8, 2.1)})


def _first(event: Wire) -> Wire:
    """The first outcome of the first book's first market."""
    outcome: Wire = event["bookmakers"][0]["markets"][0]["outcomes"][0]
    return outcome


def test_an_event_is_read_with_its_books_markets_and_prices() -> None:
    event, faults = _read(wire_event({"sharp": [h2h(1.9, 2.0), spread(-3.5, 1.91, 1.95)]}))
    assert (event.sport, event.home, event.away) == ("icehockey_made_up", HOME, AWAY)
    assert event.commence_time == datetime(2026, 4, 16, 20, 0, tzinfo=UTC)
    assert [(one.book, one.title, one.market) for one in event.markets] == [
        ("sharp", "Sharp", "h2h"),
        ("sharp", "Sharp", "spreads"),
    ]
    points = [(one.name, one.price, one.point) for one in event.markets[1].outcomes]
    assert points == [(HOME, 1.91, -3.5), (AWAY, 1.95, 3.5)]
    assert event.markets[0].updated_at == datetime(2026, 4, 16, 18, 59, tzinfo=UTC)
    assert faults == []


@pytest.mark.parametrize("payload", [{"message": "no"}, None, "odds", 3, True])
def test_what_is_no_list_is_refused_with_words_that_say_what_came(payload: object) -> None:
    with pytest.raises(wire.UnreadableOdds, match="list of events") as refused:
        wire.parse(payload)
    assert isinstance(refused.value, LongshoreError)


def test_an_empty_list_is_no_fault() -> None:
    assert wire.parse([]) == wire.Parsed([], [])


@pytest.mark.parametrize("price", ["1.9", None, True, 0.99, -110, float("nan"), float("inf"), 10**400, [1.9]])
def test_a_wrong_price_costs_its_outcome_alone(price: object) -> None:
    given = _two_books()
    _first(given)["price"] = price
    event, faults = _read(given)
    assert [outcome.name for outcome in _market(event).outcomes] == [AWAY]
    assert len(_market(event, "soft").outcomes) == 2
    assert len(faults) == 1
    assert faults[0].startswith(f"event {event.id}, sharp, h2h, outcome 1: price is ")


@pytest.mark.parametrize("point", ["-3.5", True, float("nan"), 10**400, {}])
def test_a_wrong_point_costs_its_outcome_alone(point: object) -> None:
    given = wire_event({"sharp": spread(-3.5, 1.9, 1.9)})
    _first(given)["point"] = point
    event, [fault] = _read(given)
    assert [outcome.name for outcome in _market(event).outcomes] == [AWAY]
    assert "point" in fault


@pytest.mark.parametrize("name", [None, 3, "", "x" * 201, "Har\x00bour", "Har\ud800bour", ["Harbour"]])
def test_a_wrong_name_costs_its_outcome_alone(name: object) -> None:
    given = _two_books()
    _first(given)["name"] = name
    event, [fault] = _read(given)
    assert len(_market(event).outcomes) == 1
    assert "name is" in fault
    fault.encode()


def test_letters_of_any_language_are_a_name() -> None:
    given = wire_event({"sharp": h2h(1.9, 2.0)}, home_team="Málaga\u00a0CF 北京")
    assert _read(given)[0].home == "Málaga\u00a0CF 北京"


@pytest.mark.parametrize("outcomes", [None, {}, "two", 2])
def test_a_market_without_a_list_of_outcomes_is_left_out(outcomes: object) -> None:
    given = _two_books()
    given["bookmakers"][0]["markets"][0]["outcomes"] = outcomes
    event, [fault] = _read(given)
    assert [market.book for market in event.markets] == ["soft"]
    assert "sharp, market 1: outcomes is" in fault


@pytest.mark.parametrize("book", [None, [], {"title": "No key", "markets": []}, {"key": 7, "markets": []}])
def test_a_book_without_a_key_is_left_out(book: object) -> None:
    given = _two_books()
    given["bookmakers"][0] = book
    event, [fault] = _read(given)
    assert [market.book for market in event.markets] == ["soft"]
    assert "bookmaker 1" in fault


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", None),
        ("id", 12),
        ("sport_key", None),
        ("home_team", None),
        ("away_team", 0),
        ("commence_time", "tomorrow"),
        ("commence_time", 1776366000),
        ("commence_time", "2026-04-16T20:00:00"),
        ("commence_time", "9999-12-31T23:59:59-14:00"),
    ],
)
def test_an_event_without_what_makes_it_one_is_left_out(name: str, value: object) -> None:
    parsed = wire.parse([_two_books() | {name: value}, wire_event({}, event_id="b" * 32)])
    assert [event.id for event in parsed.events] == ["b" * 32]
    assert len(parsed.faults) == 1
    assert parsed.faults[0].startswith("event 1: ")
    assert name in parsed.faults[0]


def test_a_second_event_of_the_same_id_is_left_out() -> None:
    parsed = wire.parse([_two_books(), _two_books()])
    assert len(parsed.events) == 1
    assert "event 2: has the id" in parsed.faults[0]


def test_a_market_without_a_time_has_its_books() -> None:
    given = _two_books()
    del given["bookmakers"][0]["markets"][0]["last_update"]
    given["bookmakers"][0]["last_update"] = wire_time(300)
    given["bookmakers"][1]["markets"][0]["last_update"] = 5
    event, [fault] = _read(given)
    assert _market(event).updated_at == datetime(2026, 4, 16, 18, 55, tzinfo=UTC)
    assert _market(event, "soft").updated_at == datetime(2026, 4, 16, 18, 59, tzinfo=UTC)
    assert "last_update is 5" in fault


def test_the_closest_link_is_the_outcomes() -> None:
    given = wire_event({"sharp": [h2h(1.9, 2.0), total(5.5, 1.9, 1.9)]})
    book = given["bookmakers"][0]
    book["link"], book["markets"][0]["link"] = "https://book.example", "https://book.example/game"
    _first(given)["link"] = "https://book.example/game/home"
    event, _ = _read(given)
    links = [outcome.link for market in event.markets for outcome in market.outcomes]
    assert links == [
        "https://book.example/game/home",
        "https://book.example/game",
        "https://book.example",
        "https://book.example",
    ]


@pytest.mark.parametrize("link", ["javascript:alert(1)", 7, "https://a\nb", "https://" + "x" * 3_000])
def test_a_link_that_is_no_web_address_costs_itself_alone(link: object) -> None:
    given = _two_books()
    _first(given)["link"] = link
    event, [fault] = _read(given)
    assert _market(event).outcomes[0].link is None
    assert _market(event).outcomes[0].price == 1.9
    assert "link" in fault


def test_a_missing_title_is_the_key_and_no_fault() -> None:
    given = _two_books()
    del given["bookmakers"][0]["title"], given["sport_title"]
    event, faults = _read(given)
    assert (_market(event).title, event.sport_title, faults) == ("sharp", "icehockey_made_up", [])


def test_a_suspended_price_of_one_is_read_as_it_is() -> None:
    event, faults = _read(wire_event({"sharp": h2h(1.0, 2.0)}))
    assert (_market(event).outcomes[0].price, faults) == (1.0, [])


def test_faults_are_bounded_and_the_rest_is_counted() -> None:
    parsed = wire.parse([None] * 1_000)
    assert len(parsed.faults) == wire.MOST_FAULTS + 1
    assert parsed.faults[-1] == "and 900 more"


def test_a_fault_stays_short_whatever_came() -> None:
    for raw in ["x" * 10**6, {"k" * 10**6: 1}, [0] * 10**6, 10**5_000, {"id": "x" * 10**6}]:
        assert all(len(fault) < 300 for fault in wire.parse([raw]).faults)


# Any part replaced by anything.


def _places(part: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside: list[tuple[Any, ...]] = [path] if path else []
    pairs = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, value in pairs:
        inside.extend(_places(value, (*path, key)))
    return inside


_RUBBISH: list[Any] = [
    *(
        None,
        True,
        0,
        -1,
        1,
        1e308,
        -0.0,
        10**400,
        float("nan"),
        float("inf"),
        1.91,
        "",
        "x",
        "\ud800",
        "2026",
    ),
    *([], {}, [[]], {"key": {}}, [None], "2026-04-16T19:00:00Z", "9999-12-31T23:59:59-23:59"),
]


def _rubbish(rng: random.Random) -> Any:
    return rng.choice(_RUBBISH)


def _offered(number: int, draw: float | None) -> list[Wire]:
    up = 0.01 * number
    return [h2h(1.9 + up, 2.0 - up, draw), spread(-1.5, 1.9 + up, 1.9), total(5.5, 1.9, 1.9 - up)]


def _mutated(rng: random.Random) -> Any:
    books = ["pinnacle", *"abcdef"]
    payload: Any = [
        wire_event({book: _offered(n, draw) for n, book in enumerate(books[first:])}, event_id=event_id * 32)
        for event_id, draw, first in (("a", None, 0), ("b", 4.0, 1))
    ]
    for _ in range(rng.randint(1, 12)):
        *way, last = rng.choice(_places(payload))
        part = payload
        for step in way:
            part = part[step]
        if rng.random() < 0.3 and isinstance(part, dict):
            del part[last]
        else:
            part[last] = _rubbish(rng)
    return payload


@pytest.mark.parametrize("seed", range(4))
def test_no_mutation_of_an_answer_stops_the_reading_or_the_engine(seed: int) -> None:
    rng, listed = random.Random(seed), 0
    for _ in range(ROUNDS):
        parsed = wire.parse(_mutated(rng))
        found = analyse(parsed.events, Policy(min_ev_percent=-100.0), NOW)
        listed += len(found.opportunities)
        assert len(parsed.faults) <= wire.MOST_FAULTS + 1
        assert all(-100.0 <= one.ev_percent < 1_000.0 for one in found.opportunities)
        "".join([*parsed.faults, *(event.home for event in parsed.events)]).encode()
    assert listed > 10 * ROUNDS  # the engine had something to do


def test_one_wrong_part_leaves_the_rest_as_it_was() -> None:
    rng = random.Random(5)
    whole = {market.book: market for market in _read(_two_books())[0].markets}
    for place in _places(_two_books()["bookmakers"][0]):
        given = _two_books()
        part = given["bookmakers"][0]
        for step in place[:-1]:
            part = part[step]
        part[place[-1]] = _rubbish(rng)
        event, _ = _read(given)
        assert _market(event, "soft") == whole["soft"]
