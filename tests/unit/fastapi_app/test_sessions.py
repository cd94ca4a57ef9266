"""Flask's cookie and Flask-WTF's token, read as Flask reads them."""

import pytest
from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf
from hypothesis import example, given
from hypothesis import strategies as st

from fastapi_app.sessions import CsrfError, FlaskSessions, _first_cookie
from tests.support.sessions import session_cookie

KEY = "a-key-for-these-tests"
DAY = 24 * 3600

flask_app = Flask("elsewhere")
flask_app.secret_key = KEY


def test_a_session_that_flask_wrote_is_read() -> None:
    serializer = SecureCookieSessionInterface().get_signing_serializer(flask_app)
    assert serializer is not None
    content = {"_user_id": "7", "_fresh": True, "csrf_token": "x" * 400, "_flashes": [("a", "b")]}

    found = FlaskSessions(KEY).read([f"session={serializer.dumps(content)}"])

    assert (found["_user_id"], found["csrf_token"]) == ("7", "x" * 400)


def test_a_token_that_flask_wtf_made_is_accepted() -> None:
    with flask_app.test_request_context():
        token = generate_csrf()
        from flask import session  # noqa: PLC0415 - bound to this request only

        FlaskSessions(KEY).check_csrf(dict(session), token)
        with pytest.raises(CsrfError, match="do not match"):
            FlaskSessions(KEY).check_csrf({"csrf_token": "another"}, token)


def test_anything_else_is_an_empty_session() -> None:
    for cookie in (
        "",
        "x",
        session_cookie("another-key-altogether", {"_user_id": "1"}),
        session_cookie(KEY, {"_user_id": "1"}, age=31 * DAY + 60),
        session_cookie(KEY, {"_user_id": "1"}, age=-DAY),
        session_cookie(KEY, ["_user_id", "1"]),
    ):
        assert FlaskSessions(KEY).read([f"session={cookie}"]) == {}
    assert FlaskSessions(KEY).read([]) == {}


@pytest.mark.parametrize("kept", [None, 5, ["x"]])
def test_a_session_must_hold_a_token_of_text(kept: object) -> None:
    with pytest.raises(CsrfError, match="session token is missing"):
        FlaskSessions(KEY).check_csrf({"csrf_token": kept}, "x")


@pytest.mark.parametrize("headers", [["a=1", "session=x; b=2"], ["session=x", "session=y"]])
def test_several_headers_are_read_in_their_order(headers: list[str]) -> None:
    assert _first_cookie(headers, "session") == "x"


cookie_text = st.text(st.sampled_from('session=;" ax,'), max_size=30)


@given(cookie_text)
@example("session=")
@example("session")
@example("session=;session=x")
@example('session="x"')
@example('session="')
@example("session = x ;")
@example("=session=x")
@example(" session=x")
def test_the_first_cookie_is_werkzeugs_first_cookie(header: str) -> None:
    with flask_app.test_request_context(headers={"Cookie": header}):
        assert (_first_cookie([header], "session") or None) == (
            request.cookies.get("session") or None
        )
