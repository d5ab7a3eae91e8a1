"""What can go wrong with odds, in words that say what to do."""

from __future__ import annotations

from longshore.errors import LongshoreError


class NoOdds(LongshoreError):
    """Not one sport could be read. What was there before stays; the text says what each one answered."""


class UnknownSport(LongshoreError):
    """The upstream has no such sport, or it is out of season. The text names those that it has."""


class MissingKey(LongshoreError):
    """There is no key for The Odds API, or none that works."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"{why} Get a key at https://the-odds-api.com and set ODDS_API_KEY, or set UPSTREAMS=sandbox for "
            "made-up odds."
        )
