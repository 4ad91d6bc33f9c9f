"""Alembic runs this for every migration, inside the transaction of whoever asked for it."""

from alembic import context

from tradegecko_bridge.stores.sql.tables import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
)
context.run_migrations()
