"""What a refresh has found, as its task's page shows it. Pure.

The result is what jobs/odds answers; one of an older version of it may lack anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from web.console.odds import prices
from web.console.results import shape

JOB = "odds.refresh_odds_data"
_LEFT_OUT = ("board", "version", "seconds")
_COUNTED = ("events", "books", "prices", "positive", "above_two", "listed")


def gist(result: Mapping[str, Any]) -> str:
    """A refresh in a line: `57 opportunities, 3 of 4 sports read, made-up data`."""
    sports = [one for one in result.get("sports") or () if isinstance(one, Mapping)]
    listed = result.get("opportunities")
    noun = "opportunity" if listed == 1 else "opportunities"
    parts = [f"{listed:,} {noun}"] if isinstance(listed, int) else []
    read = sum(bool(one.get("ok")) for one in sports)
    parts += [f"{read} of {len(sports)} sports read"] if sports else []
    parts += ["made-up data"] if result.get("source") == "sandbox" else []
    return ", ".join(parts)


def drawn(result: Mapping[str, Any]) -> dict[str, Any]:
    """What of a result a person wants to see, tables narrow enough to read; the JSON has all of it."""
    shown = {name: value for name, value in result.items() if name not in _LEFT_OUT}
    for name, told in (("sports", _sport), ("best", _told)):
        if isinstance(many := result.get(name), list):
            shown[name] = [told(one) for one in many if isinstance(one, Mapping)]
    if isinstance(credits := result.get("credits"), Mapping) and credits.get("plan"):
        shown["credits"] = credits["plan"]
    return shown


def _sport(one: Mapping[str, Any]) -> dict[str, Any]:
    """What became of a sport: its figures, or why there are none."""
    if not one.get("ok"):
        return {"sport": one.get("sport"), "read": f"no: {one.get('error') or 'not said why'}"}
    return {"sport": one.get("sport"), "read": "yes"} | {name: one.get(name) for name in _COUNTED}


def ran_here(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What the page of a refresh says that has run in the web process.

    Args:
        answer: `result` or `error`, and `limited`, as longshore/inline.py has them.
    """
    result, error = answer.get("result"), answer.get("error")
    known = result if isinstance(result, Mapping) else {}
    limited = answer.get("limited")
    return {
        "error": str(error.get("message") or error.get("type")) if isinstance(error, Mapping) else "",
        "gist": gist(known),
        "result": shape(drawn(known)),
        "limited": {
            prices.title(name): one for name, one in limited.items() if isinstance(one, Mapping)
        } if isinstance(limited, Mapping) else {},
    }  # fmt: skip


def _told(one: Mapping[str, Any]) -> dict[str, Any]:
    """An opportunity in six cells."""
    market, outcome = str(one.get("market", "")), str(one.get("outcome", "?"))
    return {
        "event": f"{one.get('home_team', '?')} v {one.get('away_team', '?')}",
        "bet": prices.bet(market, outcome, _number(one.get("point"))),
        "book": one.get("book_title") or one.get("book"),
        "price": _written(one.get("price")),
        "fair": _written(one.get("fair_price")),
        "EV": prices.percent(_number(one.get("ev_percent")), unit="\u00a0%"),
    }


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) else None


def _written(value: Any) -> str | None:
    return None if _number(value) is None else f"{value:.2f}"
