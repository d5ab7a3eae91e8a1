from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from jobs.odds.board import Board, SportState
from jobs.odds.model import SportCount
from tests.web.console.odds.bets import NOW
from web.console.odds.head import Head, head

COUNT = SportCount(8, 1, 60, 3000, {"lay": 2, "stale": 40, "in_play": 0}, 40, 12, 30)


def over(age: float, *sports: SportState, **changes: Any) -> Head:
    """The head over odds of so many minutes; older than 15 is stale."""
    usual: dict[str, Any] = {
        "version": "1", "source": "live", "opportunities": (), "arbitrages": (), "middles": (), "rows": {},
        "events": {}, "counts": {}, "starts": (), "size": 0, "sports": {one.sport: one for one in sports},
    }  # fmt: skip
    odds = Board(at=NOW - timedelta(minutes=age), **{**usual, **changes})
    return head(odds, timedelta(minutes=15), NOW)


def test_fresh_odds_are_not_stale() -> None:
    assert over(14.9).stale == ""
    assert not over(1).made_up
    assert over(1, source="sandbox").made_up


@pytest.mark.parametrize(("minutes", "said"), [(16, "16 minutes"), (180, "3 hours"), (4 * 1440, "4 days")])
def test_stale_odds_say_how_old_they_are(minutes: float, said: str) -> None:
    assert over(minutes).stale.startswith(
        f"These odds are {said} old, and should be no older than 15 minutes"
    )


def test_a_kept_copy_says_why_it_is_shown() -> None:
    said = over(1, away=True, why="Redis cannot be reached.").stale
    assert said == "Redis cannot be reached. This is the last copy that was kept, and prices may have moved."


def test_each_sport_has_a_row_the_failed_ones_too() -> None:
    then = NOW - timedelta(minutes=40)
    found = over(
        1,
        SportState("soccer_epl", "EPL", updated_at=NOW),
        SportState("icehockey_nhl", "icehockey_nhl", ok=False, error="no key"),
        SportState("basketball_nba", "NBA", ok=False, error="a time-out", updated_at=then, carried=True),
        counts={"soccer_epl": COUNT, "basketball_nba": COUNT},
    )
    assert [(one.name, one.failure, one.kept_from, one.count) for one in found.sports] == [
        ("EPL", "", None, COUNT),
        ("icehockey_nhl", "no key", None, None),
        ("NBA", "a time-out", then, COUNT),
    ]
    assert [one.key for one in found.failures] == ["icehockey_nhl", "basketball_nba"]
    assert [one.reasons for one in found.sports] == ["40 stale, 2 lay", "", "40 stale, 2 lay"]


def test_the_credits_plan_is_told_in_its_own_words() -> None:
    assert over(1, credits="412 credits are enough.").credits == "412 credits are enough."
