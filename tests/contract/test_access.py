"""Who gets in: the same doors, closed in the same order, on every stack."""

from collections.abc import Iterable

import httpx
import pytest

from tests.contract.stacks import Stack
from tests.contract.test_media import refused
from tests.support.sessions import csrf_token, session_cookie

DAY = 24 * 3600

ROUTES = [
    ("GET", "/api/media"),
    ("GET", "/api/media/1"),
    ("DELETE", "/api/media/1"),
    ("GET", "/api/settings"),
    ("GET", "/api/settings/site_name"),
    ("PUT", "/api/settings/site_name"),
    ("DELETE", "/api/settings/site_name"),
]


def with_cookies(stack: Stack, cookies: Iterable[str]) -> httpx.Response:
    with stack.client() as client:
        return client.get("/api/media", headers={"Cookie": "; ".join(cookies)})


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_strangers_are_asked_to_log_in_first(
    anonymous: httpx.Client, method: str, path: str
) -> None:
    answer = anonymous.request(method, path)

    refused(answer, 401, "unauthorized", "Log in first.")
    assert answer.headers["vary"] == "Cookie"


def test_strangers_learn_nothing_from_bad_requests(anonymous: httpx.Client) -> None:
    for answer in (
        anonymous.get("/api/media?page=x"),
        anonymous.put("/api/settings/nothing", content=b"{"),
        anonymous.put("/api/settings/nothing", content=b"x" * 2 * 1024 * 1024),
        anonymous.delete("/api/media/100000"),
    ):
        refused(answer, 401, "unauthorized", "Log in first.")


def test_an_unknown_path_is_the_same_for_all(anonymous: httpx.Client, editor: httpx.Client) -> None:
    for client in (anonymous, editor):
        refused(client.get("/api/nothing"), 404, "not_found", "There is nothing here.")


def test_a_session_of_another_key_is_no_session(stack: Stack) -> None:
    cookie = session_cookie("some-other-key-of-some-length", {"_user_id": "1"})

    assert with_cookies(stack, [f"session={cookie}"]).status_code == 401


def test_a_changed_session_is_no_session(stack: Stack) -> None:
    cookie = stack.visitor("editor").cookie
    swapped = cookie[:9] + ("A" if cookie[9] != "A" else "B") + cookie[10:]

    for forged in (swapped, cookie[:-9], cookie.upper(), "", ".", "a.b.c"):
        assert with_cookies(stack, [f"session={forged}"]).status_code == 401


@pytest.mark.parametrize(("age", "status"), [(30 * DAY, 200), (31 * DAY + 60, 401)])
def test_a_session_lasts_31_days(stack: Stack, age: int, status: int) -> None:
    cookie = session_cookie(stack.settings.secret_key(), {"_user_id": "1", "_fresh": True}, age)

    assert with_cookies(stack, [f"session={cookie}"]).status_code == status


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"_user_id": "100000"},
        {"_user_id": "0"},
        {"_user_id": "-1"},
        {"_user_id": ""},
        {"_user_id": "1 OR 1=1"},
        {"_user_id": "9" * 30},
        {"_user_id": "٣"},
        {"user_id": "1"},
    ],
)
def test_a_session_must_name_a_user_who_exists(stack: Stack, content: object) -> None:
    cookie = session_cookie(stack.settings.secret_key(), content)

    assert with_cookies(stack, [f"session={cookie}"]).status_code == 401


def test_the_first_of_two_sessions_counts(stack: Stack) -> None:
    editor, viewer = stack.visitor("editor").cookie, stack.visitor("viewer").cookie

    totals = [
        with_cookies(stack, [f"session={first}", f"session={second}"]).json()["total"]
        for first, second in ((editor, viewer), (viewer, editor))
    ]

    assert totals == [69, 7]


def test_a_broken_first_session_does_not_let_the_second_in(stack: Stack) -> None:
    cookie = stack.visitor("editor").cookie

    assert with_cookies(stack, ["session=x", f"session={cookie}"]).status_code == 401
    assert with_cookies(stack, ["session=", f"session={cookie}"]).status_code == 401


def test_other_cookies_do_not_matter(stack: Stack) -> None:
    cookie = stack.visitor("editor").cookie
    others = [
        "a=b",
        "xsession=1",
        "=session=x",
        "Session=y",
        "nothing",
        f'session="{cookie}"',
        "z=",
    ]

    assert with_cookies(stack, others).json()["total"] == 69


