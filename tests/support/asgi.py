"""Speak to an ASGI app from plain, synchronous tests."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from starlette.applications import Starlette

__all__ = ["running"]


class PortalTransport(httpx.BaseTransport):
    """Runs each request on the event loop of a portal's thread.

    An exception that the app lets out has been answered with 500 before; tests look at the answer,
    as a client would.
    """

    def __init__(self, app: Starlette, portal: BlockingPortal) -> None:
        self._inner = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._portal = portal

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        status, headers, content = self._portal.call(self._exchange, request)
        return httpx.Response(status, headers=headers, content=content, request=request)

    async def _exchange(self, request: httpx.Request) -> tuple[int, httpx.Headers, bytes]:
        response = await self._inner.handle_async_request(request)
        content = b"".join([chunk async for chunk in response.aiter_raw()])
        return response.status_code, response.headers, content


@contextmanager
def running(
    app: Starlette,
) -> Iterator[httpx.BaseTransport]:
    """Start an app; yield a transport to it; stop the app."""
    lifespan = app.router.lifespan_context(app)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(lifespan):
        yield PortalTransport(app, portal)
