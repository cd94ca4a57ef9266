"""What lives as long as the app: the engines and the key that verifies sessions."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from fastapi import FastAPI, Request

from fastapi_app.database import Database
from fastapi_app.sessions import FlaskSessions
from shared.settings import Settings

__all__ = ["Port", "lifespan", "lifespan_for", "port_of"]


@dataclass(frozen=True, slots=True)
class Port:
    """Everything the port's dependencies reach for, kept in `app.state.encore`."""

    database: Database
    sessions: FlaskSessions


def lifespan_for(
    settings: Settings | None,
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Return a lifespan that uses these settings, or the environment's when there are none.

    Raises:
        SettingError: At start, when a value is not allowed.
    """

    @asynccontextmanager
    async def run(app: FastAPI) -> AsyncIterator[None]:
        chosen = settings or Settings.from_environ()
        database = Database(chosen.database_url, chosen.pool)
        app.state.encore = Port(database=database, sessions=FlaskSessions(chosen.secret_key()))
        try:
            yield
        finally:
            del app.state.encore
            await database.dispose()

    return run


lifespan = lifespan_for(None)


def port_of(request: Request) -> Port:
    """Return the running port of the app that serves the request.

    Raises:
        RuntimeError: The app was started without this lifespan.
    """
    port: Port | None = getattr(request.app.state, "encore", None)
    if port is None:
        raise RuntimeError("start the app with fastapi_app.lifespan; the port has no database yet")
    return port
