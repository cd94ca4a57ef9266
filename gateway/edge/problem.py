"""The one error format of the gateway's own answers: problem details, RFC 9457."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from gateway.types import Send

__all__ = ["PROBLEM", "problem", "send_empty", "send_json", "send_problem"]

PROBLEM = "application/problem+json"


def problem(status: int, detail: str, request_id: str) -> dict[str, object]:
    """Make a problem: its title is the status's, its detail is for people."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "request_id": request_id,
    }


async def send_problem(
    send: Send,
    status: int,
    detail: str,
    *,
    request_id: str,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Answer with a problem."""
    body = problem(status, detail, request_id)
    await send_json(send, status, body, media_type=PROBLEM, headers=headers)


async def send_json(
    send: Send,
    status: int,
    body: Mapping[str, object],
    *,
    media_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> None:
    """Answer with a JSON object that no cache keeps."""
    await _send(
        send,
        status,
        json.dumps(body).encode(),
        {"content-type": media_type, "cache-control": "no-store", **(headers or {})},
    )


async def send_empty(send: Send, status: int, headers: Mapping[str, str]) -> None:
    """Answer without a body."""
    await _send(send, status, b"", headers)


async def _send(send: Send, status: int, body: bytes, headers: Mapping[str, str]) -> None:
    pairs = [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
    pairs.append((b"content-length", str(len(body)).encode("ascii")))
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})
