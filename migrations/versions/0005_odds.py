"""The record of odds: events, the opportunities listed on them, and snapshots of their prices."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = 200


def upgrade() -> None:
    _events()
    _opportunities()
    _prices()


def _events() -> None:
    op.create_table(
        "odds_events",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("source", sa.String(8), nullable=False),
        sa.Column("event_id", sa.String(TEXT), nullable=False),
        sa.Column("sport", sa.String(TEXT), nullable=False),
        sa.Column("home_team", sa.String(TEXT), nullable=False),
        sa.Column("away_team", sa.String(TEXT), nullable=False),
        sa.Column("commence_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("home_score", sa.Float(), nullable=True),
        sa.Column("away_score", sa.Float(), nullable=True),
        sa.UniqueConstraint("source", "event_id", name="uq_odds_events_source_event_id"),
    )
    op.create_index("ix_odds_events_commence_time", "odds_events", ["commence_time"])


def _opportunities() -> None:
    op.create_table(
        "odds_opportunities",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("event", sa.Integer(), sa.ForeignKey("odds_events.id", ondelete="CASCADE"), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("market", sa.String(16), nullable=False),
        sa.Column("outcome", sa.String(TEXT), nullable=False),
        sa.Column("point", sa.Float(), nullable=True),
        sa.Column("ways", sa.Integer(), nullable=False),
        sa.Column("book", sa.String(TEXT), nullable=False),
        sa.Column("first_listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("price", sa.Float(), nullable=False),
        sa.Column("fair_probability", sa.Float(), nullable=False),
        sa.Column("ev_percent", sa.Float(), nullable=False),
        sa.Column("method", sa.String(16), nullable=False),
        sa.Column("reference", sa.String(16), nullable=False),
        sa.Column("long_shot", sa.Boolean(), nullable=False),
        sa.Column("lead_hours", sa.Float(), nullable=False),
        sa.Column("noted_price", sa.Float(), nullable=True),
        sa.Column("noted_probability", sa.Float(), nullable=True),
        sa.Column("snapshots", sa.Integer(), nullable=False),
        sa.Column("closing_price", sa.Float(), nullable=True),
        sa.Column("closing_probability", sa.Float(), nullable=False),
        sa.Column("closing_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closing", sa.String(16), nullable=False),
        sa.Column("clv_percent", sa.Float(), nullable=True),
        sa.Column("result", sa.String(16), nullable=True),
        sa.Column("profit", sa.Float(), nullable=True),
        sa.UniqueConstraint("event", "key", name="uq_odds_opportunities_event_key"),
    )


def _prices() -> None:
    op.create_table(
        "odds_prices",
        sa.Column(
            "opportunity",
            sa.Integer(),
            sa.ForeignKey("odds_opportunities.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("at", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("price", sa.Float(), nullable=True),
        sa.Column("fair_probability", sa.Float(), nullable=True),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("odds_prices")
    op.drop_table("odds_opportunities")
    op.drop_index("ix_odds_events_commence_time", "odds_events")
    op.drop_table("odds_events")
