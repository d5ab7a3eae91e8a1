from __future__ import annotations

from typing import Any

from web.console.odds import outcome
from web.console.results import shape

RESULT: dict[str, Any] = {
    "success": True,
    "source": "sandbox",
    "sports": [
        {"sport": "basketball_nba", "ok": True, "events": 12, "prices": 3100, "positive": 40, "listed": 12},
        {"sport": "soccer_epl", "ok": False, "error": "no such sport"},
    ],
    "opportunities": 57,
    "best": [
        {
            "id": "a", "event_id": "b", "home_team": "Hawks", "away_team": "Bulls", "market": "spreads",
            "outcome": "Hawks", "point": 3.5, "book": "fanduel", "book_title": "FanDuel", "price": 2.1,
            "fair_price": 2.01923, "ev_percent": 4.0123, "reference": {"kind": "sharp"}, "method": "power",
        }
    ],
    "credits": {"remaining": 412, "plan": "412 credits are enough."},
    "seconds": {"read": 0.7},
    "board": "/odds",
}  # fmt: skip


def test_a_refresh_is_told_in_a_line() -> None:
    assert outcome.gist(RESULT) == "57 opportunities, 1 of 2 sports read, made-up data"
    assert outcome.gist({"opportunities": 1, "source": "live"}) == "1 opportunity"
    assert outcome.gist({}) == ""


def test_the_best_opportunities_are_a_table_that_can_be_read() -> None:
    drawn = outcome.drawn(RESULT)
    assert drawn["best"] == [
        {
            "event": "Hawks v Bulls", "bet": "Hawks +3.5", "book": "FanDuel", "price": "2.10",
            "fair": "2.02", "EV": "+4.0\u00a0%",
        }
    ]  # fmt: skip
    tables = {name: one.kind for name, one in shape(drawn).entries}
    assert tables["best"] == tables["sports"] == "table"
    assert "board" not in tables  # the button above leads there


def test_each_sport_has_its_figures_or_the_reason() -> None:
    read, failed = outcome.drawn(RESULT)["sports"]
    assert (read["read"], read["prices"], read["positive"]) == ("yes", 3100, 40)
    assert failed == {"sport": "soccer_epl", "read": "no: no such sport"}


def test_the_credits_are_told_in_words() -> None:
    assert outcome.drawn(RESULT)["credits"] == "412 credits are enough."
    assert outcome.drawn({"credits": {"remaining": 4}})["credits"] == {"remaining": 4}


def test_a_result_of_another_version_is_drawn_as_it_is() -> None:
    assert outcome.drawn({"best": None, "sports": 3}) == {"best": None, "sports": 3}
    assert outcome.gist({"opportunities": "many", "sports": ["x"]}) == ""
    assert outcome.drawn({"best": [{}, 7]})["best"][0]["event"] == "? v ?"
