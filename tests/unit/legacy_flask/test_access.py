"""The door: closed unless it is named, and no way to be sent elsewhere after the login."""

import pytest
from flask import Flask
from werkzeug.routing import Rule

from legacy_flask.auth.access import PUBLIC_ENDPOINTS, safe_next
from tests.support.browser import Browser


def example(rule: Rule) -> str:
    path = str(rule)
    for part, value in (
        ("<int:media_id>", "1"),
        ("<key>", "site_name"),
        ("<path:filename>", "encore.css"),
    ):
        path = path.replace(part, value)
    assert "<" not in path
    return path


def test_only_three_doors_are_open(app: Flask, stranger: Browser) -> None:
    """Asks every rule of the app, so that a new one is covered the day it is written."""
    open_doors = set()
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            with stranger.client.open(example(rule), method=method) as answer:
                sent_away = answer.headers.get("Location", "").startswith("/login")
                if answer.status_code != 401 and not sent_away:
                    open_doors.add(rule.endpoint)

    assert open_doors == PUBLIC_ENDPOINTS == {"auth.login", "health.api_health", "static"}


def test_pages_send_strangers_to_the_login_and_back(stranger: Browser) -> None:
    answer = stranger.get("/library?type=series&page=2")

    assert answer.status_code == 302
    assert answer.location == "/login?next=/library?type%3Dseries%26page%3D2"
    back = stranger.log_in("editor", path=answer.location)
    assert back.location == "/library?type=series&page=2"


def test_a_form_of_a_stranger_is_not_repeated_after_the_login(stranger: Browser) -> None:
    assert stranger.client.post("/library/1/delete").location == "/login"


def test_the_api_does_not_redirect(stranger: Browser) -> None:
    answer = stranger.get("/api/me")

    assert answer.status_code == 401
    assert answer.json == {"error": {"code": "unauthorized", "message": "Log in first."}}


@pytest.mark.parametrize("target", ["/", "/library?page=2", "/library/3", "/a:b", "/?next=//x"])
def test_a_path_of_ours_is_followed(app: Flask, target: str) -> None:
    with app.test_request_context():
        assert safe_next(target) == target


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "library",
        "//evil.test",
        "///evil.test",
        "https://evil.test",
        "/\\evil.test",
        "\\\\evil.test",
        "/\t/evil.test",
        "/\n/evil.test",
        "\t//evil.test",
        " //evil.test",
        "javascript:alert(1)",
        "/\u2028/evil.test",
        "//[evil",
        "http:/evil",
    ],
)
def test_anything_else_leads_home(app: Flask, target: str | None) -> None:
    with app.test_request_context():
        assert safe_next(target) == "/"


def test_unknown_paths_are_unknown_to_everybody(stranger: Browser) -> None:
    assert stranger.get("/nothing").status_code == 404
    assert stranger.get("/api/nothing").status_code == 404


def test_static_files_are_served(stranger: Browser) -> None:
    for name, kind in (
        ("encore.css", "text/css; charset=utf-8"),
        ("encore.js", "text/javascript; charset=utf-8"),
        ("mark.svg", "image/svg+xml; charset=utf-8"),
        ("stage.svg", "image/svg+xml; charset=utf-8"),
    ):
        with stranger.get(f"/static/{name}") as answer:
            assert (answer.status_code, answer.content_type) == (200, kind)
