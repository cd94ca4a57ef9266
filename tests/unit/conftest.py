"""Where the state of a test lies: SQLite always, MariaDB as well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from gateway.state.upgrade import upgrade
from gateway.state.url import parse_state_url
from tests.support.databases import BACKENDS, empty_database


@pytest.fixture(params=BACKENDS)
def empty_state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """An empty database for the gateway's tables."""
    with empty_database(request.param, tmp_path) as url:
        yield parse_state_url(url)


@pytest.fixture
def state(empty_state: URL) -> URL:
    """The gateway's tables, as this version makes them."""
    upgrade(empty_state)
    return empty_state
