from __future__ import annotations

from typing import Any

import pytest

from gateway.edge.head import path_below_root, read_head

LOOPBACK = ("127.0.0.1", "::1")


def scope(*headers: tuple[str, str], **others: Any) -> dict[str, Any]:
    return {
        "type": "http",
        "path": "/x",
        "scheme": "http",
        "client": ("127.0.0.1", 5),
        "headers": [(name.encode(), value.encode()) for name, value in headers],
        **others,
    }


def test_a_sound_request_id_is_kept() -> None:
    head = read_head(scope(("x-request-id", "abc-123_DEF.4")), LOOPBACK)
    assert head.request_id == "abc-123_DEF.4"


@pytest.mark.parametrize("bad", ["", "short", "a" * 129, "with space x", "new\nline-xx", "ü" * 9])
def test_any_other_request_id_is_replaced(bad: str) -> None:
    made = read_head(scope(("x-request-id", bad)), LOOPBACK).request_id
    assert made != bad
    assert len(made) == 32
    assert made != read_head(scope(("x-request-id", bad)), LOOPBACK).request_id


@pytest.mark.parametrize(
    ("forwarded", "expected"),
    [
        ("https", "https"),
        ("http", "http"),
        ("HTTPS", "https"),
        ("http, https", "https"),
        ("https,http", "http"),
        ("wss", "http"),
        ("javascript", "http"),
        ("", "http"),
    ],
)
def test_a_trusted_proxy_says_the_scheme(forwarded: str, expected: str) -> None:
    assert read_head(scope(("x-forwarded-proto", forwarded)), LOOPBACK).scheme == expected


@pytest.mark.parametrize(
    ("client", "trusted", "expected"),
    [
        (("10.0.0.9", 1), LOOPBACK, "http"),
        (("10.0.0.9", 1), ("10.0.0.9",), "https"),
        (("10.0.0.9", 1), ("*",), "https"),
        (("127.0.0.1", 1), (), "http"),
        (None, (), "https"),
    ],
)
def test_only_trusted_peers_are_believed(
    client: tuple[str, int] | None, trusted: tuple[str, ...], expected: str
) -> None:
    asked = scope(("x-forwarded-proto", "https"), client=client)
    assert read_head(asked, trusted).scheme == expected


def test_websocket_upgrades_and_credentials_are_seen() -> None:
    head = read_head(scope(("upgrade", "WebSocket"), ("authorization", "Bearer x")), LOOPBACK)
    assert head.websocket
    assert head.authorization == b"Bearer x"
    assert not read_head(scope(("upgrade", "h2c")), LOOPBACK).websocket


@pytest.mark.parametrize(
    ("path", "root", "expected"),
    [
        ("/api/x", "/api", "/x"),
        ("/api", "/api", ""),
        ("/apix", "/api", "/apix"),
        ("/other", "/api", "/other"),
        ("/x", "", "/x"),
        ("/api/x", "/api/", "/x"),
    ],
)
def test_the_root_is_cut_only_at_a_slash(path: str, root: str, expected: str) -> None:
    assert path_below_root({"path": path, "root_path": root}) == expected
