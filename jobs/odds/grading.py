"""How a bet ends by the final score, and what it pays. Pure.

Taken as books in the United States settle by their house rules:

- A 2-way market has no draw to bet on: a game that ends level gives stakes back, as a spread or a total
  does that ends exactly on its point.
- A 3-way market is settled by the score at the end of regulation time. A final score says that only in sports
  that are played without overtime, ``NO_OVERTIME``; elsewhere, as in ice hockey, the result is "unknown". To
  settle only such games as cannot have gone into overtime would choose them by their result.
- All other markets are settled by the final score, overtime and shoot-outs included: that is the rule for
  them in the sports that have overtime. Soccer's are for 90 minutes. A score of a cup game after extra time
  cannot be told from one without it, and is taken as it is.
- A quarter point is two bets of half the stake, on the half points and whole points beside it: -0.25 is 0
  and -0.5.

A void bet is one whose event did not come back (results.py); its stake is given back.
"""

from __future__ import annotations

import math
from typing import Literal

from jobs.odds.lines import DRAW, OVER, UNDER

Result = Literal["win", "half_win", "push", "half_loss", "loss", "void", "unknown"]

NO_OVERTIME = ("soccer_", "aussierules_", "rugbyunion_", "handball_")
"""How the upstream's keys of sports begin in which a 3-way market can be settled by the final score."""
_PAYS: dict[Result, tuple[float, float]] = {
    "win": (1.0, 0.0),
    "half_win": (0.5, 0.0),
    "push": (0.0, 0.0),
    "half_loss": (0.0, 0.5),
    "loss": (0.0, 1.0),
}
_BY_HALVES: dict[float, Result] = {1.0: "win", 0.5: "half_win", 0.0: "push", -0.5: "half_loss", -1.0: "loss"}


def grade(
    sport: str,
    teams: tuple[str, str],
    bet: tuple[str, str, float | None, int],
    score: tuple[float, float],
) -> Result:
    """How a bet ends.

    Args:
        sport: the upstream's key.
        teams: home and away.
        bet: market, outcome, point and ways.
        score: final points of home and away.

    Returns:
        "unknown" where the score does not tell, or the bet is not one on these teams.
    """
    market, outcome, point, ways = bet
    if market == "totals":
        return _total(outcome, point, sum(score))
    if outcome not in (*teams, DRAW) or (outcome == DRAW and ways != 3):
        return "unknown"
    lead = score[0] - score[1] if outcome == teams[0] else score[1] - score[0]
    if market == "spreads":
        return _by_margin(lead, point)
    return _winner(sport, outcome == DRAW, ways, lead)


def profit(result: Result, price: float) -> float | None:
    """Profit for a stake of 1 at decimal odds; None where the bet did not count."""
    if result not in _PAYS:
        return None
    won, lost = _PAYS[result]
    return won * (price - 1.0) - lost


def _total(outcome: str, point: float | None, total: float) -> Result:
    if point is None or outcome not in (OVER, UNDER):
        return "unknown"
    return _by_margin(total, -point) if outcome == OVER else _by_margin(-total, point)


def _by_margin(lead: float, point: float | None) -> Result:
    """The result of a lead and a handicap that is added to it."""
    if point is None:
        return "unknown"
    quarters = point * 4.0
    is_split = quarters == math.floor(quarters) and quarters % 2 == 1
    parts = (point - 0.25, point + 0.25) if is_split else (point, point)
    return _BY_HALVES[sum(_sign(lead + part) for part in parts) / 2.0]


def _winner(sport: str, is_draw: bool, ways: int, lead: float) -> Result:
    if ways == 2:
        return _BY_HALVES[_sign(lead)]
    if ways == 3 and sport.startswith(NO_OVERTIME):
        return "win" if (lead == 0) is is_draw and (is_draw or lead > 0) else "loss"
    return "unknown"


def _sign(number: float) -> float:
    return float((number > 0) - (number < 0))
