"""Bets end as books settle them."""

from __future__ import annotations

import pytest

from jobs.odds.grading import Result, grade, profit

TEAMS = ("Ants", "Bees")


def _grade(
    bet: tuple[str, str, float | None, int], score: tuple[float, float], sport: str = "soccer_epl"
) -> Result:
    return grade(sport, TEAMS, bet, score)


@pytest.mark.parametrize(
    ("outcome", "score", "result"),
    [
        ("Ants", (2, 1), "win"),
        ("Bees", (2, 1), "loss"),
        ("Bees", (0, 3), "win"),
        ("Ants", (1, 1), "push"),
        ("Bees", (1, 1), "push"),
        ("Draw", (1, 1), "unknown"),
        ("Cats", (1, 0), "unknown"),
    ],
)
def test_two_ways(outcome: str, score: tuple[float, float], result: str) -> None:
    assert _grade(("h2h", outcome, None, 2), score) == result


@pytest.mark.parametrize(
    ("outcome", "score", "result"),
    [
        ("Ants", (2, 1), "win"),
        ("Ants", (1, 1), "loss"),
        ("Ants", (0, 1), "loss"),
        ("Bees", (0, 1), "win"),
        ("Bees", (0, 0), "loss"),
        ("Draw", (0, 0), "win"),
        ("Draw", (2, 1), "loss"),
        ("Draw", (1, 2), "loss"),
    ],
)
def test_three_ways(outcome: str, score: tuple[float, float], result: str) -> None:
    assert _grade(("h2h", outcome, None, 3), score) == result


@pytest.mark.parametrize("score", [(3, 2), (2, 3), (5, 1)])
@pytest.mark.parametrize("outcome", ["Ants", "Bees", "Draw"])
def test_three_ways_cannot_be_told_where_there_is_overtime(outcome: str, score: tuple[float, float]) -> None:
    assert _grade(("h2h", outcome, None, 3), score, "icehockey_nhl") == "unknown"


def test_two_ways_count_overtime() -> None:
    assert _grade(("h2h", "Ants", None, 2), (3, 2), "icehockey_nhl") == "win"


def test_a_market_of_which_nobody_knows_how_many_ways_it_has_is_unknown() -> None:
    assert _grade(("h2h", "Ants", None, 0), (3, 2)) == "unknown"


@pytest.mark.parametrize(
    ("outcome", "point", "score", "result"),
    [
        ("Ants", -3.5, (24, 20), "win"),
        ("Ants", -3.5, (23, 20), "loss"),
        ("Bees", 3.5, (23, 20), "win"),
        ("Ants", -3.0, (23, 20), "push"),
        ("Bees", 3.0, (23, 20), "push"),
        ("Ants", 0.0, (20, 20), "push"),
        ("Ants", -0.25, (1, 1), "half_loss"),
        ("Bees", 0.25, (1, 1), "half_win"),
        ("Ants", -0.25, (2, 1), "win"),
        ("Ants", -0.75, (2, 1), "half_win"),
        ("Bees", 0.75, (2, 1), "half_loss"),
        ("Ants", -0.75, (3, 1), "win"),
        ("Ants", -1.25, (2, 1), "half_loss"),
        ("Ants", 1.75, (0, 2), "half_loss"),
        ("Ants", 2.25, (0, 2), "half_win"),
        ("Ants", None, (1, 0), "unknown"),
        ("Draw", 0.0, (1, 1), "unknown"),
    ],
)
def test_spreads(outcome: str, point: float | None, score: tuple[float, float], result: str) -> None:
    assert _grade(("spreads", outcome, point, 2), score) == result


@pytest.mark.parametrize(
    ("outcome", "point", "total", "result"),
    [
        ("Over", 2.5, 3, "win"),
        ("Under", 2.5, 3, "loss"),
        ("Over", 3.0, 3, "push"),
        ("Under", 3.0, 3, "push"),
        ("Over", 2.75, 3, "half_win"),
        ("Under", 2.75, 3, "half_loss"),
        ("Over", 3.25, 3, "half_loss"),
        ("Under", 3.25, 3, "half_win"),
        ("Over", 3.25, 4, "win"),
        ("Under", 2.25, 0, "win"),
        ("Over", None, 3, "unknown"),
        ("Ants", 2.5, 3, "unknown"),
    ],
)
def test_totals(outcome: str, point: float | None, total: int, result: str) -> None:
    assert _grade(("totals", outcome, point, 2), (total, 0)) == result


@pytest.mark.parametrize(
    ("result", "pays"),
    [
        ("win", 1.5),
        ("half_win", 0.75),
        ("push", 0.0),
        ("half_loss", -0.5),
        ("loss", -1.0),
        ("void", None),
        ("unknown", None),
    ],
)
def test_what_a_stake_of_one_pays(result: Result, pays: float | None) -> None:
    assert profit(result, 2.5) == pays


@pytest.mark.parametrize("point", [-1.5, -1.25, -1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 2.75])
@pytest.mark.parametrize("score", [(0, 0), (1, 0), (2, 0), (0, 1), (0, 3)])
def test_two_sides_of_a_spread_are_each_others_mirror(point: float, score: tuple[float, float]) -> None:
    mirror = {"win": "loss", "half_win": "half_loss", "push": "push", "half_loss": "half_win", "loss": "win"}
    home = _grade(("spreads", "Ants", point, 2), score)
    assert _grade(("spreads", "Bees", -point, 2), score) == mirror[home]


@pytest.mark.parametrize("point", [-1.25, -0.75, -0.25, 0.25, 1.75])
@pytest.mark.parametrize("lead", [-3, -2, -1, 0, 1, 2, 3])
def test_a_quarter_point_is_two_bets_of_half_the_stake(point: float, lead: int) -> None:
    score = (lead + 5.0, 5.0)
    halves = [profit(_grade(("spreads", "Ants", point + part, 2), score), 2.0) for part in (-0.25, 0.25)]
    whole = profit(_grade(("spreads", "Ants", point, 2), score), 2.0)
    assert whole == sum(half for half in halves if half is not None) / 2
