"""Sessions: committed before the answer, rolled back on error, always closed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from fastapi_app.database import Database
from shared.engines import PoolSettings
from tests.support.databases import SeededDatabase

CHANGE = text("UPDATE settings SET updated_by = 'me' WHERE settings.key = 'autoplay'")
READ = "SELECT updated_by FROM settings WHERE settings.key = 'autoplay'"

Story = Callable[[Database], Coroutine[Any, Any, None]]


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    # One connection each: a session that is not closed would leave the next one waiting.
    database = Database(url, PoolSettings(size=1, overflow=0, timeout=1))
    try:
        yield database
        assert [engine.pool.checkedout() for engine in database._engines] == [0, 0]  # type: ignore[attr-defined]  # only queue pools count
    finally:
        await database.dispose()


def play(url: str, story: Story) -> None:
    async def run() -> None:
        async with opened(url) as database:
            await story(database)

    asyncio.run(run())


def changed_by(database: SeededDatabase) -> str | None:
    (row,) = database.ask(READ)
    return None if row.updated_by is None else str(row.updated_by)


def test_a_write_is_committed_at_the_end(database: SeededDatabase) -> None:
    async def story(port: Database) -> None:
        async with port.session_for("PUT") as session:
            await session.execute(CHANGE)
            assert changed_by(database) is None
        assert changed_by(database) == "me"

    play(database.url, story)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, asyncio.CancelledError])
def test_an_error_rolls_back_and_goes_on(
    database: SeededDatabase, error: type[BaseException]
) -> None:
    async def story(port: Database) -> None:
        async def fail(session: AsyncSession) -> None:
            await session.execute(CHANGE)
            raise error

        with pytest.raises(error):
            async with port.session_for("DELETE") as session:
                await fail(session)

    play(database.url, story)

    assert changed_by(database) is None


def test_a_cancelled_request_gives_its_connection_back(database: SeededDatabase) -> None:
    async def story(port: Database) -> None:
        begun, never = asyncio.Event(), asyncio.Event()

        async def request() -> None:
            async with port.session_for("PUT") as session:
                await session.execute(CHANGE)
                begun.set()
                await never.wait()

        task = asyncio.create_task(request())
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with port.session_for("PUT") as session:
            assert await session.scalar(text(READ)) is None

    play(database.url, story)


def test_a_session_that_is_not_used_takes_no_connection(database: SeededDatabase) -> None:
    async def story(port: Database) -> None:
        async with port.session_for("PUT"), port.session_for("PUT"), port.session_for("GET"):
            pass

    play(database.url, story)


def test_what_was_read_can_be_used_after_the_commit(database: SeededDatabase) -> None:
    async def story(port: Database) -> None:
        async with port.session_for("PUT") as session:
            row = (await session.execute(text(READ))).one()
        assert row.updated_by is None

    play(database.url, story)


def test_a_read_pays_for_its_own_statement_only(database: SeededDatabase) -> None:
    """Asks MariaDB itself what arrived on the connection of the reading pool."""
    if database.backend == "sqlite":
        return  # nothing travels
    arrived = (
        "SELECT variable_name, variable_value FROM information_schema.session_status"
        " WHERE variable_name IN ('COM_SELECT', 'COM_SET_OPTION', 'COM_COMMIT', 'COM_ROLLBACK')"
    )

    async def story(port: Database) -> None:
        async def count() -> dict[str, int]:
            async with port.session_for("GET") as session:
                rows = (await session.execute(text(arrived))).all()
                return {name.upper(): int(value) for name, value in rows}

        before = await count()
        for _ in range(5):
            async with port.session_for("GET") as session:
                await session.execute(text("SELECT 1"))
        after = await count()
        assert {name: after[name] - before[name] for name in before} == {
            "COM_SELECT": 6,  # the question itself is one
            "COM_SET_OPTION": 0,
            "COM_COMMIT": 0,
            "COM_ROLLBACK": 0,
        }

    play(database.url, story)


def test_readers_do_not_wait_for_a_writer(database: SeededDatabase) -> None:
    async def story(port: Database) -> None:
        async with port.session_for("PUT") as writer:
            await writer.execute(CHANGE)
            async with port.session_for("GET") as reader:
                assert await reader.scalar(text(READ)) is None

    play(database.url, story)


def test_many_at_once_share_a_small_pool(database: SeededDatabase) -> None:
    async def story(port: Database) -> None:
        async def bump(number: int) -> None:
            async with port.session_for("PUT" if number % 2 else "GET") as session:
                await session.execute(CHANGE if number % 2 else text(READ))

        await asyncio.gather(*(bump(number) for number in range(40)))

    play(database.url, story)
