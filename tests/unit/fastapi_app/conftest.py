from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.settings import Settings
from tests.support.databases import (
    BACKENDS,
    SeededDatabase,
    demo_hash,
    seeded_database,
    sqlite_template,
)

__all__ = ["demo_hash", "sqlite_template"]

SECRET_KEY = "a-key-for-these-tests"


@pytest.fixture(scope="session", params=BACKENDS)
def shared_database(
    request: pytest.FixtureRequest,
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    demo_hash: str,
) -> Iterator[SeededDatabase]:
    folder = tmp_path_factory.mktemp("port")
    with seeded_database(request.param, sqlite_template, folder, demo_hash) as database:
        yield database


@pytest.fixture
def database(shared_database: SeededDatabase) -> SeededDatabase:
    shared_database.touched = True
    shared_database.restore()
    return shared_database


@pytest.fixture
def settings(database: SeededDatabase, tmp_path: Path) -> Settings:
    return Settings(database_url=database.url, home=tmp_path, configured_secret_key=SECRET_KEY)
