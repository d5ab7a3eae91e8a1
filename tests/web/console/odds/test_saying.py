from __future__ import annotations

from datetime import timedelta

import pytest

from jobs.odds.model import METHODS, Reference
from tests.web.console.odds.bets import NOW, TITLES, evs, legs, opportunity
from web.console.odds.saying import Say, safe

KEPT = NOW - timedelta(minutes=40)
SAY = Say("decimal", NOW, {"soccer_epl": KEPT}, TITLES, {"basketball_nba": "NBA"})
AMERICAN = Say("american", NOW)


def test_prices_follow_the_readers_style() -> None:
    assert (SAY.price(2.1), AMERICAN.price(2.1)) == ("2.10", "+110")
    assert (SAY.fair(2.0192), SAY.fair(1.0666), AMERICAN.fair(2.0192)) == ("2.02", "1.067", "+102")


def test_a_reference_is_named_or_counted() -> None:
    assert SAY.reference(Reference("sharp", ("pinnacle",), None)) == "Pinnacle"
    many = ("pinnacle", "betway", "smarkets", "matchbook", "x")
    assert SAY.reference(Reference("sharp", many, None)) == "Pinnacle, Betway, Smarkets and 2 more"
    assert SAY.reference(Reference("consensus", many, None, 3)) == "consensus of 3"
    assert SAY.reference(Reference("consensus", many, None)) == "consensus of 5"


def test_the_methods_are_told_from_least_to_most() -> None:
    parted = opportunity(ev_by_method=dict(zip(METHODS, (-0.4, 1.0, 2.0, 3.44), strict=True)))
    assert SAY.evs(parted) == "-0.4 to 3.4 %"
    assert not SAY.agree(parted)
    same = opportunity(ev_by_method=evs(2.0, step=0.001))
    assert SAY.evs(same) == "2.0 %"
    assert SAY.agree(same)


def test_ages_count_back_from_when_prices_were_judged() -> None:
    assert SAY.seen(90.0, "basketball_nba") == NOW - timedelta(seconds=90)
    assert SAY.seen(None, "basketball_nba") is None


def test_ages_of_a_sport_that_is_kept_count_back_from_when_it_was_read() -> None:
    assert SAY.seen(90.0, "soccer_epl") == KEPT - timedelta(seconds=90)


def test_bets_and_stakes_are_told() -> None:
    over, _ = legs("Over", "Under", (218.5, 220.5))
    assert SAY.bet(over, "totals") == "Over 218.5"
    assert SAY.bet(opportunity(market="spreads", point=3.5)) == "Hawks +3.5"
    assert SAY.stake(over) == "49.40"


def test_what_has_no_name_is_told_by_its_key() -> None:
    assert (SAY.book("unibet_se"), SAY.sport("soccer_epl")) == ("Unibet se", "Soccer epl")


@pytest.mark.parametrize(
    ("link", "taken"),
    [
        ("https://book.example/bet", True),
        ("javascript:alert(1)", False),
        ("//book.example", False),
        ("", False),
        (None, False),
    ],
)
def test_only_links_to_web_pages_are_taken(link: str | None, taken: bool) -> None:
    assert safe(link) == (link if taken else None)
