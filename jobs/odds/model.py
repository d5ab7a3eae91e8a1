"""The words of odds: events with their prices as they are read, and what the engine makes of them.

Prices are decimal odds everywhere: 2.50 pays 2.50 for a stake of 1. Probabilities and shares are fractions of
1; what is called percent is a percentage. No calculation here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Method = Literal["multiplicative", "additive", "power", "shin"]
METHODS: tuple[Method, ...] = ("multiplicative", "additive", "power", "shin")
"""Ways to take the margin out of a book's prices, in the order in which results list them."""

Market = Literal["h2h", "spreads", "totals"]
MARKETS: tuple[Market, ...] = ("h2h", "spreads", "totals")
"""Markets that the engine prices. Others are counted and left alone."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One price of a book.

    Attributes:
        name: the team, "Draw", "Over" or "Under", as the upstream writes it.
        price: decimal odds; 1 is what the upstream shows of a price that is suspended.
        point: the handicap or the line; None in h2h.
        link: where the book sells it, if the upstream says.
    """

    name: str
    price: float
    point: float | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class BookMarket:
    """One market of one book.

    Attributes:
        book: the book's key, e.g. "pinnacle".
        title: its name for people.
        market: the upstream's key, e.g. "h2h", also one that the engine does not price.
        updated_at: when the upstream last saw these prices; None if it does not say.
        outcomes: its prices.
    """

    book: str
    title: str
    market: str
    updated_at: datetime | None
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """A game with all that books offer on it.

    Attributes:
        id: the upstream's, 32 hexadecimal digits.
        sport: the upstream's key, e.g. "basketball_nba".
        sport_title: its name for people.
        commence_time: when it starts, UTC.
        home: the home team; in a sport without sides, whatever the upstream puts there.
        away: the away team.
        markets: what each book offers.
    """

    id: str
    sport: str
    sport_title: str
    commence_time: datetime
    home: str
    away: str
    markets: tuple[BookMarket, ...]


