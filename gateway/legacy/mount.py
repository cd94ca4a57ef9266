"""Serve the legacy application in this process, in a bounded pool of threads.

a2wsgi carries the mount. It is bounded in threads, not in waiting requests.
"""

from __future__ import annotations

from typing import Any, cast

from a2wsgi import WSGIMiddleware

from gateway.types import Receive, Scope, Send, WSGIApp

__all__ = ["ENVIRON_REQUEST_ID", "LegacyMount"]

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
            return app(environ, start_response)

        # a2wsgi has types of its own for what ASGI and WSGI leave untyped.
        mount: Any = WSGIMiddleware(cast("Any", with_request_id), workers=threads)
        self._mount = mount

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request."""
        await self._mount(scope, receive, send)

    def close(self) -> None:
        """Let the threads end when their requests have."""
        self._mount.executor.shutdown(wait=False)
