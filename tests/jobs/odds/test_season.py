"""A season whose truth is known is reported as it was: the record proves what it should, and no more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jobs.odds import analytics
from jobs.odds.report import Estimate, Report
from tests.support.odds import START
from tests.support.season import Season, play

pytestmark = pytest.mark.usefixtures("database")
EVS = {"0-1": 0.5, "1-2": 1.5, "2-5": 3.0, "5-10": 7.0, "over 10": 12.0}


def _holds(one: Estimate, truth: float, widths: float = 1.0) -> bool:
    """Whether the truth lies within the interval, or one that is so many times as wide."""
    assert one.value is not None
    assert one.low is not None
    assert one.high is not None
    return one.value - widths * (one.value - one.low) <= truth <= one.value + widths * (one.high - one.value)


def _report(season: Season) -> Report:
    return analytics.report(play(season), source=season.source)


def test_fair_prices_that_are_right_give_the_value_that_was_promised() -> None:
    overall = _report(Season()).overall
    assert (overall.opportunities, overall.closed, overall.events) == (1_500, 1_500, 300)
    assert overall.mean_ev_percent == pytest.approx(4.8)
    assert _holds(overall.clv_percent, 4.8)
    assert _holds(overall.return_per_unit, 0.048)
    assert overall.expected_hit_rate is not None
    assert _holds(overall.hit_rate, overall.expected_hit_rate)
    assert _holds(overall.hit_surplus, 0.0)


def test_each_band_comes_out_as_its_own() -> None:
    found = _report(Season(seed=2))
    assert [one.key for one in found.by_ev_band] == list(EVS)
    for one in found.by_ev_band:
        assert one.mean_ev_percent == pytest.approx(EVS[one.key])
        assert _holds(one.clv_percent, EVS[one.key])
        assert _holds(one.return_per_unit, EVS[one.key] / 100)
        assert _holds(one.hit_surplus, 0.0)
    shares = [one.beat_closing.value for one in found.by_ev_band]
    assert shares == sorted(shares, key=float)


def test_fair_prices_that_are_wrong_are_found_out() -> None:
    """Every price loses 3 %, but where the fair probability is 6 % too high it seems to gain 2.8 %."""
    overall = _report(Season(seed=3, evs=(-3.0, -3.0), mistake=0.06)).overall
    assert 200 <= overall.opportunities <= 400, "about half of the games, at two books"
    assert overall.mean_ev_percent == pytest.approx(2.82)
    assert _holds(overall.clv_percent, -3.0)
    assert overall.clv_percent.high is not None
    assert overall.clv_percent.high < 0
    assert overall.expected_hit_rate is not None
    assert _holds(overall.hit_surplus, overall.expected_hit_rate / 1.06 - overall.expected_hit_rate)


def test_bets_on_one_game_are_not_taken_for_independent() -> None:
    """Five books on the same team say no more of its chance than one."""
    one = _report(Season(evs=(3.0,), seed=4)).overall
    five = _report(Season(evs=(3.0,) * 5, seed=4, source="sandbox")).overall
    assert (one.opportunities, five.opportunities) == (300, 1_500)
    for name in ("clv_percent", "hit_rate", "return_per_unit"):
        often, once = getattr(five, name), getattr(one, name)
        assert (often.value, often.events) == (pytest.approx(once.value), once.events)
        assert often.low == pytest.approx(once.low, rel=0.02)


@pytest.mark.slow
def test_over_many_seasons_the_truth_lies_within_as_often_as_promised() -> None:
    held = {"clv_percent": 0, "return_per_unit": 0, "hit_surplus": 0}
    truth = {"clv_percent": 3.0, "return_per_unit": 0.03, "hit_surplus": 0.0}
    for seed in range(100):
        began = START + timedelta(days=seed)
        play(Season(games=50, first=50 * seed, seed=seed, evs=(3.0, 3.0)))
        overall = analytics.report(began, source="live", since=began).overall
        assert overall.events == 50
        for name in held:
            held[name] += _holds(getattr(overall, name), truth[name])
    assert all(89 <= times <= 99 for times in held.values()), held  # of 100, 95 are due, give or take 2.2
