"""An event's page, as a browser gets it."""

from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient

from jobs.odds.model import Reference
from tests.web.console.conftest import HTML, Page
from tests.web.console.odds.bets import (
    EVENT,
    HOSTILE,
    NOW,
    arbitrage,
    book_price,
    line,
    middle,
    opportunity,
)
from tests.web.console.odds.conftest import Show
from tests.web.console.pages import Element

PATH = f"/odds/events/{EVENT}"
HAWKS = line(
    "Hawks",
    book_price("draftkings", 2.1, 5.0),
    book_price("pinnacle", 1.95),
    book_price("fanduel", 2.2, why_not="stale"),
    book_price("betway", 2.05, why_not="suspended"),
)
BULLS = line("Bulls", book_price("draftkings", 1.8, -10.0), book_price("pinnacle", 1.95))


def rungs(page: Element, number: int = 0) -> list[str]:
    table = page.all("table", class_="ladder")[number]
    return [" ".join(row.text.split()[:2]) for row in table.one("tbody").all("tr")]


def test_the_ladder_has_all_books_best_first_with_the_fair_price_above(page: Page, show: Show) -> None:
    show([opportunity(ev=5.0)], lines=[BULLS, HAWKS])
    shown = page(PATH)
    assert shown.one("h1").text == "Hawks v Bulls"
    assert rungs(shown) == [
        "Fair price",
        "DraftKings 2.10",
        "Pinnacle reference",
        "FanDuel stale",
        "Betway suspended",
    ]
    assert rungs(shown, 1)[1] == "Pinnacle reference"
    table = shown.all("table", class_="ladder")[0]
    assert table.one("caption").text == "Hawks fair price by Pinnacle"
    fair, best = table.one("tbody").all("tr")[:2]
    assert [one.text for one in fair.all("td")][1:5] == ["2.00"] * 4
    assert [one.text for one in best.all("td")][1:5] == ["+4.6", "+4.8", "+5.0", "+5.2"]


def test_each_method_has_a_column_and_the_one_that_counts_is_said(page: Page, show: Show) -> None:
    show([opportunity()], lines=[HAWKS])
    shown = page(PATH)
    heads = shown.all("table", class_="ladder")[0].one("thead").all("tr")[1].all("th")
    assert [one.text for one in heads] == ["Mult.", "Add.", "Power", "Shin"]
    assert [one.text for one in heads if one.has({"class": "ours"})] == ["Power"]
    assert "Power is the one that counts for the list" in shown.one("section", class_="reading").text


def test_what_is_left_out_says_why(page: Page, show: Show) -> None:
    show([opportunity()], lines=[HAWKS])
    reading = page(PATH).one("section", class_="reading").text
    assert "stale 1 price takes no part: the upstream has not seen it for longer" in reading
    assert "suspended 1 price takes no part: the book does not take this bet now" in reading


def test_a_consensus_is_named_and_so_is_the_lack_of_a_fair_price(page: Page, show: Show) -> None:
    consensus = Reference("consensus", ("betway", "fanduel"), 30.0, 2)
    few = line(
        "Over", book_price("betway", 1.9), market="totals", point=220.5, fair_by_method={}, reference=None
    )
    show([opportunity()], lines=[line("Hawks", *HAWKS.prices, reference=consensus), few])
    captions = [one.text for one in page(PATH).all("caption")]
    assert captions == ["Hawks fair price by consensus of 2", "Over 220.5 too few books for a fair price"]


def test_the_main_line_is_open_and_the_others_can_be_opened(page: Page, show: Show) -> None:
    def total(point: float, books: int) -> list[object]:
        some = [book_price(f"book{number}", 1.9, -5.0) for number in range(books)]
        return [line(name, *some, market="totals", point=point) for name in ("Over", "Under")]

    show([opportunity()], lines=[*total(219.5, 1), *total(221.5, 3), HAWKS, BULLS])
    details = page(PATH).all("details")
    assert [("open" in one.attributes, one.one("summary").one("strong").text) for one in details] == [
        (True, "Best prices"),
        (False, "219.5"),
        (True, "221.5"),
    ]


def test_its_own_arbitrages_and_middles_are_shown_with_stakes(page: Page, show: Show) -> None:
    other = arbitrage("Rams", event_id="f" * 32)
    show([opportunity()], lines=[HAWKS], arbitrages=[arbitrage(), other], middles=[middle()])
    shown = page(PATH)
    tables = shown.all("table", class_="pairs")
    assert [len(one.one("tbody").all("tr")) for one in tables] == [1, 1]
    assert "49.40 on Over 218.5 at DraftKings 2.10" in tables[1].text
    assert "1 arbitrage, 1 middle" in shown.text


def test_prices_are_written_as_the_reader_likes_them(page: Page, show: Show) -> None:
    show([opportunity()], lines=[HAWKS])
    shown = page(f"{PATH}?prices=american")
    assert rungs(shown)[1] == "DraftKings +110"
    assert shown.one("nav", aria_label="Prices").all("a")[0].attributes["href"] == PATH


def test_a_game_that_has_begun_says_so(page: Page, show: Show) -> None:
    show([opportunity()], lines=[HAWKS], commence_time=NOW - timedelta(minutes=3))
    assert "This game has begun" in page(PATH).text


def test_an_unknown_event_has_a_page_that_says_so(page: Page, show: Show) -> None:
    assert "do not have this event" in page(PATH, 404).one("p", class_="lead").text
    show([opportunity()], lines=[HAWKS])
    assert "do not have this event" in page("/odds/events/none", 404).one("p", class_="lead").text


def test_what_the_upstream_says_stays_text(client: FlaskClient, show: Show) -> None:
    bad = line(HOSTILE, book_price(HOSTILE, 2.0, 0.0), book_price("x", 2.0, why_not=HOSTILE))
    show([opportunity(HOSTILE, HOSTILE)], lines=[bad], home=HOSTILE, away=HOSTILE)
    assert HOSTILE not in client.get(PATH, headers=HTML).text
