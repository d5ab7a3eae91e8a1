"""The page of the record, as a browser gets it."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.web.console.conftest import HTML, Page
from tests.web.console.odds import recorded
from tests.web.console.odds.bets import HOSTILE, NOW, opportunity
from tests.web.console.odds.conftest import Show
from tests.web.console.pages import Element

ENOUGH = 24
"""Events of which there is an interval."""


def table(page: Element, title: str) -> list[Element]:
    """The rows of the table under a title."""
    section = next(one for one in page.all("section") if one.all("h2") and one.all("h2")[0].text == title)
    return section.one("tbody").all("tr")


def cells(row: Element) -> dict[str, str]:
    return {one.attributes["data-label"]: one.text for one in row.all("td")}


@pytest.fixture
def filled(database: str) -> None:
    """A record of enough events for intervals."""
    recorded.bets(ENOUGH, NOW)


def test_before_there_is_a_record_the_page_says_how_it_comes(page: Page, database: str) -> None:
    shown = page("/odds/record").one("div", class_="empty")
    assert "Nothing is recorded yet" in shown.text
    assert "once its game has begun" in shown.text


@pytest.mark.usefixtures("filled")
def test_the_whole_is_told_with_intervals(page: Page) -> None:
    shown = page("/odds/record?days=90")
    strip = {one.one("dt").text: one for one in shown.one("dl", class_="strip").all("div")}
    clv = strip["Mean CLV"].all("dd")
    assert clv[0].text == "+2.00 %"
    assert clv[0].has({"class": "good"})
    assert clv[1].text.startswith("+1.")
    assert clv[1].text.endswith(" %")
    assert strip["EV that was promised"].all("dd")[0].text == "+5.0 %"
    assert strip["Beat the closing price"].all("dd")[0].text == "100.0 %"
    assert strip["Won"].all("dd")[0].text == "50.0 %"
    assert "expected 50.0 %" in strip["Won"].text
    assert strip["Return on stakes"].all("dd")[0].text == "+5.0 %"


@pytest.mark.usefixtures("filled")
def test_each_group_has_its_figures_with_drawn_intervals(page: Page) -> None:
    shown = page("/odds/record?days=90")
    (band,) = table(shown, "EV when it was listed")
    assert band.one("th").text == "5 to 10 %"
    figures = cells(band)
    assert figures["bets"] == "48 24 events"
    assert figures["CLV"].startswith("+2.00 % +1.")
    drawn = band.all("svg")
    assert len(drawn) == 2
    assert all(one.attributes["aria-hidden"] == "true" for one in drawn)  # the words beside say the same
    assert drawn[0].one("circle").has({"class": "above"})
    assert len(drawn[1].all("line", class_="expected")) == 1


@pytest.mark.usefixtures("filled")
def test_groups_lead_to_their_own_record_and_back(page: Page) -> None:
    books = table(page("/odds/record?days=90"), "Book")
    assert {one.one("a").text for one in books} == {"Betway", "Fanduel"}
    address = books[0].one("a").attributes["href"]
    assert address == "/odds/record?book=betway&days=90"
    narrowed = page(address)
    assert "24 opportunities on 24 events" in narrowed.one("p", class_="asof").text
    assert [one.one("th").text for one in table(narrowed, "Book")] == ["Betway"]
    assert narrowed.one("p", class_="asof").one("a").attributes["href"] == "/odds/record?days=90"
    assert cells(table(page(address), "Market")[0])["bets"] == "24 24 events"


def test_too_few_events_are_not_enough_yet(page: Page, database: str) -> None:
    recorded.bets(3, NOW)
    shown = page("/odds/record?days=90")
    assert "not enough yet (3 of 20)" in shown.one("dl", class_="strip").text
    row = table(shown, "Sport")[0]
    assert "not enough yet (3 of 20)" in cells(row)["CLV"]
    assert row.all("svg")[0].one("circle").has({"class": "open"})
    assert any("An interval takes 20" in one.text for one in shown.all("li"))


@pytest.mark.usefixtures("filled")
def test_the_chart_is_an_image_with_words_and_a_table_beside(page: Page) -> None:
    shown = page("/odds/record?days=90")
    wide, narrow = shown.all("svg", role="img")
    for drawing, name in ((wide, "wide"), (narrow, "narrow")):
        assert drawing.attributes["aria-labelledby"] == f"{name}-title {name}-text"
        assert drawing.one("title", id=f"{name}-title").text == "Mean closing line value by day"
        assert "The table below has every point" in drawing.one("desc").text
        assert len(drawing.all("circle")) == ENOUGH
    rows = shown.one("details").one("tbody").all("tr")
    assert len(rows) == ENOUGH
    assert rows[0].text.endswith("not enough yet (1 of 20)")


def test_one_day_makes_no_line(page: Page, database: str) -> None:
    recorded.bets(1, NOW)
    shown = page("/odds/record?days=90")
    assert not shown.all("svg", role="img")
    assert "a line takes two days" in shown.text


@pytest.mark.usefixtures("filled")
def test_nothing_of_what_was_asked_for_says_so(page: Page) -> None:
    shown = page("/odds/record?sport=curling&days=7").one("div", class_="empty")
    assert "Nothing is recorded of that" in shown.text
    assert shown.one("a").attributes["href"] == "/odds/record"


@pytest.mark.usefixtures("filled")
def test_what_is_made_up_is_never_shown_with_what_is_real(page: Page, show: Show) -> None:
    show([opportunity()], source="sandbox")
    assert "Nothing is recorded" in page("/odds/record").text
    assert "made-up data (sandbox)" in page("/odds/record").one("p", class_="asof").text
    assert "48 opportunities" in page("/odds/record?source=live&days=90").one("p", class_="asof").text


@pytest.mark.usefixtures("filled")
def test_names_are_those_of_the_newest_odds(page: Page, show: Show) -> None:
    show([opportunity(book="fanduel", book_title="Fan & Duel")])
    shown = page("/odds/record?days=90")
    assert "Fan & Duel" in {one.one("th").text for one in table(shown, "Book")}
    assert table(shown, "Sport")[0].one("th").text == "NBA"
    assert table(shown, "Market")[0].one("th").text == "Winner"


def test_an_address_stays_text(client: FlaskClient, database: str) -> None:
    answer = client.get(
        f"/odds/record?sport={HOSTILE}&book={HOSTILE}&market=x&days=-4&source=y", headers=HTML
    )
    assert answer.status_code == 200
    assert HOSTILE not in answer.text
