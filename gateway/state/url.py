"""One state URL, from which the sync and the async driver's URL are derived."""

from __future__ import annotations

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from gateway.errors import ConfigurationError

__all__ = ["async_url", "is_embedded", "parse_state_url", "shown", "sync_url"]

_DRIVERS = {
    # backend: (sync driver, default async driver, other async drivers)
    "sqlite": ("sqlite+pysqlite", "sqlite+aiosqlite", ()),
    "mysql": ("mysql+pymysql", "mysql+aiomysql", ("mysql+asyncmy",)),
    "mariadb": ("mariadb+pymysql", "mariadb+aiomysql", ("mariadb+asyncmy",)),
}


def parse_state_url(text: str) -> URL:
    """Read a state URL.

    Raises:
        ConfigurationError: it is no URL, or no database the gateway can use.
    """
    try:
        url = make_url(text)
        url.get_backend_name()
    except (ArgumentError, ValueError):
        raise ConfigurationError("state.url is not a database URL") from None
    if url.get_backend_name() not in _DRIVERS:
        raise ConfigurationError(
            f"state.url names {url.get_backend_name()!r}; allowed: {', '.join(_DRIVERS)}"
        )
    return url


def is_embedded(url: URL) -> bool:
    """Whether the state is a SQLite file, which the gateway creates and upgrades by itself."""
    return url.get_backend_name() == "sqlite"


def sync_url(url: URL) -> URL:
    """Return the URL with the sync driver."""
    return url.set(drivername=_DRIVERS[url.get_backend_name()][0])


def async_url(url: URL) -> URL:
    """Return the URL with the async driver: the named one if it is one, else the default."""
    _, usual, others = _DRIVERS[url.get_backend_name()]
    return url if url.drivername in others else url.set(drivername=usual)


def shown(url: URL) -> str:
    """Return the URL as it may be printed: without its password."""
    # Options may hold a password too, and tell an operator nothing.
    return url.set(query={}).render_as_string(hide_password=True)
