"""Alembic's entry: it runs on the connection that longshore/migrations.py hands over.

The tables are not imported: the revisions say it all, and a release should not load the application. A
test compares what they make with the models.
"""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
