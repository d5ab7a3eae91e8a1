"""The pages about odds in a real browser: on a phone, by the keyboard, with JavaScript and without it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from redis import Redis

from tests.support.listener import listening
from tests.web.browser.chromium import Chromium
from tests.web.console.odds import recorded
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

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
FITS = "document.documentElement.scrollWidth <= innerWidth"
HOMES = "[...document.querySelectorAll('.opportunities .match a')].map(a => a.textContent.split(' v ')[0])"
LONG = "Wolverhampton Wanderers of the Black Country and North-Western Midlands Association"


@pytest.fixture(autouse=True)
def harmless(browser: Chromium) -> Iterator[None]:
    """After each test: nothing that the upstream said has run, and the browser has complained of nothing."""
    yield
    assert browser.evaluate("typeof window.pwned") == "undefined"
    assert browser.complaints == []
    browser.open("about:blank")


@pytest.fixture
def without_scripts(browser: Chromium) -> Iterator[Chromium]:
    """The browser with JavaScript turned off in pages."""
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    yield browser
    browser.call("Emulation.setScriptExecutionDisabled", value=False)


@pytest.fixture
def three(show: Show) -> None:
    """Three opportunities."""
    show(
        [
            opportunity("Hawks", ev=4.0),
            opportunity("Jets", ev=2.0, price=5.0, book="fanduel"),
            opportunity("Atlético", ev=1.0, price=3.0, sport="soccer_epl", sport_title="EPL"),
        ]
    )


def text(browser: Chromium, selector: str) -> str:
    return str(browser.evaluate(f"document.querySelector({selector!r}).innerText"))


def homes_are(*names: str) -> str:
    return f"{HOMES}.join() === {','.join(names)!r}"


def change(browser: Chromium, name: str, value: str) -> None:
    """Fill in a control, as somebody who types or chooses does."""
    browser.evaluate(
        f"(() => {{ const one = document.querySelector('[name={name}]'); one.value = {value!r};"
        "one.dispatchEvent(new Event('input', {bubbles: true}));"
        "if (one.matches('select')) one.dispatchEvent(new Event('change', {bubbles: true})) })()"
    )


@pytest.mark.usefixtures("three")
def test_a_filter_changes_the_list_in_place_and_the_address(browser: Chromium, site: str) -> None:
    browser.open(f"{site}/odds")
    browser.evaluate("window.same = true")
    browser.evaluate("document.querySelector('[name=book]').focus()")
    change(browser, "book", "fanduel")
    browser.wait_for(homes_are("Jets"))
    assert browser.evaluate("location.search") == "?book=fanduel"
    assert text(browser, "#found") == "1 of 3 opportunities Clear the filters"
    assert browser.evaluate("document.getElementById('spoken').textContent").startswith("1 of 3")
    browser.evaluate("history.back()")
    browser.wait_for(homes_are("Hawks", "Jets", "Atlético"))
    assert browser.evaluate("document.querySelector('[name=book]').value") == ""
    assert browser.evaluate("window.same")  # never loaded anew


@pytest.mark.usefixtures("three")
def test_what_is_typed_is_looked_for_and_the_cursor_stays(browser: Chromium, site: str) -> None:
    browser.open(f"{site}/odds")
    browser.evaluate("document.querySelector('[name=team]').focus()")
    change(browser, "team", "atletico")
    browser.wait_for(homes_are("Atlético"))
    assert browser.evaluate("document.activeElement.name") == "team"
    assert browser.evaluate("document.activeElement.value") == "atletico"
    browser.click("#found a")
    browser.wait_for(homes_are("Hawks", "Jets", "Atlético"))
    assert browser.evaluate("document.querySelector('[name=team]').value") == ""


@pytest.mark.usefixtures("three")
def test_a_column_is_sorted_and_keeps_the_keyboard(browser: Chromium, site: str) -> None:
    browser.open(f"{site}/odds")
    browser.evaluate("document.getElementById('by-price').focus()")
    browser.evaluate("document.activeElement.click()")
    browser.wait_for(homes_are("Jets", "Atlético", "Hawks"))
    assert browser.evaluate("document.activeElement.id") == "by-price"
    assert browser.evaluate("document.activeElement.closest('th').ariaSort") == "descending"
    assert browser.evaluate("location.search") == "?sort=-price"
    assert browser.evaluate("document.querySelector('[name=sort]').value") == "-price"


@pytest.mark.usefixtures("three")
def test_prices_change_their_style_and_keep_the_filters(browser: Chromium, site: str) -> None:
    browser.open(f"{site}/odds?book=fanduel")
    browser.click("#list .views a:last-child")
    browser.wait_for("document.querySelector('td.price')?.textContent === '+400'")
    assert browser.evaluate(HOMES) == ["Jets"]
    change(browser, "book", "")
    browser.wait_for(homes_are("Hawks", "Jets", "Atlético"))
    assert browser.evaluate("location.search") == "?prices=american"


@pytest.mark.usefixtures("three")
def test_all_of_it_works_without_javascript(without_scripts: Chromium, site: str) -> None:
    without_scripts.open(f"{site}/odds?book=fanduel")
    assert without_scripts.evaluate(HOMES) == ["Jets"]
    without_scripts.click("#found a")
    without_scripts.wait_for(homes_are("Hawks", "Jets", "Atlético"))
    without_scripts.click("#by-start")
    without_scripts.wait_for("location.search === '?sort=start'")
    without_scripts.evaluate("document.querySelector('[name=team]').value = 'jets'")
    without_scripts.click("#filters button")
    without_scripts.wait_for(homes_are("Jets"))
    assert "UTC" in text(without_scripts, ".match time")


@pytest.mark.usefixtures("three")
def test_times_are_the_readers_own(browser: Chromium, site: str) -> None:
    browser.call("Emulation.setTimezoneOverride", timezoneId="Pacific/Kiritimati")  # UTC+14
    browser.open(f"{site}/odds")
    shown = text(browser, ".match time")
    browser.call("Emulation.setTimezoneOverride", timezoneId="")
    there = NOW + timedelta(hours=5 + 14)
    assert f"{there:%H:%M}" in shown
    assert "UTC" not in shown


def test_a_newer_refresh_shows_by_itself(browser: Chromium, site: str, show: Show) -> None:
    show([opportunity("Hawks")])
    browser.open(f"{site}/odds")
    show([opportunity("Jets")])
    browser.evaluate("import('/static/js/frame.js').then(frame => frame.refresh('list', 'state', 'sports'))")
    browser.wait_for(homes_are("Jets"))


def test_nothing_is_cut_off_on_a_phone(phone: Chromium, site: str, show: Show) -> None:
    hawks = line(LONG, book_price("betway", 2.1, 5.0), book_price("x" * 60, 2.0, why_not="stale"))
    show(
        [opportunity(LONG, LONG, long_shot=True, book_title=LONG)],
        lines=[hawks, line("Bulls", book_price("betway", 1.9, -5.0))],
        home=LONG, arbitrages=[arbitrage(LONG, LONG)], middles=[middle(LONG, LONG)],
        failed={"icehockey_nhl": "https://" + "x" * 90},
    )  # fmt: skip
    recorded.bets(22, NOW)
    for path in (
        "",
        "?prices=american&team=wolver",
        f"/events/{EVENT}",
        "/arbitrages",
        "/record?source=live",
    ):
        phone.open(f"{site}/odds{path}")
        assert phone.evaluate("document.querySelector('h1') !== null")
        assert phone.evaluate(FITS), path


@pytest.mark.usefixtures("three")
def test_on_a_phone_the_list_is_cards_that_can_be_sorted(phone: Chromium, site: str) -> None:
    phone.open(f"{site}/odds")
    phone.click("#by-price")
    phone.wait_for(homes_are("Jets", "Atlético", "Hawks"))
    card = text(phone, ".opportunities tbody tr")
    assert "EV" in phone.evaluate("getComputedStyle(document.querySelector('td.ev'), '::before').content")
    assert "+2.0 %" in card


def test_the_chart_is_drawn_in_the_size_that_fits(phone: Chromium, site: str, database: str) -> None:
    recorded.bets(22, NOW)
    phone.open(f"{site}/odds/record?days=90")
    all_of_them = "[...document.querySelectorAll('svg.curve')]"
    seen = f"{all_of_them}.filter(one => one.checkVisibility()).map(one => one.classList[1])"
    assert phone.evaluate(seen) == ["narrow"]
    phone.call(
        "Emulation.setDeviceMetricsOverride", width=1280, height=800, deviceScaleFactor=1, mobile=False
    )
    assert phone.evaluate(seen) == ["wide"]


def test_an_admin_refreshes_and_sees_the_task(
    signed_in: Chromium, site: str, show: Show, redis: Redis
) -> None:
    show([opportunity()])
    with listening(redis, "odds"):
        signed_in.open(f"{site}/odds")
        signed_in.click("form[action='/odds/refresh'] button")
        signed_in.wait_for("location.pathname.startsWith('/tasks/')")
    signed_in.wait_for("document.querySelector('h1')?.textContent === 'odds.refresh_odds_data'")


def test_what_the_upstream_says_never_runs(browser: Chromium, site: str, show: Show) -> None:
    bad = line(HOSTILE, book_price(HOSTILE, 2.0, 0.0), book_price("x", 2.0, why_not=HOSTILE))
    show(
        [opportunity(HOSTILE, HOSTILE, book=HOSTILE, sport_title=HOSTILE, link="javascript:window.pwned=1")],
        lines=[bad], home=HOSTILE, failed={"x": HOSTILE}, arbitrages=[arbitrage(HOSTILE)], credits=HOSTILE,
    )  # fmt: skip
    for path in ("", f"?team={HOSTILE}", f"/events/{EVENT}", "/arbitrages"):
        browser.open(f"{site}/odds{path}")
        assert HOSTILE in browser.evaluate("document.body.innerText") or "team" in path
