"""Open the state for a command that imports no application."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import Connection

from gateway.settings import load_settings
from gateway.state.engine import connect
from gateway.state.upgrade import ensure
from gateway.state.url import parse_state_url

__all__ = ["open_state"]


@contextmanager
def open_state() -> Iterator[Connection]:
    """Open the configured state, as one transaction.

    Raises:
        StateOutdated: its tables are at another revision.
        StateUnreachable: the database does not answer.
    """
    url = parse_state_url(load_settings().state_url)
    ensure(url)
    with connect(url) as connection:
        yield connection
