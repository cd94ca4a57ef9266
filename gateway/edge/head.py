"""What the gateway itself reads of a request's head, in one pass."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from gateway.types import Scope

__all__ = ["Head", "path_below_root", "read_head"]

_SOUND_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,128}")


@dataclass(frozen=True, slots=True)
class Head:
    """The gateway's reading of one request.

    Attributes:
        path: the decoded path below the application's root, as WSGI's PATH_INFO.
        scheme: ``http`` or ``https``, as the client sees it.
        request_id: from the request if it is sound, else new: 32 hex digits.
        websocket: whether it asks to become a WebSocket.
        authorization: the ``Authorization`` header's value.
    """

    path: str
    scheme: str
    request_id: str
    websocket: bool
    authorization: bytes


def read_head(scope: Scope, trusted_proxies: Collection[str]) -> Head:
    """Read a request's head.

    Args:
        scope: the ASGI scope of an HTTP request.
        trusted_proxies: peers whose ``X-Forwarded-Proto`` is believed, ``*`` is
            everybody. A Unix socket is trusted: only this host can reach it.
    """
    request_id = authorization = upgrade = forwarded = b""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            request_id = value
        elif name == b"x-forwarded-proto":
            forwarded = value
        elif name == b"upgrade":
            upgrade = value
        elif name == b"authorization":
            authorization = value
    if _SOUND_REQUEST_ID.fullmatch(request_id) is None:
        identifier = secrets.token_hex(16)
    else:
        identifier = request_id.decode("ascii")
    scheme = scope.get("scheme", "http")
    if forwarded and _is_trusted(scope, trusted_proxies):
        scheme = _scheme(forwarded) or scheme
    return Head(
        path=path_below_root(scope),
        scheme=scheme,
        request_id=identifier,
        websocket=upgrade.lower() == b"websocket",
        authorization=authorization,
    )


def path_below_root(scope: Scope) -> str:
    """Return the path without the application's root, cut only at a slash."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "").rstrip("/")
    if root and path.startswith(root) and path[len(root) : len(root) + 1] in ("", "/"):
        return path[len(root) :]
    return path


def _is_trusted(scope: Scope, trusted_proxies: Collection[str]) -> bool:
    client = scope.get("client")
    return client is None or "*" in trusted_proxies or client[0] in trusted_proxies


def _scheme(value: bytes) -> str | None:
    """The nearest proxy speaks last; anything but the two schemes is not believed."""
    last = value.rpartition(b",")[2].strip().lower()
    return last.decode("ascii") if last in (b"http", b"https") else None