@dataclass(frozen=True)
class Policy:
    """What the engine takes for what. The settings fill it.

    Attributes:
        method: how the margin is taken out for the figure that counts.
        sharp: weights of the reference books by key; prices come from these where they are offered.
        stale_seconds: age of a price above which it is left out.
        min_ev_percent: least expected value of a listed opportunity.
        kelly: share of the full Kelly stake that is advised.
        kelly_cap: largest stake that is advised, as a share of the bankroll.
        long_shot: decimal odds from which on an opportunity is flagged as a long shot.
        min_consensus: least opinions (different sets of prices) that make a consensus, beside the one that is
            judged.
        most_opportunities: most that are listed; of more, those of the highest EV.
    """

    method: Method = "power"
    sharp: dict[str, float] = field(default_factory=lambda: {"pinnacle": 1.0})
    stale_seconds: float = 1_800.0
    min_ev_percent: float = 0.0
    kelly: float = 0.25
    kelly_cap: float = 0.02
    long_shot: float = 8.0
    min_consensus: int = 4
    most_opportunities: int = 5_000


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a fair probability comes from.

    Attributes:
        kind: "sharp" if from the policy's reference books, "consensus" if from others.
        books: keys of those whose prices went into it, the weightiest or the one of the least margin first.
        oldest_price_seconds: age of the oldest price that went into it; None if the upstream gave no times.
        opinions: how many different sets of prices these books show. Books of one owner show the same, and
            count once in a consensus.
    """

    kind: Literal["sharp", "consensus"]
    books: tuple[str, ...]
    oldest_price_seconds: float | None
    opinions: int = 0


@dataclass(frozen=True, slots=True)
class Opportunity:
    """A price that pays more than it should.

    Attributes:
        id: stable over refreshes: the same bet at the same book has the same one.
        event_id: the event's id.
        sport: the upstream's key.
        sport_title: its name for people.
        commence_time: when the event starts.
        home_team: the home team.
        away_team: the away team.
        market: which market.
        outcome: what is bet on.
        point: the handicap or line; None in h2h.
        book: the book's key.
        book_title: its name for people.
        price: the book's decimal odds.
        price_updated_at: when the upstream last saw that price.
        fair_price: decimal odds without a margin, by the policy's method.
        fair_probability: its inverse.
        ev_percent: expected profit for a stake of 100, by the policy's method.
        ev_by_method: the same under each method.
        method: the policy's method.
        method_spread: largest less smallest of `ev_by_method`, in percentage points.
        reference: where the fair price comes from.
        books_offering: books that offer this very line, suspended and stale ones left out.
        oldest_price_seconds: age of the oldest price in the whole comparison: reference and this book.
        best_price: the best price on it of any book.
        best_book: that book's key.
        is_best: whether this is that price.
        edge_percent: how far the best price lies above the fair one.
        kelly_percent: the stake that is advised, as a percentage of the bankroll, after share and cap.
        full_kelly_percent: the full Kelly stake.
        long_shot: whether the price is a long shot, where the methods part.
        link: where the book sells it, if the upstream says.
    """

    id: str
    event_id: str
    sport: str
    sport_title: str
    commence_time: datetime
    home_team: str
    away_team: str
    market: Market
    outcome: str
    point: float | None
    book: str
    book_title: str
    price: float
    price_updated_at: datetime | None
    fair_price: float
    fair_probability: float
    ev_percent: float
    ev_by_method: dict[Method, float]
    method: Method
    method_spread: float
    reference: Reference
    books_offering: int
    oldest_price_seconds: float | None
    best_price: float
    best_book: str
    is_best: bool
    edge_percent: float
    kelly_percent: float
    full_kelly_percent: float
    long_shot: bool
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """One bet of an arbitrage or a middle.

    Attributes:
        outcome: what is bet on.
        point: its handicap or line.
        book: where, by key.
        book_title: where, for people.
        price: decimal odds.
        stake_share: share of the whole stake, so that each outcome pays the same.
    """

    outcome: str
    point: float | None
    book: str
    book_title: str
    price: float
    stake_share: float


@dataclass(frozen=True, slots=True)
class Arbitrage:
    """Bets at several books that pay more than they cost, however the event ends.

    Attributes:
        id: stable over refreshes.
        event_id: the event's id.
        sport: the upstream's key.
        commence_time: when the event starts.
        home_team: the home team.
        away_team: the away team.
        market: which market.
        point: the line; for spreads the home team's handicap.
        profit_percent: profit for a stake of 100.
        legs: the bets.
        oldest_price_seconds: age of the oldest of their prices.
    """

    id: str
    event_id: str
    sport: str
    commence_time: datetime
    home_team: str
    away_team: str
    market: Market
    point: float | None
    profit_percent: float
    legs: tuple[Leg, ...]
    oldest_price_seconds: float | None


@dataclass(frozen=True, slots=True)
class Middle:
    """Bets on both sides at different points: both win if the event ends between these.

    Attributes:
        id: stable over refreshes.
        event_id: the event's id.
        sport: the upstream's key.
        commence_time: when the event starts.
        home_team: the home team.
        away_team: the away team.
        market: "spreads" or "totals".
        gap: points between the two lines.
        profit_percent: profit for a stake of 100 if both win.
        cost_percent: loss for a stake of 100 if one wins; negative if that is a profit, too.
        break_even_probability: how often both have to win for it to pay.
        legs: the two bets.
        oldest_price_seconds: age of the oldest of their prices.
    """

    id: str
    event_id: str
    sport: str
    commence_time: datetime
    home_team: str
    away_team: str
    market: Market
    gap: float
    profit_percent: float
    cost_percent: float
    break_even_probability: float
    legs: tuple[Leg, Leg]
    oldest_price_seconds: float | None


@dataclass(frozen=True, slots=True)
class BookPrice:
    """One rung of a price ladder.

    Attributes:
        book: the book's key.
        book_title: its name for people.
        price: decimal odds.
        updated_at: when the upstream last saw it.
        ev_percent: expected profit for a stake of 100; None without a fair price.
        used: whether it takes part; else `why_not` says why.
        why_not: "stale", "suspended", "in_play" or another reason, in one word.
    """

    book: str
    book_title: str
    price: float
    updated_at: datetime | None
    ev_percent: float | None
    used: bool = True
    why_not: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """All prices on one outcome of one market of one event at one point: what is compared with what.

    Attributes:
        event_id: the event's id.
        market: which market.
        outcome: what is bet on.
        point: the handicap or line.
        ways: outcomes that the market has in these books: 2 or 3.
        fair_by_method: fair probabilities of the outcome; empty if there are too few books.
        reference: where these come from; None if there are too few books.
        prices: the books' prices, best first.
    """

    event_id: str
    market: Market
    outcome: str
    point: float | None
    ways: int
    fair_by_method: dict[Method, float]
    reference: Reference | None
    prices: tuple[BookPrice, ...]


@dataclass(frozen=True)
class SportCount:
    """What was found in one sport.

    Attributes:
        events: events that the upstream sent.
        in_play: of these, such as have started, which are left out.
        books: books that offer anything.
        prices: prices that take part.
        dropped: prices that do not, by reason.
        positive: prices with a positive EV by the policy's method.
        above_two: of these, such as exceed 2 %.
        listed: opportunities that are listed.
    """

    events: int
    in_play: int
    books: int
    prices: int
    dropped: dict[str, int]
    positive: int
    above_two: int
    listed: int


@dataclass(frozen=True)
class Analysis:
    """What one refresh has found.

    Attributes:
        at: the time that prices were judged at.
        opportunities: those listed, highest EV first.
        arbitrages: highest profit first.
        middles: least break-even probability first.
        lines: every line of every event that has not started, by event id; made when first asked for.
        counts: by sport.
    """

    at: datetime
    opportunities: list[Opportunity]
    arbitrages: list[Arbitrage]
    middles: list[Middle]
    lines: Mapping[str, list[Line]]
    counts: dict[str, SportCount]
