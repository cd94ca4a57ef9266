"""Serve the legacy application in this process, in a bounded pool of threads.

a2wsgi carries the mount. It is bounded in threads, not in waiting requests.
"""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from typing import Any, cast

from a2wsgi import WSGIMiddleware

from gateway.types import Receive, Scope, Send, WSGIApp

__all__ = ["ENVIRON_REQUEST_ID", "LegacyMount"]

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LINE_BREAK = re.compile(r"[\r\n\0]")
_HIGHEST_STATUS = 599
_SERVERS_OWN = frozenset(
    {
        "connection",
        "date",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailers",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that PEP 3333 keeps from applications, and the date, which the server sets."""

ENVIRON_REQUEST_ID = "strangler.request_id"
"""Where the legacy application finds the request id: no header, so nothing it echoes changes."""


class LegacyMount:
    """An ASGI application that hands HTTP requests to a WSGI application.

    Args:
        app: the WSGI application.
        threads: requests it serves at the same time.
    """

    def __init__(self, app: WSGIApp, *, threads: int) -> None:
        def with_request_id(environ: dict[str, Any], start_response: Any) -> Any:  # noqa: ANN401 - PEP 3333
            scope: Scope = environ["asgi.scope"]
            environ[ENVIRON_REQUEST_ID] = scope.get(ENVIRON_REQUEST_ID, "")
            environ["wsgi.errors"] = sys.stderr
            environ["wsgi.input_terminated"] = True

            def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:  # noqa: ANN401 - PEP 3333
                return start_response(*_sendable(status, headers), exc_info)

            return app(environ, begin)

        # a2wsgi has types of its own for what ASGI and WSGI leave untyped.
        mount: Any = WSGIMiddleware(cast("Any", with_request_id), workers=threads)
        self._mount = mount

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request."""
        if any(b"_" in name for name, _ in scope["headers"]):
            # In WSGI's environ X_Forwarded_For and X-Forwarded-For are one: as gunicorn
            # and nginx do, only the spelling that a proxy would replace is handed on.
            headers = [pair for pair in scope["headers"] if b"_" not in pair[0]]
            scope = {**scope, "headers": headers}
        await self._mount(scope, receive, send)

    def close(self) -> None:
        """Let the threads end when their requests have."""
        self._mount.executor.shutdown(wait=False)


def _sendable(status: str, headers: list[tuple[str, str]]) -> tuple[str, list[tuple[str, str]]]:
    """Refuse a head the server would choke on, while the response can still be a 500."""
    code, _, reason = status.partition(" ")
    if int(code) > _HIGHEST_STATUS:
        raise ValueError(f"HTTP has no status {code}")
    for name, value in headers:
        if not _is_token(name) or _LINE_BREAK.search(value):
            raise ValueError(f"HTTP has no header {name!r}: {value!r}")
    return f"{code} {reason}", [pair for pair in headers if not _is_servers_own(pair[0])]


@lru_cache(maxsize=1024)
def _is_token(name: str) -> bool:
    return _TOKEN.fullmatch(name.strip()) is not None


@lru_cache(maxsize=1024)
def _is_servers_own(name: str) -> bool:
    return name.strip().lower() in _SERVERS_OWN
