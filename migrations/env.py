"""Alembic's environment: the app's tables, through the async driver.

The gateway keeps its own tables under its own version table; whatever lies in the database beside
the app's tables is not looked at, so both can share one database.
"""

import asyncio

from alembic import context
from sqlalchemy import Connection

from shared.engines import async_url, create_async_engine
from shared.models import Base
from shared.settings import Settings

VERSION_TABLE = "alembic_version"
FOREIGN_PREFIX = "strangler_"


def database_url() -> str:
    """The caller's URL if there is one, else the environment's."""
    given = context.config.attributes.get("database_url")
    return str(given) if given else Settings.from_environ().database_url


def ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or not (name or "").startswith(FOREIGN_PREFIX)


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        version_table=VERSION_TABLE,
        include_name=ours,
        compare_type=True,
        # SQLite cannot alter a column; Alembic then copies the table.
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


async def online() -> None:
    engine = create_async_engine(database_url())
    try:
        async with engine.connect() as connection:
            await connection.run_sync(migrate)
    finally:
        await engine.dispose()


def offline() -> None:
    """Write the SQL instead of running it (`alembic upgrade --sql`)."""
    context.configure(
        url=async_url(database_url()),
        target_metadata=Base.metadata,
        version_table=VERSION_TABLE,
        literal_binds=True,
        dialect_opts={"paramstyle": "named"},
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    offline()
else:
    asyncio.run(online())
