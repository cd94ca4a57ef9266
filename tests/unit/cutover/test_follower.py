from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.engine import URL

from gateway.cutover import store
from gateway.cutover.follower import Follower
from gateway.cutover.stages import Stage
from gateway.errors import StateUnreachable
from gateway.routing.route import RouteTable
from gateway.state import schema
from gateway.state.engine import connect
from gateway.state.upgrade import upgrade
from gateway.state.url import parse_state_url
from tests.support.routes import route

TABLE = RouteTable({"GET /x": route()}, has_legacy=True)
INTERVAL = 0.05


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - a condition of another thread or process
            await asyncio.sleep(0.01)


def change(url: URL, stage: Stage) -> None:
    with connect(url) as connection:
        store.set_stage(connection, route(), stage, by="a", reason="r")


@pytest.mark.services
def test_it_publishes_loads_and_follows(state: URL) -> None:
    async def run() -> None:
        change(state, Stage.PORTED)
        follower = Follower(state, INTERVAL)
        await follower.load(TABLE)
        assert follower.snapshot.revision == 1
        follower.follow()
        try:
            await asyncio.to_thread(change, state, Stage.LEGACY)
            await until(lambda: follower.snapshot.revision == 2)
            assert follower.snapshot.flags["GET /x"].stage is Stage.LEGACY
        finally:
            await follower.close()

    asyncio.run(run())
    with connect(state) as connection:
        assert [found.key for found in store.routes(connection)] == ["GET /x"]


@pytest.mark.services
def test_a_restored_store_with_an_older_revision_is_followed_too(state: URL) -> None:
    async def run() -> None:
        change(state, Stage.PORTED)
        change(state, Stage.LEGACY)
        follower = Follower(state, INTERVAL)
        await follower.load(TABLE)
        follower.follow()
        try:
            with connect(state) as connection:
                connection.execute(update(schema.meta).values(revision=1))
                connection.execute(update(schema.flag).values(stage="ported"))
            await until(lambda: follower.snapshot.revision == 1)
            assert follower.snapshot.flags["GET /x"].stage is Stage.PORTED
        finally:
            await follower.close()

    asyncio.run(run())


def test_trouble_keeps_the_flags_is_told_once_and_heals(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = parse_state_url(f"sqlite:///{tmp_path / 'state.db'}")

    async def run() -> None:
        await asyncio.to_thread(upgrade, url)
        change(url, Stage.PORTED)
        follower = Follower(url, INTERVAL)
        await follower.load(TABLE)
        follower.follow()
        try:
            with connect(url) as connection:
                connection.exec_driver_sql("ALTER TABLE strangler_meta RENAME TO away")
            await until(lambda: follower.trouble is not None)
            assert follower.snapshot.revision == 1
            with connect(url) as connection:
                connection.exec_driver_sql("ALTER TABLE away RENAME TO strangler_meta")
            await until(lambda: follower.trouble is None)
            await asyncio.to_thread(change, url, Stage.LEGACY)
            await until(lambda: follower.snapshot.revision == 2)
        finally:
            await follower.close()

    with caplog.at_level(logging.WARNING):
        asyncio.run(run())
    assert caplog.text.count("flags stay at revision 1") == 1
    assert caplog.text.count("the store answers again") == 1


def test_a_store_that_does_not_answer_is_one_line_without_a_password() -> None:
    async def run() -> None:
        follower = Follower(parse_state_url("mysql://u:hush@127.0.0.1:1/x"), INTERVAL)
        try:
            await follower.load(TABLE)
        finally:
            await follower.close()

    with pytest.raises(StateUnreachable) as error:
        asyncio.run(run())
    assert "hush" not in str(error.value)
    assert "mysql://u:***@127.0.0.1:1/x" in str(error.value)
    assert "\n" not in str(error.value)


def test_closed_it_neither_follows_nor_fails_to_close_again(tmp_path: Path) -> None:
    async def run() -> None:
        url = parse_state_url(f"sqlite:///{tmp_path / 'state.db'}")
        await asyncio.to_thread(upgrade, url)
        follower = Follower(url, INTERVAL)
        await follower.load(TABLE)
        follower.follow()
        await follower.close()
        await follower.close()
        assert not [task for task in asyncio.all_tasks() if "strangler" in task.get_name()]

    asyncio.run(run())
