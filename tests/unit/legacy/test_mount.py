"""What the mount adds to a2wsgi, on applications made for it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from flask import Flask, request

from gateway.legacy.mount import ENVIRON_REQUEST_ID, LegacyMount
from gateway.types import WSGIApp

SEEN: dict[str, Any] = {}


def echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    SEEN.update(environ)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"seen"]


@contextmanager
def mounted(app: WSGIApp) -> Iterator[LegacyMount]:
    mount = LegacyMount(app, threads=2)
    yield mount
    mount.close()


def asked(app: WSGIApp, method: str = "GET", **options: Any) -> httpx.Response:
    async def ask(mount: LegacyMount) -> httpx.Response:
        transport = httpx.ASGITransport(mount)
        async with httpx.AsyncClient(transport=transport, base_url="http://legacy") as client:
            return await client.request(method, "/", **options)

    with mounted(app) as mount:
        return asyncio.run(ask(mount))


def test_the_environ_says_that_input_ends_and_where_errors_go() -> None:
    asked(echo)
    assert SEEN["wsgi.input_terminated"] is True
    assert SEEN["wsgi.errors"] is sys.stderr
    assert SEEN[ENVIRON_REQUEST_ID] == ""


def test_a_header_with_an_underscore_takes_nobodys_place() -> None:
    headers = [("x-forwarded-for", "1.1.1.1"), ("x_forwarded_for", "6.6.6.6"), ("x_user", "root")]
    asked(echo, headers=headers)
    assert SEEN["HTTP_X_FORWARDED_FOR"] == "1.1.1.1"
    assert "HTTP_X_USER" not in SEEN


def test_an_upload_without_a_length_arrives_whole() -> None:
    app = Flask("upload")

    @app.post("/")
    def upload() -> bytes:
        return request.get_data()

    async def chunks() -> AsyncIterator[bytes]:
        for number in range(100):
            yield bytes([number]) * 1000

    answer = asked(app, "POST", content=chunks())
    assert answer.content == b"".join(bytes([number]) * 1000 for number in range(100))


def answering(status: str, *headers: tuple[str, str]) -> WSGIApp:
    def app(_: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response(status, list(headers))
        return [b""]

    return app


def test_a_status_without_a_reason_is_one() -> None:
    assert asked(answering("204")).status_code == 204


def test_headers_that_are_the_servers_are_left_to_it() -> None:
    names = ("Connection", "Keep-Alive", "Transfer-Encoding", "Date", "Upgrade")
    answer = asked(answering("200 OK", *[(name, "x") for name in names], ("X-Own", "kept")))
    assert list(answer.headers.items()) == [("x-own", "kept")]


@pytest.mark.parametrize(
    ("status", "header"),
    [
        ("777 Odd", ("X-Own", "x")),
        ("none", ("X-Own", "x")),
        ("200 OK", ("Bad Name", "x")),
        ("200 OK", ("X-Split", "a\r\nSet-Cookie: b=c")),
    ],
)
def test_a_head_no_server_can_send_is_an_error_before_anything_is_sent(
    status: str, header: tuple[str, str]
) -> None:
    with pytest.raises(ValueError, match=r"HTTP has no|invalid literal"):
        asked(answering(status, header))
