"""Bodies are read in pieces, up to one mebibyte, and understood as Flask understands them."""

import asyncio

import pytest
from starlette.requests import Request

from fastapi_app.bodies import JsonBody, received_body
from fastapi_app.errors import (
    BadRequestError,
    PayloadTooLargeError,
    UnsupportedMediaTypeError,
)
from fastapi_app.security import SignedIn

MEBIBYTE = 1024 * 1024


def receive_all(chunks: list[bytes], *headers: tuple[bytes, bytes]) -> tuple[JsonBody, int]:
    """Read a body that arrives in these pieces; return it and how many pieces were left."""
    left = list(chunks)

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    request = Request({"type": "http", "method": "PUT", "headers": list(headers)}, receive)
    body = asyncio.run(received_body(request, SignedIn(user_id=1, session={})))
    return body, len(left)


JSON = (b"content-type", b"application/json")


def test_a_body_in_pieces_is_one_body() -> None:
    body, _ = receive_all([b'{"va', b"", b'lue": 1}'], JSON)

    assert body.parsed() == {"value": 1}


def test_an_announced_size_is_refused_before_reading() -> None:
    with pytest.raises(PayloadTooLargeError):
        receive_all([], JSON, (b"content-length", str(MEBIBYTE + 1).encode()))


def test_an_unannounced_size_is_refused_on_the_way() -> None:
    pieces = [b"x" * MEBIBYTE, b"x", b"never read"]
    with pytest.raises(PayloadTooLargeError):
        receive_all(pieces, JSON)


def test_exactly_one_mebibyte_is_fine() -> None:
    content = b'"' + b"x" * (MEBIBYTE - 2) + b'"'
    body, _ = receive_all([content], JSON, (b"content-length", str(MEBIBYTE).encode()))

    assert len(body.parsed()) == MEBIBYTE - 2


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b"[" * 100_000, b'{"value": ' + b"9" * 5000 + b"}"]
)
def test_what_is_no_json_is_a_bad_request(content: bytes) -> None:
    with pytest.raises(BadRequestError):
        JsonBody("application/json", content).parsed()


@pytest.mark.parametrize("content_type", ["", "text/plain", "json", "image/svg+json", ";"])
def test_only_json_types_are_taken(content_type: str) -> None:
    with pytest.raises(UnsupportedMediaTypeError):
        JsonBody(content_type, b"{}").parsed()
