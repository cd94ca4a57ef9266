"""One URL, two drivers; connections come with sensible settings."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from shared.engines import (
    PoolSettings,
    async_url,
    create_async_engine,
    create_sync_engine,
    safe_url,
    sync_url,
)
from shared.errors import SettingError


@pytest.mark.parametrize(
    ("written", "sync", "asynchronous"),
    [
        ("mysql", "mysql+pymysql", "mysql+aiomysql"),
        ("mysql+pymysql", "mysql+pymysql", "mysql+aiomysql"),
        ("mysql+aiomysql", "mysql+pymysql", "mysql+aiomysql"),
        ("mysql+asyncmy", "mysql+pymysql", "mysql+asyncmy"),
        ("mariadb", "mysql+pymysql", "mysql+aiomysql"),
        ("mariadb+pymysql", "mysql+pymysql", "mysql+aiomysql"),
        ("mariadb+aiomysql", "mysql+pymysql", "mysql+aiomysql"),
        ("mariadb+asyncmy", "mysql+pymysql", "mysql+asyncmy"),
    ],
)
def test_a_mysql_url_gets_both_drivers(written: str, sync: str, asynchronous: str) -> None:
    url = f"{written}://app:p%40ss@db:3307/encore?ssl_ca=/etc/ca.pem"
    rest = "://app:p%40ss@db:3307/encore?charset=utf8mb4&ssl_ca=%2Fetc%2Fca.pem"

    assert sync_url(url).render_as_string(hide_password=False) == sync + rest
    assert async_url(url).render_as_string(hide_password=False) == asynchronous + rest


def test_a_charset_of_ones_own_is_kept() -> None:
    assert sync_url("mysql://h/d?charset=utf8mb3").query == {"charset": "utf8mb3"}


@pytest.mark.parametrize("written", ["sqlite", "sqlite+pysqlite", "sqlite+aiosqlite"])
def test_a_sqlite_url_gets_both_drivers(written: str) -> None:
    assert str(sync_url(f"{written}:////srv/encore.db")) == "sqlite+pysqlite:////srv/encore.db"
    assert str(async_url(f"{written}:////srv/encore.db")) == "sqlite+aiosqlite:////srv/encore.db"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://app:geheim@db/encore",
        "mysql+mysqldb://app:geheim@db/encore",
        "oracle://app:geheim@db/encore?password=geheim",
    ],
)
def test_other_backends_are_refused_with_the_allowed_ones(url: str) -> None:
    for derive in (sync_url, async_url):
        with pytest.raises(SettingError, match=r"allowed: URLs of sqlite, .*mysql") as caught:
            derive(url)
        assert "geheim" not in str(caught.value)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["app:geheim@db/encore", "mysql://app:geheim@db:port/x", ""])
def test_what_is_no_url_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(SettingError, match="unreadable URL") as caught:
        sync_url(url)

    assert "geheim" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused_because_two_stacks_share_it(url: str) -> None:
    with pytest.raises(SettingError, match="a SQLite file"):
        sync_url(url)


def test_a_url_for_messages_holds_no_secret() -> None:
    assert safe_url("mysql://app:geheim@db/encore?passwd=geheim") == "mysql://app:***@db/encore"
    assert safe_url("geheim") == "<unreadable URL>"


def test_a_missing_folder_is_made_and_an_impossible_one_named(tmp_path: Path) -> None:
    create_sync_engine(f"sqlite:///{tmp_path}/new/encore.db").dispose()
    assert (tmp_path / "new").is_dir()

    (tmp_path / "file").touch()
    with pytest.raises(SettingError, match="a file in a writable folder"):
        create_sync_engine(f"sqlite:///{tmp_path}/file/deep/encore.db")


def test_sqlite_connections_are_prepared(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/encore.db"
    wanted = {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 5000, "synchronous": 1}

    engine = create_sync_engine(url)
    with engine.connect() as connection:
        found = {name: connection.scalar(text(f"PRAGMA {name}")) for name in wanted}
    engine.dispose()
    assert found == wanted

    async def ask() -> dict[str, object]:
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            found = {name: await connection.scalar(text(f"PRAGMA {name}")) for name in wanted}
        await engine.dispose()
        return found

    assert asyncio.run(ask()) == wanted


def test_one_pool_serves_several_threads(database_url: str) -> None:
    engine = create_sync_engine(database_url, PoolSettings(size=2, overflow=0))

    def ask(number: int) -> int:
        with engine.connect() as connection:
            return int(connection.scalar(text("SELECT :number"), {"number": number}) or 0)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(40))) == sum(range(40))
    engine.dispose()


def test_both_engines_see_one_database(database_url: str) -> None:
    engine = create_sync_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE note (words VARCHAR(40) NOT NULL)"))
        connection.execute(text("INSERT INTO note VALUES ('Zugabe 🎬')"))
    engine.dispose()

    async def read() -> object:
        engine = create_async_engine(database_url)
        async with engine.connect() as connection:
            words = await connection.scalar(text("SELECT words FROM note"))
        await engine.dispose()
        return words

    assert asyncio.run(read()) == "Zugabe 🎬"


def test_a_reading_engine_needs_no_commit(database_url: str) -> None:
    async def write_and_read() -> object:
        engine = create_async_engine(database_url, read_only=True)
        async with engine.connect() as connection:
            await connection.execute(text("CREATE TABLE note (number INT NOT NULL)"))
            await connection.execute(text("INSERT INTO note VALUES (7)"))
        async with engine.connect() as connection:
            number = await connection.scalar(text("SELECT number FROM note"))
        await engine.dispose()
        return number

    assert asyncio.run(write_and_read()) == 7


def test_a_killed_connection_is_replaced_unnoticed(database_url: str) -> None:
    engine = create_sync_engine(database_url, PoolSettings(size=1, overflow=0))
    if engine.dialect.name == "sqlite":
        engine.dispose()
        return  # a file hangs up on nobody
    with engine.connect() as connection:
        number = connection.scalar(text("SELECT CONNECTION_ID()"))
    other = create_sync_engine(database_url)
    with other.connect() as connection:
        connection.execute(text(f"KILL {number}"))
    other.dispose()

    with engine.connect() as connection:
        assert connection.scalar(text("SELECT CONNECTION_ID()")) != number
    engine.dispose()


def test_an_unreachable_server_fails_soon_and_clearly() -> None:
    engine = create_sync_engine("mysql://app:geheim@127.0.0.1:1/encore")

    with pytest.raises(OperationalError, match="Can't connect") as caught, engine.connect():
        pass

    assert "geheim" not in str(caught.value)
