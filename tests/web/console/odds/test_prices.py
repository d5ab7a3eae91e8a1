from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.console.odds import prices


@pytest.mark.parametrize(
    ("decimal", "shown", "american"),
    [
        (2.1, "2.10", "+110"),
        (1.952, "1.952", "-105"),
        (2.0, "2.00", "+100"),
        (1.5, "1.50", "-200"),
        (1.01, "1.01", "-10000"),
        (51.0, "51.00", "+5000"),
    ],
)
def test_a_price_is_written_in_both_ways(decimal: float, shown: str, american: str) -> None:
    assert prices.price(decimal) == shown
    assert prices.price(decimal, "american") == american


@given(st.floats(1.01, 1000))
def test_american_odds_pay_what_decimal_ones_pay(decimal: float) -> None:
    said = int(prices.american(decimal))
    again = 1 + said / 100 if said > 0 else 1 - 100 / said
    assert again == pytest.approx(decimal, rel=0.006)


@pytest.mark.parametrize(
    ("market", "outcome", "point", "said"),
    [
        ("h2h", "Hawks", None, "Hawks"),
        ("spreads", "Hawks", 3.5, "Hawks +3.5"),
        ("spreads", "Hawks", -3.0, "Hawks -3"),
        ("spreads", "Hawks", 0.0, "Hawks 0"),
        ("totals", "Over", 221.5, "Over 221.5"),
    ],
)
def test_a_bet_is_told_with_its_line(market: str, outcome: str, point: float | None, said: str) -> None:
    assert prices.bet(market, outcome, point) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(4.21, "+4.2 %"), (-0.26, "-0.3 %"), (0.04, "0.0 %"), (-0.04, "0.0 %"), (None, "–")],
)
def test_a_percentage_has_its_sign(value: float | None, said: str) -> None:
    assert prices.percent(value) == said


def test_what_is_not_known_is_told_by_its_key() -> None:
    assert prices.market("h2h_lay") == "h2h lay"
    assert prices.title("soccer_epl") == "Soccer epl"
    assert prices.left_out("in_play") == "in play"
    assert prices.left_out(None) == "left out"


def test_books_of_one_name_say_which_is_which() -> None:
    named = {
        "betfair_ex_uk": "Betfair",
        "betfair_ex_eu": "Betfair",
        "tab": "TAB",
        "x": "Twin",
        "twin": "Twin",
    }
    assert prices.titles(named) == {
        "betfair_ex_uk": "Betfair (ex uk)", "betfair_ex_eu": "Betfair (ex eu)", "tab": "TAB",
        "x": "Twin (x)", "twin": "Twin (twin)",
    }  # fmt: skip
