"""Engines and sessions: one session a request, committed before the response leaves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared.engines import PoolSettings, create_async_engine

__all__ = ["Database"]

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Database:
    """The app's database as the port sees it.

    There are two pools. Connections of the reading pool run in AUTOCOMMIT and are not rolled back
    on return: a request that only reads then pays for its own statements and nothing else.

    Args:
        database_url: `DATABASE_URL` as the team wrote it.
        pool: Sizes, for each of the two pools.
    """

    def __init__(self, database_url: str, pool: PoolSettings | None = None) -> None:
        self._engines = (
            create_async_engine(database_url, pool, read_only=True),
            create_async_engine(database_url, pool),
        )
        reading, writing = self._engines
        self._readers = async_sessionmaker(reading, expire_on_commit=False, autoflush=False)
        self._writers = async_sessionmaker(writing, expire_on_commit=False)

    @asynccontextmanager
    async def session_for(self, method: str) -> AsyncIterator[AsyncSession]:
        """Open the session of one request.

        Args:
            method: The request's method; safe methods read.

        Yields:
            A session that connects at its first statement. For other than safe methods it commits
            at the end and rolls back on any exception, cancellation included. Always closed.
        """
        if method in SAFE_METHODS:
            async with self._readers() as session:
                yield session
        else:
            async with self._writers() as session, session.begin():
                yield session

    async def dispose(self) -> None:
        """Close both pools."""
        for engine in self._engines:
            await engine.dispose()
