"""Env: how Alembic runs the steps, on the connection that it was given."""

from __future__ import annotations

from alembic import context

from bot.database.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
