"""Databases for tests: SQLite in a temporary folder always, MariaDB when a server is named.

A conftest imports the fixtures it needs by name. Every database is migrated by the real migrations
and seeded once; `restore()` puts the rows back between tests, which takes milliseconds.
"""

import os
import shutil
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, create_engine, make_url, text

from migrations.upgrade import upgrade
from shared.engines import create_sync_engine, sync_url
from shared.models import Base
from shared.passwords import hash_password
from shared.seed import DEMO_PASSWORD, seed

__all__ = [
    "BACKENDS",
    "SeededDatabase",
    "demo_hash",
    "empty_database",
    "mysql_database",
    "seeded_database",
    "sqlite_template",
]

SERVER = "TEST_MYSQL_URL"
WITHOUT = "STRANGLER_TESTS_WITHOUT_SERVICES"

BACKENDS = ("sqlite", pytest.param("mariadb", marks=pytest.mark.services))
"""For `params=` of fixtures that run on both."""


@contextmanager
def mysql_database() -> Iterator[str]:
    """Create an empty database on the test server; drop it afterwards.

    Yields:
        Its `DATABASE_URL`.
    """
    server = os.environ.get(SERVER)
    if not server:
        if os.environ.get(WITHOUT) == "1":
            pytest.skip(f"{SERVER} is not set")
        pytest.fail(f"{SERVER} is not set; `make test` sets it, or set {WITHOUT}=1", pytrace=False)
    name = f"encore_{uuid.uuid4().hex}"
    engine = create_engine(sync_url(server).set(database=None), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} CHARACTER SET utf8mb4"))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name}"))
        engine.dispose()


@contextmanager
def empty_database(backend: str, folder: Path) -> Iterator[str]:
    """Yield the `DATABASE_URL` of a database without tables."""
    if backend == "sqlite":
        yield f"sqlite:///{folder / f'{uuid.uuid4().hex}.db'}"
    else:
        with mysql_database() as url:
            yield url


@dataclass
class SeededDatabase:
    """A migrated database with the demo seed, and what it takes to restore that.

    `touched` is set by whoever may have changed a row; only then does `restore` do anything.
    """

    backend: str
    url: str
    engine: Engine
    rows: Mapping[str, Sequence[dict[str, Any]]]
    touched: bool = True

    def restore(self) -> None:
        """Put every row back as it was after seeding, ids included."""
        if not self.touched:
            return
        with self.engine.begin() as connection:
            for table in reversed(Base.metadata.sorted_tables):
                connection.execute(table.delete())
            for table in Base.metadata.sorted_tables:
                connection.execute(table.insert(), self.rows[table.name])
        self.touched = False

    def ask(self, statement: str, **values: object) -> Sequence[Any]:
        """Run one statement on its own connection, commit, return the rows if there are any."""
        self.touched = True
        with self.engine.begin() as connection:
            result = connection.execute(text(statement), values)
            return result.all() if result.returns_rows else ()


@contextmanager
def seeded_database(
    backend: str, template: Path, folder: Path, hashed: str
) -> Iterator[SeededDatabase]:
    """Yield a database of one's own with the demo seed."""
    with empty_database(backend, folder) as url:
        if backend == "sqlite":
            shutil.copy(template, str(make_url(url).database))
        engine = create_sync_engine(url)
        try:
            if backend != "sqlite":
                upgrade(url)
                seed(engine, password_hash=hashed)
            yield SeededDatabase(backend, url, engine, _rows(engine, Base.metadata))
        finally:
            engine.dispose()


def _rows(engine: Engine, metadata: MetaData) -> dict[str, list[dict[str, Any]]]:
    with engine.connect() as connection:
        return {
            table.name: [dict(row._mapping) for row in connection.execute(table.select())]
            for table in metadata.sorted_tables
        }


@pytest.fixture(scope="session")
def demo_hash() -> str:
    """One hash for the whole run; scrypt is slow on purpose."""
    return hash_password(DEMO_PASSWORD)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, demo_hash: str) -> Path:
    """A migrated and seeded SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "encore.db"
    url = f"sqlite:///{path}"
    upgrade(url)
    engine = create_sync_engine(url)
    seed(engine, password_hash=demo_hash)
    with engine.connect() as connection:
        # All rows into the one file that is copied.
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    engine.dispose()
    return path
