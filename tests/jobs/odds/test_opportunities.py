"""Expected value, stake and all that an opportunity says of itself, on examples worked by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from jobs.odds.edges import ev_percent, full_kelly
from jobs.odds.model import METHODS, Policy
from tests.jobs.odds.feed import AWAY, HOME, Wire, everything, h2h, judged, opportunity, spread, total

# Fair at even money, so that all can be worked out in the head.
EVEN: dict[str, Wire] = {"pinnacle": h2h(2.0, 2.0)}


def test_expected_value_is_what_the_bet_pays_times_how_often_less_the_stake() -> None:
    one = opportunity(judged(EVEN | {"soft": h2h(2.1, 1.8)}), "soft", HOME)
    assert one.ev_percent == pytest.approx(5.0)  # 0.5 x 2.1 - 1
    assert (one.fair_price, one.fair_probability) == (2.0, 0.5)
    assert opportunity(judged(EVEN | {"soft": h2h(2.1, 1.8)}), "soft", AWAY).ev_percent == pytest.approx(
        -10.0
    )


def test_the_stake_is_a_share_of_kellys_up_to_the_cap() -> None:
    found = judged(EVEN | {"soft": h2h(2.1, 1.8), "softer": h2h(2.3, 1.6)})
    one, other = opportunity(found, "soft", HOME), opportunity(found, "softer", HOME)
    assert one.full_kelly_percent == pytest.approx(100 * 0.05 / 1.1)
    assert one.kelly_percent == pytest.approx(100 * 0.05 / 1.1 / 4)
    assert other.full_kelly_percent == pytest.approx(100 * 0.15 / 1.3)
    assert other.kelly_percent == 2.0
    assert opportunity(found, "soft", AWAY).kelly_percent == 0.0


def test_kellys_stake_grows_a_bankroll_fastest() -> None:
    probability, price = 0.55, 2.1
    stakes = np.linspace(0.0, 0.5, 5_001)
    for push in (0.0, 0.1):  # a chance that the stake comes back changes nothing
        won, lost = np.log1p(stakes * (price - 1.0)), np.log1p(-stakes)
        growth = (1.0 - push) * (probability * won + (1.0 - probability) * lost)
        best = float(stakes[np.argmax(growth)])
        assert float(full_kelly(np.array(probability), np.array(price))) == pytest.approx(best, abs=1e-4)


def test_a_push_scales_the_expected_value_and_keeps_its_sign() -> None:
    # Over 6 at 2.1 where 10 % of games end at 6: of 100 bets 45 pay 110, 45 lose 100 and 10 come back.
    of_what_is_decided = float(ev_percent(np.array(0.5), np.array(2.1)))
    assert 0.9 * of_what_is_decided == pytest.approx((45 * 110 - 45 * 100) / 100)


def test_a_quarter_point_is_judged_per_stake_that_is_decided() -> None:
    # Home -0.25: half the stake on 0, half on -0.5. Home wins 45 %, draw 25 %, away 30 %.
    home, draw, away = 0.45, 0.25, 0.30
    fair = home / (home + draw / 2 + away)
    price = 2.1
    profit = home * (price - 1) - draw / 2 - away
    decided = home + draw / 2 + away
    assert profit == pytest.approx(decided * float(ev_percent(np.array(fair), np.array(price))) / 100)
    other = (away + draw / 2) / (home + draw / 2 + away)  # the away team at +0.25
    assert fair + other == pytest.approx(1.0)


def test_the_best_price_is_shown_with_its_edge_and_how_many_offer() -> None:
    found = judged(EVEN | {"soft": h2h(2.1, 1.8), "softer": h2h(2.2, 1.7), "same": h2h(2.2, 1.7)})
    one = opportunity(found, "soft", HOME)
    assert (one.best_price, one.best_book, one.is_best, one.books_offering) == (2.2, "same", False, 4)
    assert one.edge_percent == pytest.approx(10.0)
    assert [opportunity(found, book, HOME).is_best for book in ("softer", "same")] == [True, True]


def test_expected_value_is_shown_under_every_method() -> None:
    one = opportunity(judged({"pinnacle": h2h(1.4, 9.0, 4.5), "soft": h2h(1.4, 9.9, 4.4)}), "soft", AWAY)
    assert tuple(one.ev_by_method) == METHODS
    assert one.ev_by_method["power"] == one.ev_percent
    assert one.method == "power"
    assert one.ev_by_method["multiplicative"] > one.ev_by_method["shin"] > one.ev_by_method["power"]
    values = one.ev_by_method.values()
    assert one.method_spread == pytest.approx(max(values) - min(values))


@pytest.mark.parametrize("method", METHODS)
def test_the_policy_says_which_method_counts(method: str) -> None:
    found = judged({"pinnacle": h2h(1.4, 9.0, 4.5), "soft": h2h(1.4, 9.9, 4.4)}, everything(method=method))
    one = opportunity(found, "soft", AWAY)
    assert (one.method, one.ev_percent) == (method, one.ev_by_method[method])  # type: ignore[index]
    assert one.ev_percent == pytest.approx(100 * (one.fair_probability * 9.9 - 1))


def test_long_shots_are_flagged_and_stay() -> None:
    found = judged({"pinnacle": h2h(1.12, 9.0), "soft": h2h(1.1, 12.0)}, Policy())
    assert [(one.outcome, one.long_shot) for one in found.opportunities] == [(AWAY, True)]
    assert opportunity(judged(EVEN | {"soft": h2h(7.9, 1.1)}), "soft", HOME).long_shot is False
    assert opportunity(judged(EVEN | {"soft": h2h(8.0, 1.1)}), "soft", HOME).long_shot is True


def test_what_is_worth_less_than_asked_is_not_listed() -> None:
    books = EVEN | {"soft": h2h(2.1, 1.8), "softer": h2h(2.02, 1.9), "even": h2h(2.0, 1.9)}
    assert [one.book for one in judged(books, Policy()).opportunities] == ["soft", "softer"]
    assert [one.book for one in judged(books, Policy(min_ev_percent=2.0)).opportunities] == ["soft"]
    assert judged(books, Policy(min_ev_percent=6.0)).opportunities == []


def test_the_highest_expected_value_comes_first_and_the_list_is_bounded() -> None:
    books = EVEN | {f"soft{n:02}": h2h(2.0 + n / 50, 1.8) for n in range(1, 20)}
    values = [one.ev_percent for one in judged(books, Policy()).opportunities]
    assert values == sorted(values, reverse=True)
    bounded = judged(books, Policy(most_opportunities=3))
    assert [one.book for one in bounded.opportunities] == ["soft19", "soft18", "soft17"]
    assert bounded.counts["icehockey_made_up"].positive == 19
    assert bounded.counts["icehockey_made_up"].listed == 3


def test_the_same_bet_has_the_same_id_at_another_price_and_time() -> None:
    before = judged(EVEN | {"soft": h2h(2.1, 1.8)})
    after = judged(EVEN | {"soft": h2h(2.2, 1.7, seconds_ago=5), "new": h2h(2.0, 1.9)})
    assert opportunity(before, "soft", HOME).id == opportunity(after, "soft", HOME).id


def test_different_bets_have_different_ids() -> None:
    sharp = [h2h(2.0, 2.0), spread(-1.5, 2.0, 2.0), spread(-2.5, 2.0, 2.0), total(5.5, 2.0, 2.0)]
    threeway = {"sharp3": h2h(3.0, 3.0, 3.0), "c": h2h(3.1, 3.1, 2.5)}
    policy = everything(sharp={"pinnacle": 1.0, "sharp3": 1.0})
    found = judged({"pinnacle": sharp, "a": sharp, "b": sharp} | threeway, policy)
    ids = [one.id for one in found.opportunities]
    assert len(ids) == 2 * 8 + 3  # two books on eight prices, one on three
    assert len(set(ids)) == len(ids)


def test_an_opportunity_names_its_event_book_and_time() -> None:
    link = "https://soft.example/bet"
    offer = h2h(2.1, 1.8, seconds_ago=30)
    offer["outcomes"][0]["link"] = link
    one = opportunity(judged(EVEN | {"soft": offer}), "soft", HOME)
    assert (one.event_id, one.sport, one.sport_title) == ("a" * 32, "icehockey_made_up", "Made-up hockey")
    assert (one.home_team, one.away_team, one.market, one.point) == (HOME, AWAY, "h2h", None)
    assert (one.book, one.book_title, one.price, one.link) == ("soft", "Soft", 2.1, link)
    assert one.price_updated_at == datetime(2026, 4, 16, 18, 59, 30, tzinfo=UTC)
    assert one.commence_time == datetime(2026, 4, 16, 20, 0, tzinfo=UTC)


def test_spreads_show_each_side_with_its_own_point() -> None:
    found = judged({"pinnacle": spread(-3.5, 2.0, 2.0), "soft": spread(-3.5, 2.1, 2.2)})
    assert opportunity(found, "soft", HOME, -3.5).ev_percent == pytest.approx(5.0)
    assert opportunity(found, "soft", AWAY, 3.5).ev_percent == pytest.approx(10.0)
