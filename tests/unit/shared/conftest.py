from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from shared.engines import create_sync_engine
from shared.models import Base
from tests.support.databases import BACKENDS, demo_hash, empty_database

__all__ = ["demo_hash"]


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, on each backend."""
    with empty_database(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a database that has the tables and no rows."""
    engine = create_sync_engine(database_url)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()
