"""The settings become the engine's policy and a refresh's scope."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from jobs.odds import chosen
from longshore.errors import SettingsError
from longshore.settings import load


def test_what_is_asked_for_goes_before_the_settings_and_counts_once() -> None:
    using = load(odds_sports=("a", "b"), odds_regions=("us",), odds_markets=("h2h",))
    assert chosen.scope(using=using) == chosen.Scope(("a", "b"), ("us",), ("h2h",))
    asked = chosen.scope(["b", "c", "b"], ["uk", "uk"], None, using)
    assert asked == chosen.Scope(("b", "c"), ("uk",), ("h2h",))


def test_sharp_books_have_weights() -> None:
    policy = chosen.policy(using=load(odds_sharp_books=("pinnacle:2", "betfair_ex_eu:0.5", "circa")))
    assert policy.sharp == {"pinnacle": 2.0, "betfair_ex_eu": 0.5, "circa": 1.0}
    assert chosen.policy(using=load(odds_sharp_books="")).sharp == {}


def test_least_ev_is_that_of_the_call_or_of_the_setting() -> None:
    using = load(odds_min_ev=1.5)
    assert chosen.policy(using=using).min_ev_percent == 1.5
    assert chosen.policy(0.0, using).min_ev_percent == 0.0


def test_keys_are_several_or_none_and_the_sandbox_takes_any() -> None:
    live = load(upstreams="live", odds_api_key=SecretStr(" one, two ,"))
    assert chosen.keys(live) == ("one", "two")
    assert chosen.keys(load(upstreams="live", odds_api_key=SecretStr(""))) == ()
    assert chosen.keys(load(upstreams="sandbox", odds_api_key=SecretStr(""))) == ("sandbox",)


def test_the_sandbox_stands_in_for_the_upstream() -> None:
    sandbox = load(upstreams="sandbox", sandbox_url="http://127.0.0.1:9/")
    assert chosen.base_url(sandbox) == "http://127.0.0.1:9/the-odds-api/v4"
    assert chosen.base_url(load(upstreams="live")).startswith("https://api.the-odds-api.com")


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("odds_regions", "us,mars", "'us', 'us2'"),
        ("odds_markets", "h2h_lay", "'h2h', 'spreads' or 'totals'"),
        ("odds_sports", " , ", "at least one name"),
        ("odds_sharp_books", "Pinnacle:much", "pinnacle:2,betfair_ex_eu"),
        ("odds_method", "guess", "'shin'"),
        ("odds_kelly", "2", "less than or equal to 1"),
        ("odds_api_url", "ftp://x", "http:// or https://"),
        ("refresh_interval_minutes", "0", "greater than or equal to 1"),
    ],
)
def test_a_wrong_setting_names_what_would_be_right(name: str, value: Any, right: str) -> None:
    with pytest.raises(SettingsError, match=right) as raised:
        load(**{name: value})
    assert str(raised.value).startswith(f"{name.upper()}=")
