"""Fixtures of the tests that start servers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.databases import mysql_database


@pytest.fixture
def mysql_url() -> Iterator[str]:
    """The URL of an empty database on the test server, dropped afterwards."""
    with mysql_database() as url:
        yield url
