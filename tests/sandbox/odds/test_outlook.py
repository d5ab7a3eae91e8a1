"""Chances of margins and totals, against counting and against drawing."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sandbox.odds import outlook
from sandbox.odds.outlook import Expected
from sandbox.odds.sports import sports


def one(margin: float, total: float, left: float = 1.0, home: int = 0, away: int = 0) -> Expected:
    now = np.array([home]), np.array([away])
    return Expected(np.array([margin]), np.array([total]), np.array([left]), *now)


def poisson(mean: float, count: int) -> float:
    return math.exp(-mean) * mean**count / math.factorial(count)


def counted(home: float, away: float) -> dict[tuple[int, int], float]:
    return {(h, a): poisson(home, h) * poisson(away, a) for h in range(40) for a in range(40)}


def test_soccer_agrees_with_counting_all_scores() -> None:
    seen, scores = outlook.outlook(sports()["soccer_epl"], one(0.5, 2.7)), counted(1.6, 1.1)
    home = sum(chance for (h, a), chance in scores.items() if h > a)
    draw = sum(chance for (h, a), chance in scores.items() if h == a)
    assert seen.three_way()[0] == pytest.approx([home, 1 - home - draw, draw], abs=1e-9)
    over = sum(chance for (h, a), chance in scores.items() if h + a > 2.5)
    assert outlook.over_under(seen.total_over, np.array([2.5]))[0, 0] == pytest.approx(over, abs=1e-9)
    by_two = sum(chance for (h, a), chance in scores.items() if h - a > 1.5)
    assert outlook.over_under(seen.margin_over, np.array([1.5]))[0, 0] == pytest.approx(by_two, abs=1e-9)


def test_a_whole_line_leaves_out_ties_and_a_quarter_is_half_of_each_neighbour() -> None:
    seen, scores = outlook.outlook(sports()["soccer_epl"], one(0.0, 2.7)), counted(1.35, 1.35)
    over, under = (sum(c for (h, a), c in scores.items() if test(h + a)) for test in ((2).__lt__, (2).__gt__))
    whole = outlook.over_under(seen.total_over, np.array([2.0]))[0]
    assert whole == pytest.approx([over / (over + under), under / (over + under)], abs=1e-9)
    half = sum(c for (h, a), c in scores.items() if h + a > 2)
    won, lost = (over + half) / 2, (under + 1 - half) / 2
    quarter = outlook.over_under(seen.total_over, np.array([2.25]))[0]
    assert quarter[0] == pytest.approx(won / (won + lost), abs=1e-9)


def test_extra_time_breaks_ties_and_adds_a_goal() -> None:
    seen, scores = outlook.outlook(sports()["icehockey_nhl"], one(0.4, 6.0)), counted(3.2, 2.8)
    level = sum(c for (h, a), c in scores.items() if h == a)
    home = sum(c for (h, a), c in scores.items() if h > a)
    assert outlook.two_way(seen, 1)[0, 0] == pytest.approx(home + level * 3.2 / 6.0, abs=1e-9)
    assert seen.three_way()[0, 2] == pytest.approx(level, abs=1e-9)
    over = sum(c for (h, a), c in scores.items() if h + a + (h == a) > 6.5)
    assert outlook.over_under(seen.total_over, np.array([6.5]))[0, 0] == pytest.approx(over, abs=1e-9)


def test_during_a_game_the_score_counts_and_only_the_rest_is_uncertain() -> None:
    seen = outlook.outlook(sports()["icehockey_nhl"], one(0.4, 6.0, 0.25, 3, 1))
    scores = counted(0.8, 0.7)
    level = sum(c for (h, a), c in scores.items() if h + 3 == a + 1)
    home = sum(c for (h, a), c in scores.items() if h + 3 > a + 1)
    assert outlook.two_way(seen, 1)[0, 0] == pytest.approx(home + level * 0.8 / 1.5, abs=1e-9)
    over = sum(c for (h, a), c in scores.items() if h + a + 4 + (h + 3 == a + 1) > 5.5)
    assert outlook.over_under(seen.total_over, np.array([5.5]))[0, 0] == pytest.approx(over, abs=1e-9)


def test_points_are_normal_and_a_tie_is_broken_evenly() -> None:
    sport = sports()["basketball_nba"]
    seen = outlook.outlook(sport, one(3.0, 220.0))

    def upper(value: float, mean: float, sd: float) -> float:
        return 0.5 * math.erfc((value - mean) / sd / math.sqrt(2))

    home = (upper(0.5, 3, sport.margin_sd) + upper(-0.5, 3, sport.margin_sd)) / 2
    assert outlook.two_way(seen, 1)[0, 0] == pytest.approx(home, abs=1e-6)
    over = upper(224.5, 220, sport.score_sd)
    assert outlook.over_under(seen.total_over, np.array([224.5]))[0, 0] == pytest.approx(over, abs=1e-6)


@pytest.mark.parametrize("key", sorted(sports()))
def test_chances_fall_with_the_line_and_sum_to_one(key: str) -> None:
    sport = sports()[key]
    expected = one(sport.home, sport.total)
    lines = np.arange(-30, 30, 0.5)
    wide = Expected(*(np.repeat(value, len(lines)) for value in vars(expected).values()))
    seen = outlook.outlook(sport, wide)
    both = outlook.over_under(seen.margin_over, lines)
    assert both.sum(axis=1) == pytest.approx(np.ones(len(lines)))
    assert (np.diff(both[:, 0]) <= 1e-9).all()
