"""The SQL tables of the record: events, the opportunities that were listed on them, and their prices.

Owns their columns only: ``record`` writes what is seen before the start, ``closing`` and ``results`` what
comes after it, and the migration that makes them is in ``migrations/``. Texts are as long as wire.py lets
them be.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, Float, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from longshore.storage import Base, Instant

TEXT = 200
"""Characters of a text of the upstream, as wire.py bounds them."""


class OddsEvent(Base):
    """An event on which something was listed.

    Attributes:
        source: "live", or "sandbox" for made-up data; the same event of both is two rows.
        event_id: the upstream's id.
        commence_time: when it starts, as the upstream said last.
        looked_at: the newest analysis that had it before its start.
        closed_at: when its closing lines were settled; None before.
        settled_at: when its results were settled; None before.
        home_score: points of the home team; None without a score.
        away_score: points of the away team.
    """

    __tablename__ = "odds_events"
    __table_args__ = (UniqueConstraint("source", "event_id", name="uq_odds_events_source_event_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    source: Mapped[str] = mapped_column(String(8))
    event_id: Mapped[str] = mapped_column(String(TEXT))
    sport: Mapped[str] = mapped_column(String(TEXT))
    home_team: Mapped[str] = mapped_column(String(TEXT))
    away_team: Mapped[str] = mapped_column(String(TEXT))
    commence_time: Mapped[datetime] = mapped_column(Instant, index=True)
    looked_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    home_score: Mapped[float | None] = mapped_column(Float)
    away_score: Mapped[float | None] = mapped_column(Float)


class OddsOpportunity(Base):
    """An opportunity as it was first listed, and what became of it.

    Attributes:
        event: the row of its event.
        key: ``model.Opportunity.id``.
        ways: outcomes of its market, 2 or 3; 0 if the analysis had no such line.
        first_listed_at: when it was first listed; ``price`` to ``lead_hours`` are of then and never change.
        last_listed_at: when it was last listed.
        price: the price that counts as taken.
        reference: "sharp" or "consensus".
        lead_hours: hours until the start, as was known then.
        noted_price: what the newest row of its prices has.
        noted_probability: the same.
        snapshots: rows of its prices.
        closing_price: its book's price when the line last had a fair price; None if the book had none.
        closing_probability: that fair probability. The closing one is the last one before the start.
        closing_at: when that was.
        closing: "open", and after the start "closed", "vanished" or "unseen", see closing.py.
        clv_percent: closing line value; None unless it is "closed".
        result: see grading.py; None before.
        profit: for a stake of 1; None before, and where the result is none of the bet's own.
    """

    __tablename__ = "odds_opportunities"
    __table_args__ = (UniqueConstraint("event", "key", name="uq_odds_opportunities_event_key"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    event: Mapped[int] = mapped_column(ForeignKey("odds_events.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(64))
    market: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str] = mapped_column(String(TEXT))
    point: Mapped[float | None] = mapped_column(Float)
    ways: Mapped[int] = mapped_column(Integer)
    book: Mapped[str] = mapped_column(String(TEXT))
    first_listed_at: Mapped[datetime] = mapped_column(Instant)
    last_listed_at: Mapped[datetime] = mapped_column(Instant)
    price: Mapped[float] = mapped_column(Float)
    fair_probability: Mapped[float] = mapped_column(Float)
    ev_percent: Mapped[float] = mapped_column(Float)
    method: Mapped[str] = mapped_column(String(16))
    reference: Mapped[str] = mapped_column(String(16))
    long_shot: Mapped[bool] = mapped_column(Boolean)
    lead_hours: Mapped[float] = mapped_column(Float)
    noted_price: Mapped[float | None] = mapped_column(Float)
    noted_probability: Mapped[float | None] = mapped_column(Float)
    snapshots: Mapped[int] = mapped_column(Integer)
    closing_price: Mapped[float | None] = mapped_column(Float)
    closing_probability: Mapped[float] = mapped_column(Float)
    closing_at: Mapped[datetime] = mapped_column(Instant)
    closing: Mapped[str] = mapped_column(String(16))
    clv_percent: Mapped[float | None] = mapped_column(Float)
    result: Mapped[str | None] = mapped_column(String(16))
    profit: Mapped[float | None] = mapped_column(Float)


class OddsPrice(Base):
    """A snapshot: what an opportunity's price was, from then until the next one.

    Attributes:
        price: its book's price; None if the book does not offer it.
        fair_probability: None if too few books offer the line.
    """

    __tablename__ = "odds_prices"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (SQLAlchemy's own form)

    opportunity: Mapped[int] = mapped_column(
        ForeignKey("odds_opportunities.id", ondelete="CASCADE"), primary_key=True
    )
    at: Mapped[datetime] = mapped_column(Instant, primary_key=True)
    price: Mapped[float | None] = mapped_column(Float)
    fair_probability: Mapped[float | None] = mapped_column(Float)
