"""How prices, points and bets are written for people. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Literal

Style = Literal["decimal", "american"]
STYLES: dict[Style, str] = {"decimal": "Decimal", "american": "American"}
"""The ways to write a price, by their name in the address."""
MARKETS = {"h2h": "Winner", "spreads": "Spread", "totals": "Total"}
"""The markets that are priced, in words."""
LEFT_OUT = {
    "stale": "the upstream has not seen it for longer than ODDS_STALE_MINUTES",
    "suspended": "the book does not take this bet now, or not on every outcome",
    "margin": "the book's prices are no market in trade: together they take far too much",
    "outlier": "it lies so far from all others that it is a mistake, or another bet",
    "in_play": "the game has begun",
    "lay": "a price to lay, which nobody can back",
}
"""Why a price takes no part, in words."""


def price(decimal: float, style: Style = "decimal") -> str:
    """A price as `2.10` or `+110`; decimal ones keep what is behind the second digit, up to the third."""
    if style == "american":
        return american(decimal)
    text = f"{decimal:.3f}"
    return text.removesuffix("0")


def american(decimal: float) -> str:
    """Decimal odds as American ones: what 100 win, or what has to be staked to win 100."""
    if decimal >= 2:
        return f"+{round((decimal - 1) * 100)}"
    return f"-{round(100 / (decimal - 1))}" if decimal > 1 else "–"


def point(value: float | None, *, signed: bool = False) -> str:
    """A line or a handicap: `221.5`, signed `+3.5`, `-3.5` and `0`; nothing if there is none."""
    if value is None:
        return ""
    text = f"{value:+g}" if signed else f"{value:g}"
    return "0" if value == 0 else text


def bet(market: str, outcome: str, at: float | None) -> str:
    """What is bet on: `Ravens`, `Ravens -3.5`, `Over 221.5`."""
    return f"{outcome} {point(at, signed=market == 'spreads')}".rstrip()


def market(key: str) -> str:
    """A market in words; one that is not priced keeps its key."""
    return MARKETS.get(key, key.replace("_", " "))


def percent(value: float | None, digits: int = 1, unit: str = " %") -> str:
    """A percentage with its sign: `+4.2 %`, `-0.3 %`, `0.0 %`; a dash if there is none."""
    if value is None:
        return "–"
    rounded = round(value, digits)
    return f"{rounded:+.{digits}f}{unit}" if rounded else f"{0:.{digits}f}{unit}"


def share(value: float, digits: int = 2) -> str:
    """A percentage without a sign, e.g. of a bankroll: `0.75 %`."""
    return f"{value:.{digits}f} %"


def title(key: str) -> str:
    """A book's or sport's key as words, for want of its own name: `soccer_epl` is `Soccer epl`."""
    words = key.replace("_", " ").strip()
    return words[:1].upper() + words[1:] or key


def titles(named: Mapping[str, str]) -> dict[str, str]:
    """Books' names by key. Those that several books share say which is which: `Betfair (ex uk)`."""
    shared = {name for name, count in Counter(named.values()).items() if count > 1}
    return {key: f"{name} ({_own(key, name)})" if name in shared else name for key, name in named.items()}


def _own(key: str, name: str) -> str:
    """What of a key its name does not say."""
    rest = key.removeprefix(name.lower().replace(" ", "")).strip("_")
    return (rest or key).replace("_", " ")


def left_out(reason: str | None) -> str:
    """Why a price takes no part, in a word or two."""
    return (reason or "left out").replace("_", " ")
