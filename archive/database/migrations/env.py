"""Alembic's environment: the connection and its transaction are the caller's."""

from __future__ import annotations

from alembic import context

from archive.database.base import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=False,  # the caller's transaction is the only one
)
context.run_migrations()
