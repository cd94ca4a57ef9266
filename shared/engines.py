"""One `DATABASE_URL`, two drivers: sync for the monolith, async for the port.

The team writes the URL once. `sync_url` and `async_url` put in the driver that each stack needs:

    sqlite                  -> pysqlite  | aiosqlite
    mysql, mariadb          -> pymysql   | aiomysql
    mysql+asyncmy           -> pymysql   | asyncmy

MariaDB is spoken to as MySQL on both sides, so that both stacks compile the same SQL.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.ext.asyncio import create_async_engine as sqlalchemy_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from shared.errors import SettingError

__all__ = [
    "PoolSettings",
    "async_url",
    "create_async_engine",
    "create_sync_engine",
    "safe_url",
    "sync_url",
]

_KEY = "DATABASE_URL"
_BUSY_TIMEOUT_MS = 5_000
_CONNECT_TIMEOUT_S = 5


class _Drivers(NamedTuple):
    sync: str
    asynchronous: str


_SQLITE = _Drivers("sqlite+pysqlite", "sqlite+aiosqlite")
_MYSQL = _Drivers("mysql+pymysql", "mysql+aiomysql")
_ASYNCMY = _Drivers("mysql+pymysql", "mysql+asyncmy")

_DRIVERS = {
    "sqlite": _SQLITE,
    "sqlite+pysqlite": _SQLITE,
    "sqlite+aiosqlite": _SQLITE,
    "mysql": _MYSQL,
    "mysql+pymysql": _MYSQL,
    "mysql+aiomysql": _MYSQL,
    "mysql+asyncmy": _ASYNCMY,
    "mariadb": _MYSQL,
    "mariadb+pymysql": _MYSQL,
    "mariadb+aiomysql": _MYSQL,
    "mariadb+asyncmy": _ASYNCMY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSettings:
    """Sizes of one connection pool.

    Attributes:
        size: Connections that stay open, at most.
        overflow: Connections opened beyond `size` under load.
        timeout: Seconds to wait for a free connection.
        recycle: Seconds after which a connection is replaced; must stay below the server's
            `wait_timeout`.
    """

    size: int = 10
    overflow: int = 10
    timeout: int = 5
    recycle: int = 1_800


def sync_url(database_url: str) -> URL:
    """Return the URL for the sync driver.

    Raises:
        SettingError: Unknown backend or driver, or no URL at all; never shows the password.
    """
    url, drivers = _parse(database_url)
    return url.set(drivername=drivers.sync)


def async_url(database_url: str) -> URL:
    """Return the URL for the async driver.

    Raises:
        SettingError: Unknown backend or driver, or no URL at all; never shows the password.
    """
    url, drivers = _parse(database_url)
    return url.set(drivername=drivers.asynchronous)


def safe_url(database_url: str) -> str:
    """Return the URL for messages: password masked, query dropped because it may hold secrets."""
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):
        return "<unreadable URL>"
    return url.set(query={}).render_as_string(hide_password=True)


def create_sync_engine(database_url: str, pool: PoolSettings | None = None) -> Engine:
    """Create the sync engine; connects on first use and may be used from several threads.

    Args:
        database_url: `DATABASE_URL` as the team wrote it.
        pool: Pool sizes; the defaults of `PoolSettings` otherwise.

    Raises:
        SettingError: See `sync_url`.
    """
    url = sync_url(database_url)
    engine = create_engine(url, **_options(url, pool))
    _prepare_connections(engine)
    return engine


def create_async_engine(
    database_url: str, pool: PoolSettings | None = None, *, read_only: bool = False
) -> AsyncEngine:
    """Create the async engine; connects on first use.

    Args:
        database_url: `DATABASE_URL` as the team wrote it.
        pool: Pool sizes; the defaults of `PoolSettings` otherwise.
        read_only: For connections that only read. They run in AUTOCOMMIT and are not rolled back
            when they return to the pool, which saves two round trips a request.

    Raises:
        SettingError: See `async_url`.
    """
    url = async_url(database_url)
    options = _options(url, pool)
    if read_only:
        # The session ends with a rollback of its own; without the last option it would travel.
        options |= {
            "isolation_level": "AUTOCOMMIT",
            "pool_reset_on_return": None,
            "skip_autocommit_rollback": True,
        }
    engine = sqlalchemy_async_engine(url, **options)
    _prepare_connections(engine.sync_engine)
    return engine


def _parse(database_url: str) -> tuple[URL, _Drivers]:
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):
        # `from None`: the parser's own message may repeat the URL, password included.
        raise SettingError(
            _KEY, "<unreadable URL>", "a URL such as mysql://user:password@host/name"
        ) from None
    drivers = _DRIVERS.get(url.drivername)
    if drivers is None:
        raise SettingError(_KEY, safe_url(database_url), f"URLs of {', '.join(_DRIVERS)}")
    if drivers is _SQLITE and url.database in {None, "", ":memory:"}:
        raise SettingError(
            _KEY, safe_url(database_url), "a SQLite file, because two stacks share the database"
        )
    if drivers is not _SQLITE and "charset" not in url.query:
        url = url.update_query_dict({"charset": "utf8mb4"})
    return url, drivers


def _options(url: URL, pool: PoolSettings | None) -> dict[str, Any]:
    sizes = pool or PoolSettings()
    options: dict[str, Any] = {
        "pool_size": sizes.size,
        "max_overflow": sizes.overflow,
        "pool_timeout": sizes.timeout,
    }
    if url.get_backend_name() == "sqlite":
        # A file needs no ping and never hangs up. Its connections may pass from one thread to
        # another through the pool; the pool hands each to one thread at a time.
        options["connect_args"] = {
            "check_same_thread": False,
            "timeout": _BUSY_TIMEOUT_MS / 1_000,
        }
        return options
    return options | {
        "pool_pre_ping": True,
        "pool_recycle": sizes.recycle,
        "connect_args": {"connect_timeout": _CONNECT_TIMEOUT_S},
    }


def _prepare_connections(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    path = Path(str(engine.url.database))
    if not path.parent.exists():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingError(
                _KEY, safe_url(str(engine.url)), f"a file in a writable folder ({error.strerror})"
            ) from error
    event.listen(engine, "connect", _sqlite_pragmas)


def _sqlite_pragmas(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    # First the patience, then the switch to WAL, which needs a lock for a moment.
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()