def test_who_was_deleted_is_out_at_once(stack: Stack, viewer: httpx.Client) -> None:
    assert viewer.get("/api/media").status_code == 200

    stack.database.ask("DELETE FROM users WHERE username = 'viewer'")

    refused(viewer.get("/api/media"), 401, "unauthorized", "Log in first.")


def test_a_lowered_role_counts_at_once(stack: Stack, admin: httpx.Client) -> None:
    stack.database.ask("UPDATE users SET role = 'viewer' WHERE username = 'admin'")

    assert admin.delete("/api/settings/site_name").status_code == 403


UNSAFE = [route for route in ROUTES if route[0] != "GET"]


@pytest.mark.parametrize(("method", "path"), UNSAFE)
def test_unsafe_requests_need_a_token(stack: Stack, method: str, path: str) -> None:
    with stack.client("admin") as client:
        del client.headers["X-CSRFToken"]
        answer = client.request(method, path, json={"value": "x"})

    refused(answer, 400, "csrf_failed", "The CSRF token is missing.")


def test_the_token_is_asked_for_before_the_role(stack: Stack) -> None:
    with stack.client("viewer") as client:
        del client.headers["X-CSRFToken"]
        assert client.delete("/api/media/1").status_code == 400


def test_both_names_of_the_header_are_known(stack: Stack) -> None:
    visitor = stack.visitor("admin")
    for name in ("X-CSRFToken", "X-CSRF-Token"):
        with stack.client("admin") as client:
            del client.headers["X-CSRFToken"]
            client.headers[name] = visitor.csrf_token
            assert client.delete("/api/settings/site_name").status_code == 200


def test_another_sessions_token_is_refused(stack: Stack, admin: httpx.Client) -> None:
    token = stack.visitor("editor").csrf_token

    answer = admin.delete("/api/settings/site_name", headers={"X-CSRFToken": token})

    refused(answer, 400, "csrf_failed", "The CSRF tokens do not match.")


def test_a_forged_token_is_refused(admin: httpx.Client) -> None:
    forged = csrf_token("some-other-key-of-some-length", "0" * 40)

    for token in (forged, "x", "a.b.c"):
        answer = admin.delete("/api/settings/site_name", headers={"X-CSRFToken": token})
        refused(answer, 400, "csrf_failed", "The CSRF token is invalid.")


def test_a_token_lasts_an_hour(stack: Stack) -> None:
    key = stack.settings.secret_key()
    user = stack.database.ask("SELECT id FROM users WHERE username = 'admin'")[0].id
    cookie = session_cookie(key, {"_user_id": str(user), "csrf_token": "0" * 40})

    def delete_with_token_of(age: int) -> httpx.Response:
        token = csrf_token(key, "0" * 40, age)
        headers = {"Cookie": f"session={cookie}", "X-CSRFToken": token}
        with stack.client() as client:
            return client.delete("/api/settings/site_name", headers=headers)

    assert delete_with_token_of(3500).status_code == 200
    refused(delete_with_token_of(3700), 400, "csrf_failed", "The CSRF token has expired.")


def test_a_session_without_a_token_allows_no_change(stack: Stack) -> None:
    key = stack.settings.secret_key()
    cookie = session_cookie(key, {"_user_id": "1"})
    headers = {"Cookie": f"session={cookie}", "X-CSRFToken": csrf_token(key, "0" * 40)}

    with stack.client() as client:
        answer = client.delete("/api/media/1", headers=headers)

    refused(answer, 400, "csrf_failed", "The CSRF session token is missing.")


@pytest.mark.parametrize(
    ("referrer", "message"),
    [
        (None, "The referrer header is missing."),
        ("http://encore.test/", "The referrer does not match the host."),
        ("https://evil.test/https://encore.test/", "The referrer does not match the host."),
        ("https://encore.test:444/", "The referrer does not match the host."),
        ("https://encore.test/settings", None),
    ],
)
def test_over_https_the_page_must_be_our_own(
    stack: Stack, referrer: str | None, message: str | None
) -> None:
    with stack.client("admin") as client:
        answer = client.delete(
            "https://encore.test/api/settings/site_name",
            headers={} if referrer is None else {"Referer": referrer},
        )

    if message is None:
        assert answer.status_code == 200
    else:
        refused(answer, 400, "csrf_failed", message)
