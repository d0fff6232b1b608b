"""Alembic's entry: migrates the connection that `core.records.database` hands over."""

from alembic import context

from core.records.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
