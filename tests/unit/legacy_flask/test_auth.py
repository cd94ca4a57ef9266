"""Login, logout, account."""

import logging
from dataclasses import replace

import pytest
from flask import Flask, session

from legacy_flask import create_app
from legacy_flask.database import db
from shared.seed import DEMO_PASSWORD
from shared.settings import Settings
from tests.support.browser import Browser
from tests.support.databases import SeededDatabase


def test_a_login_opens_home_and_says_hello(stranger: Browser) -> None:
    answer = stranger.log_in("editor")

    assert (answer.status_code, answer.location) == (302, "/")
    assert "Welcome, Editor." in stranger.get("/").text
    assert "Welcome, Editor." not in stranger.get("/").text


@pytest.mark.parametrize(
    ("username", "password"),
    [("editor", "wrong"), ("nobody", DEMO_PASSWORD), ("EDITOR", DEMO_PASSWORD), ("é\0", "x")],
)
def test_a_wrong_login_says_only_that(
    stranger: Browser, caplog: pytest.LogCaptureFixture, username: str, password: str
) -> None:
    with caplog.at_level(logging.WARNING):
        answer = stranger.log_in(username, password)

    assert answer.status_code == 401
    assert "User name or password is not right." in answer.text
    assert stranger.get("/").status_code == 302
    assert "login failed" in caplog.text
    assert password not in caplog.text


@pytest.mark.parametrize(("username", "password"), [("", "x"), ("editor", ""), ("x" * 65, "x")])
def test_an_incomplete_login_is_shown_again(
    stranger: Browser, username: str, password: str
) -> None:
    answer = stranger.log_in(username, password)

    assert answer.status_code == 200
    assert 'aria-invalid="true"' in answer.text


def test_a_login_needs_the_pages_own_token(stranger: Browser) -> None:
    answer = stranger.client.post("/login", data={"username": "editor", "password": DEMO_PASSWORD})

    assert answer.status_code == 400
    assert "The CSRF token is missing." in answer.text
    assert stranger.get("/").status_code == 302


def test_a_malformed_hash_is_a_wrong_login_not_a_fault(
    stranger: Browser, database: SeededDatabase
) -> None:
    database.ask("UPDATE users SET password_hash = 'md5$old$00' WHERE username = 'editor'")

    assert stranger.log_in("editor").status_code == 401


def test_who_is_logged_in_needs_no_login_page(editor: Browser) -> None:
    assert editor.get("/login").location == "/"
    assert editor.get("/login?next=/library").location == "/library"
    assert editor.get("/login?next=//evil.test").location == "/"


def test_a_login_starts_a_new_session(app: Flask, stranger: Browser) -> None:
    with stranger.client.session_transaction() as planted:
        planted["planted"] = "yes"
    stranger.get("/login")
    with stranger.client.session_transaction() as before:
        token = before["csrf_token"]

    stranger.log_in("editor")

    with stranger.client:
        stranger.get("/")
        assert "planted" not in session
        assert session["csrf_token"] != token
        assert session["_user_id"] == "1"


def test_the_session_cookie_is_guarded(stranger: Browser) -> None:
    cookie = stranger.log_in("editor").headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_the_session_cookie_travels_over_https_only_when_set_so(settings: Settings) -> None:
    app = create_app(replace(settings, session_cookie_secure=True))
    answer = app.test_client().get("/login")
    db.dispose(app)

    assert "Secure" in answer.headers["Set-Cookie"]


def test_a_logout_ends_the_session(editor: Browser) -> None:
    answer = editor.post("/logout")

    assert (answer.status_code, answer.location) == (302, "/login")
    assert "You are logged out." in editor.get("/login").text
    assert editor.get("/").status_code == 302


def test_a_logout_cannot_be_linked_to(editor: Browser) -> None:
    assert editor.get("/logout").status_code == 405
    assert editor.client.post("/logout").status_code == 400
    assert editor.get("/").status_code == 200


def test_me_says_who_i_am(editor: Browser) -> None:
    assert editor.get("/api/me").data == (
        b'{"id":1,"username":"editor","display_name":"Editor","role":"editor",'
        b'"created_at":"2025-02-01T18:30:00Z"}\n'
    )


def test_the_account_shows_the_facts(viewer: Browser) -> None:
    page = viewer.get("/account").text

    assert "1 February 2025" in page
    assert "viewer" in page


def test_a_password_can_be_changed(editor: Browser, stranger: Browser) -> None:
    answer = editor.post(
        "/account/password", current=DEMO_PASSWORD, new="a longer one", repeat="a longer one"
    )

    assert (answer.status_code, answer.location) == (302, "/account")
    assert "Your password is changed." in editor.get("/account").text
    assert stranger.log_in("editor").status_code == 401
    assert stranger.log_in("editor", "a longer one").status_code == 302


@pytest.mark.parametrize(
    ("current", "new", "repeat", "problem"),
    [
        ("wrong", "a longer one", "a longer one", "That is not your current password."),
        (DEMO_PASSWORD, "short", "short", "Use at least 10 characters."),
        (DEMO_PASSWORD, "a longer one", "a longer two", "The two new passwords are not the same."),
        ("", "a longer one", "a longer one", "Enter your current password."),
    ],
)
def test_a_password_is_not_changed_by_mistake(
    editor: Browser, stranger: Browser, current: str, new: str, repeat: str, problem: str
) -> None:
    answer = editor.post("/account/password", current=current, new=new, repeat=repeat)

    assert answer.status_code == 400
    assert problem in answer.text
    assert stranger.log_in("editor").status_code == 302


def test_who_was_deleted_is_logged_out(editor: Browser, database: SeededDatabase) -> None:
    database.ask("DELETE FROM users WHERE username = 'editor'")

    assert editor.get("/library").status_code == 302
