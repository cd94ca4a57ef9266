"""The services that `make test` starts are real, private and used."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import aiomysql
import pymysql
import pytest
import redis
from sqlalchemy.engine import make_url

pytestmark = pytest.mark.services


def given(name: str) -> str:
    """Return a service's URL; without it the test fails, unless it was said to be without."""
    url = os.environ.get(name)
    if url:
        return url
    if os.environ.get("STRANGLER_TESTS_WITHOUT_SERVICES") == "1":
        pytest.skip(f"{name} is not set")
    pytest.fail(f"{name} is not set; `make test` sets it", pytrace=False)


def test_redis_keeps_what_it_is_given() -> None:
    with redis.Redis.from_url(given("TEST_REDIS_URL")) as client:
        name = f"strangler:test:{os.getpid()}"
        assert client.set(name, "kept", ex=60)
        assert client.get(name) == b"kept"
        assert client.delete(name) == 1


def test_both_drivers_reach_the_same_mariadb() -> None:
    url = make_url(given("TEST_MYSQL_URL"))
    address: dict[str, Any] = {
        "host": url.host or "127.0.0.1",
        "port": url.port or 3306,
        "user": url.username or "root",
        "password": url.password or "",
    }

    async def asked() -> str:
        connection = await aiomysql.connect(**address)
        async with connection.cursor() as cursor:
            await cursor.execute("SELECT VERSION()")
            (version,) = await cursor.fetchone()
        connection.close()
        return str(version)

    with pymysql.connect(**address) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT VERSION()")
        row = cursor.fetchone()
    assert row is not None
    assert row[0] == asyncio.run(asked())
