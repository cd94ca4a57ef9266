from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from legacy_flask import create_app
from legacy_flask.database import db
from shared.models import User
from shared.settings import Settings
from tests.support.browser import Browser
from tests.support.databases import SeededDatabase, demo_hash, seeded_database, sqlite_template

__all__ = ["demo_hash", "sqlite_template"]


KEY = "a-key-for-these-tests"


@pytest.fixture(scope="session")
def shared_database(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, demo_hash: str
) -> Iterator[SeededDatabase]:
    folder = tmp_path_factory.mktemp("legacy")
    with seeded_database("sqlite", sqlite_template, folder, demo_hash) as database:
        yield database


@pytest.fixture(scope="session")
def settings(shared_database: SeededDatabase, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home = tmp_path_factory.mktemp("home")
    return Settings(database_url=shared_database.url, home=home, configured_secret_key=KEY)


@pytest.fixture(scope="session")
def shared_app(settings: Settings) -> Iterator[Flask]:
    """One app for all: compiling its templates and SQL takes longer than most tests."""
    app = create_app(settings)
    yield app
    db.dispose(app)


@pytest.fixture
def database(shared_database: SeededDatabase) -> SeededDatabase:
    """The database, as it was after seeding."""
    shared_database.touched = True  # pages write as well
    shared_database.restore()
    return shared_database


@pytest.fixture
def app(shared_app: Flask, database: SeededDatabase) -> Flask:
    return shared_app


@pytest.fixture
def stranger(app: Flask) -> Browser:
    return Browser(app.test_client())


def logged_in(app: Flask, username: str) -> Browser:
    """A browser after the login; the login itself, slow on purpose, has its own tests."""
    browser = Browser(app.test_client())
    with app.app_context(), browser.client.session_transaction() as session:
        user_id = db.session.scalars(select(User.id).where(User.username == username)).one()
        session.update(_user_id=str(user_id), _fresh=True)
    return browser


@pytest.fixture
def viewer(app: Flask) -> Browser:
    return logged_in(app, "viewer")


@pytest.fixture
def editor(app: Flask) -> Browser:
    return logged_in(app, "editor")


@pytest.fixture
def admin(app: Flask) -> Browser:
    return logged_in(app, "admin")
