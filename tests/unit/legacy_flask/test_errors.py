"""Errors: pages for people, one JSON format under /api/."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from legacy_flask import create_app
from legacy_flask.database import db
from shared.settings import Settings
from tests.support.browser import Browser
from tests.support.databases import SeededDatabase, seeded_database


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path, demo_hash: str) -> Iterator[SeededDatabase]:
    """A database of the test's own: here tables go away."""
    with seeded_database("sqlite", sqlite_template, tmp_path, demo_hash) as database:
        yield database


@pytest.fixture
def app(database: SeededDatabase, settings: Settings) -> Iterator[Flask]:
    app = create_app(replace(settings, database_url=database.url))
    yield app
    db.dispose(app)


def test_a_missing_page_is_friendly(stranger: Browser) -> None:
    answer = stranger.get("/nothing")

    assert (answer.status_code, answer.content_type) == (404, "text/html; charset=utf-8")
    assert "Nothing on this shelf" in answer.text


def test_a_wrong_method_names_the_right_ones(editor: Browser) -> None:
    for path in ("/library/1", "/api/me"):
        answer = editor.client.post(path, headers={"X-CSRFToken": editor.token()})
        assert answer.status_code == 405
        assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_a_redirect_is_no_error(editor: Browser) -> None:
    answer = editor.get("/library//1")

    assert answer.status_code == 308
    assert answer.location == "http://localhost/library/1"


def test_a_form_that_is_too_large_is_refused(editor: Browser) -> None:
    answer = editor.client.post("/logout", data={"x": "x" * 2 * 1024 * 1024})

    assert answer.status_code == 413
    assert "Too much at once" in answer.text


@pytest.mark.parametrize("path", ["/library", "/api/settings"])
def test_a_fault_shows_no_details_and_is_logged(
    editor: Browser, database: SeededDatabase, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    database.ask("DROP TABLE settings")

    with caplog.at_level(logging.ERROR):
        answer = editor.get(path)

    assert answer.status_code == 500
    assert "went wrong on our side" in answer.text
    assert "sqlite" not in answer.text.lower()
    assert "no such table" in caplog.text


def test_a_fault_page_needs_no_database(
    editor: Browser, database: SeededDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    for table in ("media", "settings", "users"):
        database.ask(f"DROP TABLE {table}")

    answer = editor.get("/")

    assert (answer.status_code, answer.content_type) == (500, "text/html; charset=utf-8")
    assert "The record skipped" in answer.text


def test_the_next_request_starts_afresh(
    app: Flask, editor: Browser, database: SeededDatabase
) -> None:
    database.ask("ALTER TABLE settings RENAME TO away")
    assert editor.get("/").status_code == 500
    database.ask("ALTER TABLE away RENAME TO settings")

    assert editor.get("/").status_code == 200
    assert app.extensions["encore_engine"].pool.checkedout() == 0
