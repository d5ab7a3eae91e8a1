"""Versions of league schedules by feed, what a repair changed, and leagues by name."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLE = "league_schedules"
ROWS = sa.table(
    TABLE,
    sa.column("id", sa.String),
    sa.column("feed", sa.String),
    sa.column("league_key", sa.String),
    sa.column("version", sa.Integer),
    sa.column("created_at", sa.DateTime(timezone=True)),
    sa.column("origin", sa.String),
    sa.column("changes", sa.JSON),
)


def upgrade() -> None:
    with op.batch_alter_table(TABLE) as batch:
        batch.add_column(sa.Column("feed", sa.String(32), nullable=True))
        batch.add_column(sa.Column("origin", sa.String(16), nullable=True))
        batch.add_column(sa.Column("parent", sa.String(32), nullable=True))
        batch.add_column(sa.Column("scores", sa.JSON(none_as_null=True), nullable=True))
        batch.add_column(sa.Column("changes", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("search", sa.JSON(none_as_null=True), nullable=True))
    _fill()
    with op.batch_alter_table(TABLE) as batch:
        batch.alter_column("feed", existing_type=sa.String(32), nullable=False)
        batch.alter_column("origin", existing_type=sa.String(16), nullable=False)
        batch.alter_column("changes", existing_type=sa.JSON(), nullable=False)
        batch.drop_constraint("uq_league_schedules_version", type_="unique")
        batch.create_unique_constraint("uq_league_schedules_feed_version", ["feed", "version"])
    op.create_index("ix_league_schedules_feed", TABLE, ["feed"])
    op.create_index("ix_league_schedules_league_key", TABLE, ["league_key"])
    op.create_table(
        "leagues",
        sa.Column("key", sa.String(300), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("feed", sa.String(32), nullable=False, unique=True),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("teams", sa.Integer(), nullable=False),
        sa.Column("total_games", sa.Integer(), nullable=False),
        sa.Column("spec", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(100), nullable=False),
    )


def _fill() -> None:
    """What was stored so far was generated, and each league so far is one feed."""
    connection = op.get_bind()
    connection.execute(sa.update(ROWS).values(origin="generate", changes=[]))
    for key in connection.scalars(sa.select(ROWS.c.league_key).distinct()).all():
        mine = ROWS.c.league_key == key
        connection.execute(sa.update(ROWS).where(mine).values(feed=uuid.uuid4().hex))


def downgrade() -> None:
    op.drop_table("leagues")
    op.drop_index("ix_league_schedules_league_key", TABLE)
    op.drop_index("ix_league_schedules_feed", TABLE)
    with op.batch_alter_table(TABLE) as batch:
        batch.drop_constraint("uq_league_schedules_feed_version", type_="unique")
    _count_by_league()
    with op.batch_alter_table(TABLE) as batch:
        for name in ("feed", "origin", "parent", "scores", "changes", "search"):
            batch.drop_column(name)
        batch.create_unique_constraint("uq_league_schedules_version", ["league_key", "version"])


def _count_by_league() -> None:
    """Versions counted from 1 for each league again, in the order in which they were made."""
    connection = op.get_bind()
    oldest_first = sa.select(ROWS.c.id, ROWS.c.league_key).order_by(ROWS.c.created_at, ROWS.c.version)
    counted: dict[str, int] = {}
    for row in connection.execute(oldest_first).all():
        counted[row.league_key] = counted.get(row.league_key, 0) + 1
        mine = ROWS.c.id == row.id
        connection.execute(sa.update(ROWS).where(mine).values(version=counted[row.league_key]))
