"""Keep a worker's snapshot of the flags at the newest revision.

The request path reads ``Follower.snapshot`` and nothing else. One task asks for the
revision at an interval, and loads all flags when it has changed. A store that does not
answer changes nothing: the snapshot stays, and ``Follower.trouble`` says why.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import SQLAlchemyError

from gateway.cutover import store
from gateway.cutover.snapshot import EMPTY, Snapshot
from gateway.errors import StateUnreachable
from gateway.routing.route import RouteTable
from gateway.state.engine import open_async, unreachable

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

__all__ = ["Follower"]

_LOGGER = logging.getLogger("gateway.cutover")
_JITTER = 0.2
_Result = TypeVar("_Result")


class Follower:
    """Follows the flags in one store.

    Args:
        url: the state's URL.
        interval: seconds between two looks at the revision; each look is moved by up
            to a fifth of it, so that workers do not ask all at once.
    """

    def __init__(self, url: URL, interval: float) -> None:
        self.snapshot: Snapshot = EMPTY
        self.trouble: str | None = None
        self._url = url
        self._interval = interval
        self._engine: AsyncEngine | None = None
        self._task: asyncio.Task[None] | None = None
        # Its own: an application may have seeded the random numbers of the process.
        self._random = random.Random()  # noqa: S311 - not a secret

    async def load(self, table: RouteTable) -> None:
        """Publish the route table and read the flags once.

        Raises:
            StateUnreachable: the database does not answer.
        """
        self._engine = open_async(self._url)
        try:
            await self._run(lambda connection: store.publish(connection, table))
            self.snapshot = await self._run(store.load)
        except (SQLAlchemyError, OSError) as error:
            raise unreachable(self._url, error) from error

    def follow(self) -> None:
        """Start following; needs a running event loop, in the process that serves."""
        self._task = asyncio.create_task(self._follow(), name="strangler-follower")

    async def close(self) -> None:
        """Stop following and let go of the store."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        if self._engine is not None:
            await self._engine.dispose()
            self._engine = None

    async def _follow(self) -> None:
        while True:
            spread = 1 + _JITTER * (2 * self._random.random() - 1)
            await asyncio.sleep(self._interval * spread)
            await self._look()

    async def _look(self) -> None:
        try:
            async with asyncio.timeout(max(5.0, 4 * self._interval)):
                number = await self._run(store.revision)
                # Not "newer": a restored store may stand at an older revision.
                if number != self.snapshot.revision:
                    self.snapshot = await self._run(store.load)
                    _LOGGER.info("flags at revision %d", self.snapshot.revision)
        except Exception as error:  # noqa: BLE001 - whatever a driver raises, the flags stay
            if self.trouble is None:
                self.trouble = str(_described(self._url, error))
                _LOGGER.warning(
                    "flags stay at revision %d: %s", self.snapshot.revision, self.trouble
                )
        else:
            if self.trouble is not None:
                self.trouble = None
                _LOGGER.warning("the store answers again; flags at %d", self.snapshot.revision)

    async def _run(self, work: Callable[[Connection], _Result]) -> _Result:
        if self._engine is None:
            raise StateUnreachable("the store is closed")
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)


def _described(url: URL, error: Exception) -> Exception:
    return error if isinstance(error, StateUnreachable) else unreachable(url, error)
