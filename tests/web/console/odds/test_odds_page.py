"""The list of opportunities, as a browser gets it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from jobs.odds.model import SportCount
from tests.web.console.conftest import HTML, Page
from tests.web.console.odds.bets import EVENT, HOSTILE, NOW, evs, opportunity
from tests.web.console.odds.conftest import Show
from tests.web.console.pages import Element

SEEN = SportCount(8, 1, 60, 3000, {"stale": 40}, 41, 12, 2)


def rows(page: Element) -> list[Element]:
    return page.one("table", class_="opportunities").one("tbody").all("tr")


def homes(page: Element) -> list[str]:
    return [row.one("th").one("a").text.split(" v ")[0] for row in rows(page)]


def test_before_the_first_refresh_the_page_says_what_to_do(page: Page, admin_page: Page) -> None:
    for path in ("/odds", "/odds/arbitrages"):
        stranger = page(path).one("div", class_="empty")
        assert "flask jobs run odds.refresh_odds_data" in stranger.text
        assert not stranger.all("form")
        admin = admin_page(path).one("div", class_="empty")
        assert "ODDS_API_KEY" in admin.text
        assert admin.one("form").attributes["action"] == "/odds/refresh"


def test_an_opportunity_says_all_that_a_bettor_wants(page: Page, show: Show) -> None:
    show([opportunity(market="spreads", point=3.5, ev_by_method=evs(4.0, step=1.0))])
    (row,) = rows(page("/odds"))
    assert row.one("th").one("a").text == "Hawks v Bulls"
    assert row.one("th").one("a").attributes["href"] == f"/odds/events/{EVENT}"
    assert "data-local" in row.one("th").one("time").attributes
    assert row.one("th").one("time").attributes["datetime"] == (NOW + timedelta(hours=5)).isoformat()
    cells = {one.attributes.get("data-label"): one.text for one in row.all("td")}
    assert cells["price"] == "2.10"
    assert cells["fair"] == "2.02"
    assert cells["EV"] == "+4.0 %"
    assert cells["by method"] == "2.0 to 5.0 %"
    assert cells["stake"] == "0.90 %"
    assert cells["against"] == "Pinnacle"
    assert cells["oldest price"].endswith("ago")
    assert row.one("td", class_="bet").text == "Hawks +3.5 Spread"
    assert row.one("td", class_="book").text == "DraftKings best of 30"


def test_doubts_are_told_in_words(page: Page, show: Show) -> None:
    show(
        [
            opportunity(long_shot=True, price=12.0, ev_by_method=evs(4.0, step=3.0)),
            opportunity("Jets", is_best=False, best_book="fanduel", best_price=2.2, ev=1.0),
        ]
    )
    first, second = rows(page("/odds"))
    assert "long shot" in first.one("td", class_="bet").text
    assert "disputed" in first.one("td", class_="spread").text
    assert second.one("td", class_="book").text == "DraftKings Fanduel has 2.20"


def test_prices_are_written_as_the_reader_likes_them(page: Page, show: Show) -> None:
    show([opportunity()])
    american = page("/odds").one("nav", aria_label="Prices").all("a")[1]
    assert (american.text, american.attributes["href"]) == ("American", "/odds?prices=american")
    shown = page("/odds?prices=american")
    assert rows(shown)[0].one("td", class_="price").text == "+110"
    assert rows(shown)[0].one("th").one("a").attributes["href"].endswith("?prices=american")


def test_columns_are_sorted_by_plain_links(page: Page, show: Show) -> None:
    show([opportunity("A", ev=3.0, price=2.0), opportunity("B", ev=1.0, price=4.0)])
    shown = page("/odds?team=bulls")
    assert homes(shown) == ["A", "B"]
    assert shown.one("th", aria_sort="descending").text == "EV"
    price = shown.one("a", id="by-price").attributes["href"]
    assert price == "/odds?team=bulls&sort=-price"
    assert homes(page(price)) == ["B", "A"]
    assert homes(page(page(price).one("a", id="by-price").attributes["href"])) == ["A", "B"]


def test_the_form_keeps_what_was_chosen(page: Page, show: Show) -> None:
    show(
        [
            opportunity(),
            opportunity("Jets", book="fanduel"),
            opportunity("Rams", sport="nfl", sport_title="NFL"),
        ]
    )
    query = "sport=basketball_nba&book=fanduel&min_ev=2&team=jets&best=yes&sort=age&prices=american"
    shown = page(f"/odds?{query}")
    assert homes(shown) == ["Jets"]
    form = shown.one("form", id="filters")
    assert form.attributes["method"] == "get"
    selected = {one.attributes["value"] for one in form.all("option") if "selected" in one.attributes}
    assert selected == {"basketball_nba", "fanduel"}
    assert form.one("input", name="sort").attributes["value"] == "age"
    assert form.one("input", name="min_ev").attributes["value"] == "2"
    assert form.one("input", name="team").attributes["value"] == "jets"
    assert "checked" in form.one("input", name="best").attributes
    assert form.one("input", name="prices").attributes["value"] == "american"
    assert shown.one("p", id="found").text == "1 of 3 opportunities Clear the filters"
    cleared = shown.one("p", id="found").one("a").attributes["href"]
    assert cleared == "/odds?sort=age&prices=american"


def test_a_choice_that_is_not_there_any_more_stays_chosen(page: Page, show: Show) -> None:
    show([opportunity()])
    shown = page("/odds?sport=soccer_epl&book=betway")
    assert "No opportunity fits these filters" in shown.one("div", class_="empty").text
    selected = [one.attributes["value"] for one in shown.all("option") if "selected" in one.attributes]
    assert selected == ["soccer_epl", "betway"]


def test_a_long_list_has_pages(page: Page, show: Show) -> None:
    show([opportunity(f"T{number:03}", ev=number / 100) for number in range(101)])
    shown = page("/odds?team=t")
    assert "1 to 100 shown" in shown.one("p", id="found").text
    after = shown.one("a", rel="next").attributes["href"]
    assert after == "/odds?team=t&page=2"
    assert homes(page(after)) == ["T000"]
    assert page(after).one("a", rel="prev").attributes["href"] == "/odds?team=t"
    assert homes(page("/odds?page=77")) == ["T000"]


def test_games_that_have_begun_are_no_bets_any_more(page: Page, show: Show) -> None:
    begun = opportunity("Jets", commence_time=NOW - timedelta(minutes=1))
    show([opportunity(), begun])
    shown = page("/odds")
    assert homes(shown) == ["Hawks"]
    assert "1 more are of games that have begun" in shown.one("p", id="found").text


def test_the_head_says_how_old_and_where_from(page: Page, show: Show) -> None:
    show([opportunity()], source="sandbox", failed={"icehockey_nhl": "The key is wrong."})
    state = page("/odds").one("div", id="state")
    assert "made-up data (sandbox)" in state.text
    assert "icehockey_nhl could not be read at the last refresh: The key is wrong." in state.text
    assert "stale" not in state.text.lower()
    show([opportunity()], age=timedelta(hours=3))
    state = page("/odds").one("div", id="state")
    assert "made-up" not in state.text
    assert "These odds are 3 hours old, and should be no older than 15 minutes" in state.text


def test_what_a_refresh_saw_is_told_by_sport_with_the_credits(page: Page, show: Show) -> None:
    show([opportunity()], counts={"basketball_nba": SEEN}, credits="412 credits are enough.")
    shown = page("/odds").one("section", id="sports")
    (row,) = shown.one("tbody").all("tr")
    assert row.text == "NBA 8 1 60 3,000 40 stale 41 12 2"
    assert "412 credits are enough." in shown.text


def test_counts_by_sport_lead_to_the_sport(page: Page, show: Show) -> None:
    show([opportunity(), opportunity("Rams", sport="nfl", sport_title="NFL")])
    links = page("/odds?sort=age").one("dl", class_="sports").all("a")
    assert [(one.text, one.attributes["href"]) for one in links] == [
        ("2", "/odds?sort=age"),
        ("1", "/odds?sport=basketball_nba&sort=age"),
        ("1", "/odds?sport=nfl&sort=age"),
    ]


def test_no_opportunity_at_all_is_an_answer(page: Page, show: Show) -> None:
    show([])
    assert "at its fair price or below" in page("/odds").one("div", class_="empty").text


def test_only_admins_are_offered_a_refresh(page: Page, admin_page: Page, show: Show) -> None:
    show([opportunity()])
    assert not page("/odds").all("form", action="/odds/refresh")
    form = admin_page("/odds").one("form", action="/odds/refresh")
    assert form.one("input", name="csrf_token").attributes["value"]


@pytest.mark.parametrize("query", ["", f"?team={HOSTILE}&sport={HOSTILE}&book={HOSTILE}", "?prices=american"])
def test_what_the_upstream_says_stays_text(page: Page, client: FlaskClient, show: Show, query: str) -> None:
    show(
        [
            opportunity(
                HOSTILE, HOSTILE, sport_title=HOSTILE, book_title=HOSTILE, outcome=HOSTILE,
                link="javascript:alert(1)",
            )
        ],
        failed={HOSTILE: HOSTILE},
    )  # fmt: skip
    answer = client.get(f"/odds{query}", headers=HTML)
    assert HOSTILE not in answer.text
    assert 'href="javascript:' not in answer.text


def test_every_link_leads_somewhere(page: Page, client: FlaskClient, show: Show) -> None:
    show([opportunity(link="https://book.example/bet")])
    links = {one.attributes["href"] for one in page("/odds").one("main").all("a")}
    ours = {one for one in links if one.startswith("/")}
    assert links - ours == {"https://book.example/bet"}
    assert {one: client.get(one).status_code for one in ours} == dict.fromkeys(ours, 200)


def test_arbitrages_and_middles_of_all_events(page: Page, show: Show) -> None:
    from tests.web.console.odds.bets import arbitrage, middle

    show([], arbitrages=[arbitrage(), arbitrage("Rams", sport="nfl")], middles=[middle()])
    shown = page("/odds/arbitrages")
    arbs, mids = (shown.one("section", id=name).one("tbody").all("tr") for name in ("arbitrages", "middles"))
    assert [row.one("th").one("a").text for row in arbs] == ["Hawks v Bulls", "Rams v Bulls"]
    assert "+3.73 %" in arbs[0].text
    assert [one.text for one in arbs[0].all("li")] == [
        "49.40 on Hawks at DraftKings 2.10",
        "50.60 on Bulls at FanDuel 2.05",
    ]
    assert "+104.0 %" in mids[0].text
    assert "-2.40 %" in mids[0].text
    assert "2.3 %" in mids[0].text
    narrowed = page("/odds/arbitrages?sport=nfl&prices=american")
    assert [row.one("th").one("a").text for row in narrowed.one("tbody").all("tr")] == ["Rams v Bulls"]
    assert "+110" in narrowed.text
    assert narrowed.one("section", id="middles").one("div", class_="empty").text == "None now."
