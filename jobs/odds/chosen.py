"""What the settings say for odds: the engine's policy, and what a refresh reads."""

from __future__ import annotations

from dataclasses import dataclass

from jobs.odds.model import Policy
from longshore import settings
from longshore.settings import MarketName, Region, Settings


@dataclass(frozen=True)
class Scope:
    """What a refresh reads.

    Attributes:
        sports: The Odds API's keys of sports.
        regions: regions of books.
        markets: markets.
    """

    sports: tuple[str, ...]
    regions: tuple[Region, ...]
    markets: tuple[MarketName, ...]


def scope(
    sports: list[str] | None = None,
    regions: list[Region] | None = None,
    markets: list[MarketName] | None = None,
    using: Settings | None = None,
    most: int | None = None,
) -> Scope:
    """What to read: what was asked for, each once, and the settings for the rest.

    Args:
        sports: keys of sports.
        regions: regions of books.
        markets: markets.
        using: other settings than this process's, for tests.
        most: most sports, the first ones; None for all.
    """
    now = using or settings.current()
    return Scope(
        tuple(dict.fromkeys(sports or now.odds_sports))[:most],
        tuple(dict.fromkeys(regions or now.odds_regions)),
        tuple(dict.fromkeys(markets or now.odds_markets)),
    )


def policy(min_ev: float | None = None, using: Settings | None = None) -> Policy:
    """How prices are judged.

    Args:
        min_ev: least expected value, in percent, of a listed opportunity; None for the setting.
        using: other settings than this process's, for tests.
    """
    now = using or settings.current()
    return Policy(
        method=now.odds_method,
        sharp=dict(_weight(one) for one in now.odds_sharp_books),
        stale_seconds=now.odds_stale_minutes * 60,
        min_ev_percent=now.odds_min_ev if min_ev is None else min_ev,
        kelly=now.odds_kelly,
        kelly_cap=now.odds_kelly_cap,
        long_shot=now.odds_long_shot,
    )


def _weight(text: str) -> tuple[str, float]:
    """A book and its weight, from "pinnacle:2" or "pinnacle"; settings.py has checked the form."""
    book, _, weight = text.partition(":")
    return book, float(weight or 1)


def keys(using: Settings | None = None) -> tuple[str, ...]:
    """The Odds API's keys; the sandbox takes any."""
    now = using or settings.current()
    if now.upstreams == "sandbox":
        return ("sandbox",)
    return tuple(one.strip() for one in now.odds_api_key.get_secret_value().split(",") if one.strip())


def base_url(using: Settings | None = None) -> str:
    """Where The Odds API is."""
    now = using or settings.current()
    return f"{now.sandbox_url}/the-odds-api/v4" if now.upstreams == "sandbox" else now.odds_api_url
