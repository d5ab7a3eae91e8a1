"""The table of generated league schedules."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "league_schedules",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("league_key", sa.String(64), nullable=False),
        sa.Column("league_name", sa.String(100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("total_games", sa.Integer(), nullable=False),
        sa.Column("generation_time", sa.Float(), nullable=False),
        sa.Column("home_venue_share", sa.Float(), nullable=False),
        sa.Column("league", sa.JSON(), nullable=False),
        sa.Column("games", sa.JSON(), nullable=False),
        sa.Column("validation", sa.JSON(), nullable=False),
        sa.UniqueConstraint("league_key", "version", name="uq_league_schedules_version"),
    )
    op.create_index("ix_league_schedules_created_at", "league_schedules", ["created_at"])


def downgrade() -> None:
    op.drop_table("league_schedules")
