"""Open the state: async for the gateway, sync for commands that must answer at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from gateway.errors import ConfigurationError, StateUnreachable
from gateway.state.url import async_url, is_embedded, shown, sync_url

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

__all__ = ["connect", "open_async", "unreachable"]

_CONNECT_SECONDS = 5


def open_async(url: URL) -> AsyncEngine:
    """Open the state for the event loop; the caller disposes it."""
    # Imported here: it costs a command that never needs it a tenth of a second.
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415

    _make_folder(url)
    engine: AsyncEngine = _create(create_async_engine, async_url(url), pool_size=1, max_overflow=2)
    _tune(engine.sync_engine, url)
    return engine


@contextmanager
def connect(url: URL) -> Iterator[Connection]:
    """Open the state for one piece of work, as one transaction.

    Raises:
        StateUnreachable: the database does not answer.
    """
    _make_folder(url)
    engine = _create(create_engine, sync_url(url), poolclass=NullPool)
    _tune(engine, url)
    try:
        try:
            connection = engine.connect()
        except DBAPIError as error:  # also a file that is no database
            raise unreachable(url, error) from error
        except TypeError as error:  # the driver's signature is what checks the URL's options
            raise ConfigurationError(f"state.url has an unusable option: {error}") from None
        with connection, connection.begin():
            yield connection
    except OperationalError as error:
        raise unreachable(url, error) from error
    finally:
        engine.dispose()


def unreachable(url: URL, error: BaseException) -> StateUnreachable:
    """Put a driver's error into one line that names the database, not its password."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    text = " ".join(str(cause).split()) or type(cause).__name__
    return StateUnreachable(f"the state database {shown(url)} does not answer: {text}")


def _create(factory: Any, url: URL, **options: object) -> Any:  # noqa: ANN401 - either engine
    seconds = "timeout" if is_embedded(url) else "connect_timeout"
    try:
        return factory(url, pool_pre_ping=True, connect_args={seconds: _CONNECT_SECONDS}, **options)
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"state.url needs the driver {error.name!r}: "
            "install strangler-gateway with the extra 'mysql'"
        ) from None


def _make_folder(url: URL) -> None:
    if is_embedded(url) and url.database and url.database != ":memory:":
        folder = Path(url.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(
                f"home = {str(folder)!r} is not allowed: it cannot be made: {error.strerror}"
            ) from None


def _tune(engine: Engine, url: URL) -> None:
    if not is_embedded(url):
        return

    @event.listens_for(engine, "connect")
    def use_write_ahead_log(connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver's
        """Readers poll while commands write: neither may wait for the other."""
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.close()
