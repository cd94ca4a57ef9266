"""Every case runs on every stack and every database."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from shared.settings import Settings
from tests.contract.stacks import STACKS, Stack, start_legacy
from tests.support.databases import (
    BACKENDS,
    SeededDatabase,
    demo_hash,
    seeded_database,
    sqlite_template,
)

__all__ = ["demo_hash", "sqlite_template"]

SECRET_KEY = "the-key-both-stacks-share-in-tests"


@pytest.fixture(scope="session", params=BACKENDS)
def shared_database(
    request: pytest.FixtureRequest,
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    demo_hash: str,
) -> Iterator[SeededDatabase]:
    folder = tmp_path_factory.mktemp("contract")
    with seeded_database(request.param, sqlite_template, folder, demo_hash) as database:
        yield database


@pytest.fixture(scope="session")
def settings(shared_database: SeededDatabase, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        database_url=shared_database.url,
        home=tmp_path_factory.mktemp("home"),
        configured_secret_key=SECRET_KEY,
    )


@pytest.fixture(scope="session")
def login(settings: Settings) -> Iterator[httpx.BaseTransport]:
    """The way in, for every stack: the monolith's login page."""
    with start_legacy(settings) as transport:
        yield transport


@pytest.fixture(scope="session", params=STACKS)
def running_stack(
    request: pytest.FixtureRequest,
    settings: Settings,
    shared_database: SeededDatabase,
    login: httpx.BaseTransport,
) -> Iterator[Stack]:
    with STACKS[request.param](settings) as transport:
        yield Stack(request.param, settings, shared_database, transport, login)


@pytest.fixture
def database(shared_database: SeededDatabase) -> SeededDatabase:
    """The database, as it was after seeding."""
    shared_database.restore()
    return shared_database


@pytest.fixture
def stack(running_stack: Stack, database: SeededDatabase) -> Stack:
    """One stack, on a freshly restored database."""
    return running_stack


@pytest.fixture
def anonymous(stack: Stack) -> Iterator[httpx.Client]:
    with stack.client() as client:
        yield client


@pytest.fixture
def viewer(stack: Stack) -> Iterator[httpx.Client]:
    with stack.client("viewer") as client:
        yield client


@pytest.fixture
def editor(stack: Stack) -> Iterator[httpx.Client]:
    with stack.client("editor") as client:
        yield client


@pytest.fixture
def admin(stack: Stack) -> Iterator[httpx.Client]:
    with stack.client("admin") as client:
        yield client
