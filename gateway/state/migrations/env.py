"""Alembic's environment for the gateway's own tables.

The gateway upgrades through ``gateway.state.upgrade``, which hands a connection in.
Run by Alembic's own command, it opens the state named by ``STRANGLER_STATE_URL``.
"""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy.engine import Connection

from gateway.state.engine import open_async
from gateway.state.schema import VERSION_TABLE, metadata
from gateway.state.url import parse_state_url


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table=VERSION_TABLE,
        include_name=lambda name, kind, _: kind != "table" or str(name).startswith("strangler_"),
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_alone() -> None:
    from gateway.settings import load_settings  # noqa: PLC0415 - only for Alembic's own command

    engine = open_async(parse_state_url(load_settings().state_url))
    async with engine.begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


given = context.config.attributes.get("connection")
if given is None:
    asyncio.run(run_alone())
else:
    run(given)
