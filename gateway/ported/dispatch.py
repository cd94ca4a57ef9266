"""Call one ported handler: directly, or through FastAPI's own scan.

Directly: the scope gets what FastAPI's routers would have left in it, and the route's
own ``handle`` is called, so that custom route classes, effective dependencies,
overrides, body and form limits are all FastAPI's own doing.

By scan: the scope gets the canonical path of the handler, and FastAPI's router finds
it again. Slower with every route, and independent of FastAPI's internals.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import Match

from gateway.ported import internals
from gateway.ported.catalog import PortedHandler
from gateway.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Dispatcher", "install", "refuse_method"]

_SCOPE_CALL = "strangler.call"
"""Where the scope carries the call to make, through the application's middleware."""

_Call = Callable[[tuple[str, ...], Scope, Receive, Send], Awaitable[None]]


def install(app: FastAPI) -> None:
    """Let the innermost layer of an application make the call that the scope names.

    Middleware, exception handlers and the exit stack of the application stay around
    it. A scope that names nothing goes to FastAPI's router as ever.
    """
    scan: ASGIApp = app.router.middleware_stack

    async def call_or_scan(scope: Scope, receive: Receive, send: Send) -> None:
        named = scope.pop(_SCOPE_CALL, None)
        if named is None:
            await scan(scope, receive, send)
            return
        call, params = named
        await call(params, scope, receive, send)

    app.router.middleware_stack = call_or_scan


async def refuse_method(
    app: FastAPI, allow: Sequence[str], scope: Scope, receive: Receive, send: Send
) -> None:
    """Answer 405 as the application answers it: through its own exception handlers.

    Args:
        app: the application; ``install`` has been called on it.
        allow: the methods of the path.
        scope: the request's; not changed.
        receive: the request's.
        send: the response's.
    """

    async def refuse(*_: object) -> None:
        raise HTTPException(405, headers={"Allow": ", ".join(allow)})

    await FastAPI.__call__(app, {**scope, _SCOPE_CALL: (refuse, ())}, receive, send)


class Dispatcher:
    """Calls one handler with the parameters that the matcher found.

    Args:
        app: the application the handler belongs to; ``install`` has been called on it.
        handler: the handler.
    """

    def __init__(self, app: FastAPI, handler: PortedHandler) -> None:
        self._app = app
        self._scan: ASGIApp = app.router.app
        self._handler = handler
        self._answers_head = not handler.methods.isdisjoint({"HEAD", "*"})
        self._form_limits = _form_limits(app, handler)
        self._convert = tuple(
            (piece.name, kind, re.compile(kind.regex))
            for piece in handler.template.placeholders
            if (kind := handler.convertors.get(piece.name)) is not None
        )
        self._handle = _limited(handler) if handler.direct else self._scan
        self._call: _Call = self._by_scan
        if handler.direct:
            self._call = self._mounted if handler.is_mount else self._directly

    async def __call__(
        self, params: tuple[str, ...], scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Serve one request.

        Args:
            params: the texts of the path's placeholders, by position.
            scope: the request's; not changed.
            receive: the request's.
            send: the response's.
        """
        method = scope["method"].upper()
        if method == "HEAD" and not self._answers_head:
            # FastAPI adds no HEAD to a GET: the handler answers as for GET, unsent.
            method, send = "GET", _without_body(send)
        call: tuple[_Call, tuple[str, ...]] = (self._call, params)
        named = {**scope, "method": method, _SCOPE_CALL: call}
        # Not app(...): the application may be the gateway, which would decide again.
        await FastAPI.__call__(self._app, named, receive, send)

    async def _directly(
        self, params: tuple[str, ...], scope: Scope, receive: Receive, send: Send
    ) -> None:
        handler = self._handler
        self._enter(scope)
        scope["endpoint"] = handler.endpoint
        scope["path_params"] = {
            # Text that the legacy rule accepts and Starlette's convertor would not is
            # handed on as it is: FastAPI's own validation of the parameter decides.
            name: kind.convert(text) if pattern.fullmatch(text) else text
            for (name, kind, pattern), text in zip(self._convert, params, strict=True)
        }
        if isinstance(handler.route, APIRoute):
            scope["route"] = handler.route
        await self._handle(scope, receive, send)

    async def _mounted(
        self, params: tuple[str, ...], scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._enter(scope)
        self._set_path(params, scope)
        match, child_scope = self._handler.route.matches(scope)
        if match is Match.NONE:
            await self._app.router.default(scope, receive, send)
            return
        scope.update(child_scope)
        await self._handle(scope, receive, send)

    async def _by_scan(
        self, params: tuple[str, ...], scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._set_path(params, scope)
        await self._scan(scope, receive, send)

    def _enter(self, scope: Scope) -> None:
        """Leave in the scope what FastAPI's routers leave on the way to the handler."""
        handler = self._handler
        scope.setdefault("router", self._app.router)
        fastapi_scope = scope.setdefault(internals.SCOPE_KEY, {})
        if self._form_limits:
            fastapi_scope[internals.FORM_LIMITS_KEY] = self._form_limits
        if handler.parents:
            fastapi_scope[internals.INCLUDED_KEY] = handler.parents[-1]
        if handler.context is not None:
            fastapi_scope[internals.CONTEXT_KEY] = handler.context
        if internals.route_selected is not None:
            path = getattr(handler.context or handler.route, "path_format", None)
            internals.route_selected(scope=scope, path=path, mount=handler.is_mount)

    def _set_path(self, params: tuple[str, ...], scope: Scope) -> None:
        """Spell the path as the handler's own template has it."""
        texts = iter(params)
        path = "".join(
            piece if isinstance(piece, str) else next(texts)
            for piece in self._handler.template.pieces
        )
        scope["path"] = scope.get("root_path", "") + path
        scope["raw_path"] = quote(scope["path"], safe="/:@!$&'()*+,;=-._~").encode("ascii")


def _limited(handler: PortedHandler) -> ASGIApp:
    """APIRoutes carry their body limit; other routes inherit it from the inclusion."""
    handle: ASGIApp = handler.route.handle
    if not handler.parents or isinstance(handler.route, APIRoute):
        return handle
    limited: ASGIApp = internals.limit_body(
        handle, handler.parents[-1].include_context.max_body_size
    )
    return limited


def _form_limits(app: FastAPI, handler: PortedHandler) -> dict[str, Any]:
    """Merge form limits from the outside in, as FastAPI's routers do one by one."""
    merged = dict(getattr(app.router, "form_limits", {}))
    for parent in handler.parents:
        merged |= getattr(parent.include_context, "form_limits", {})
    return merged


def _without_body(send: Send) -> Send:
    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return send_head
