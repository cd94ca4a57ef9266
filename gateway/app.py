"""The gateway: the whole stack, in the order in which a request passes through it."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, cast

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from gateway.admin.health import Readiness, is_admin, readiness
from gateway.cutover.decide import Target, decide
from gateway.cutover.follower import Follower
from gateway.edge.exchange import Exchange
from gateway.edge.head import Head, read_head
from gateway.edge.problem import PROBLEM, problem, send_empty, send_json, send_problem
from gateway.errors import ConfigurationError
from gateway.legacy.discovery import describe
from gateway.legacy.loading import import_application
from gateway.legacy.mount import ENVIRON_REQUEST_ID, LegacyMount
from gateway.ported.catalog import Catalog, read_catalog
from gateway.ported.dispatch import Dispatcher, install, refuse_method
from gateway.ported.selfcheck import can_dispatch_directly
from gateway.routing.build import Routing, build
from gateway.routing.check import Finding, check
from gateway.settings import Settings, load_settings
from gateway.state.upgrade import ensure
from gateway.state.url import parse_state_url
from gateway.types import Receive, Scope, Send, WSGIApp
from gateway.version import __version__

__all__ = ["Gateway", "Tables"]

_LOGGER = logging.getLogger("gateway")
_RESERVED = "/_strangler"
_FAILED = "The request failed; its id is in the log."


@dataclass(frozen=True, slots=True)
class Tables:
    """Both applications' routes, read once they have declared them all."""

    routing: Routing
    catalog: Catalog
    direct: bool

    def findings(self) -> list[Finding]:
        """List what stands between a route and its cutover."""
        lines = [*self.catalog.unreachable]
        if self.routing.table.has_legacy:
            lines += self.catalog.only_without_legacy
        unreachable = [Finding("ported", line) for line in lines]
        return unreachable + check(self.routing, self.catalog.endpoints)


@dataclass(frozen=True, slots=True)
class _Running:
    """What serves, from start to shutdown."""

    tables: Tables
    dispatchers: tuple[Dispatcher, ...]
    mount: LegacyMount | None
    follower: Follower
    following: bool


class Gateway(FastAPI):
    """A FastAPI application that carries a legacy WSGI application.

    Ported routes are declared on it as on any FastAPI application, and everything that
    FastAPI puts around them (middleware, exception handlers, dependencies, overrides)
    is around them here: around *them*, never around what legacy serves. Until a route
    is moved, legacy answers as it did.

    Args:
        legacy: a WSGI application, or the string that imports one, ``module:app`` or
            ``module:create_app()``. By default the setting ``legacy.app``.
        settings: by default read from ``strangler.toml`` and the environment.
        options: FastAPI's own. The docs URLs are off unless they are given, and
            ``redirect_slashes`` is off: on day one the gateway answers nothing itself.

    Raises:
        ConfigurationError: a setting cannot be used.
        ImportStringError: the legacy application does not import.
    """

    def __init__(
        self,
        *,
        legacy: WSGIApp | str | None = None,
        settings: Settings | None = None,
        **options: Any,  # noqa: ANN401 - FastAPI's own, which check themselves
    ) -> None:
        self.settings = load_settings() if settings is None else settings
        self.legacy = _load_legacy(legacy, self.settings)
        options.setdefault("docs_url", None)
        options.setdefault("redoc_url", None)
        if options["docs_url"] is None and options["redoc_url"] is None:
            options.setdefault("openapi_url", None)
        options.setdefault("redirect_slashes", False)
        super().__init__(**options)
        self.exception_handlers.setdefault(Exception, _internal_error)
        self._running: _Running | None = None
        self._starting = asyncio.Lock()
        install(self)
        self.router.lifespan_context = self._around(self.router.lifespan_context)

    # ------------------------------------------------------------- a request's life

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a connection: HTTP is decided per route, all else is FastAPI's."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        running = self._running or await self._start_without_lifespan()
        if self.root_path:
            scope["root_path"] = self.root_path
        head = read_head(scope, self.settings.trusted_proxies)
        exchange = Exchange(send, self.settings.headers, head.request_id)
        scope["scheme"] = head.scheme
        scope[ENVIRON_REQUEST_ID] = head.request_id
        try:
            await self._serve(running, head, scope, receive, exchange)
        except Exception:
            # The one error boundary. A response that has begun is never begun again:
            # raising makes the server cut the connection, so nobody takes it for whole.
            _LOGGER.exception("request %s failed", head.request_id)
            if exchange.complete:
                return
            if exchange.started:
                raise
            await send_problem(exchange.send, 500, _FAILED, request_id=head.request_id)

    async def _serve(
        self, running: _Running, head: Head, scope: Scope, receive: Receive, exchange: Exchange
    ) -> None:
        if head.path == _RESERVED or head.path.startswith(f"{_RESERVED}/"):
            await self._answer_reserved(running, head, scope["method"], exchange)
            return
        routing = running.tables.routing
        match = routing.matcher.match(scope["method"], head.path, websocket=head.websocket)
        decision = decide(match, running.follower.snapshot, has_legacy=routing.table.has_legacy)
        exchange.served_by = decision.target.value
        if decision.target is Target.LEGACY and running.mount is not None:
            await running.mount(scope, receive, exchange.send)
        elif decision.target is Target.GATEWAY and scope["method"].upper() == "OPTIONS":
            allow = {"content-type": "text/html; charset=utf-8", "allow": ", ".join(decision.allow)}
            await send_empty(exchange.send, 200, allow)
        elif decision.target is Target.GATEWAY:
            await refuse_method(self, decision.allow, scope, receive, exchange.send)
        elif decision.route is not None:
            index = routing.handler(decision.route, scope["method"].upper())
            dispatcher = running.dispatchers[index]
            await dispatcher(decision.params, scope, receive, exchange.send)
        else:
            await super().__call__(scope, receive, exchange.send)

    async def _answer_reserved(
        self, running: _Running, head: Head, method: str, exchange: Exchange
    ) -> None:
        page = head.path.removeprefix(_RESERVED).strip("/")
        if page not in ("healthz", "readyz"):
            await send_problem(
                exchange.send, 404, "No page of the gateway.", request_id=head.request_id
            )
        elif method.upper() not in ("GET", "HEAD"):
            await send_problem(
                exchange.send,
                405,
                f"{page} answers GET.",
                request_id=head.request_id,
                headers={"allow": "GET, HEAD"},
            )
        elif page == "healthz":
            await send_json(exchange.send, 200, {"status": "alive"})
        else:
            state = Readiness(
                revision=running.follower.snapshot.revision,
                trouble=running.follower.trouble,
                routes=len(running.tables.routing.table),
                dispatch="direct" if running.tables.direct else "scan",
                following=running.following,
                pid=os.getpid(),
            )
            details = is_admin(head.authorization, self.settings.admin.token)
            await send_json(exchange.send, 200, readiness(state, details=details))

    # ------------------------------------------------------------- start and shutdown

    async def read_tables(self) -> Tables:
        """Read both applications' routes as they stand now."""
        direct = self.settings.ported.dispatch == "direct" and await can_dispatch_directly()
        catalog = read_catalog(self, direct=direct)
        legacy = None
        if self.legacy is not None:
            legacy = describe(self.legacy, self.settings.legacy.transparent_middleware)
        return Tables(build(legacy, catalog.endpoints), catalog, direct)

    async def _start(self, *, follow: bool) -> _Running:
        url = parse_state_url(self.settings.state_url)
        await asyncio.to_thread(ensure, url)
        tables = await self.read_tables()
        follower = Follower(url, self.settings.state.poll_interval)
        try:
            await follower.load(tables.routing.table)
            dispatchers = tuple(Dispatcher(self, handler) for handler in tables.catalog.handlers)
        except BaseException:
            await follower.close()
            raise
        mount = None
        if self.legacy is not None:
            mount = LegacyMount(self.legacy, threads=self.settings.legacy.threads)
        if follow:
            follower.follow()
        else:
            await follower.close()
        self._running = _Running(
            tables=tables,
            dispatchers=dispatchers,
            mount=mount,
            follower=follower,
            following=follow,
        )
        _LOGGER.info(
            "Strangler Gateway %s: %d routes, %d ported handlers, %s dispatch, flags at %d",
            __version__,
            len(tables.routing.table),
            len(tables.catalog.endpoints),
            "direct" if tables.direct else "scan",
            follower.snapshot.revision,
        )
        return self._running

    async def _start_without_lifespan(self) -> _Running:
        async with self._starting:
            if self._running is None:
                _LOGGER.warning(
                    "the server sends no lifespan events: stages are read once, not followed"
                )
                return await self._start(follow=False)
            return self._running

    async def _stop(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            await running.follower.close()
            if running.mount is not None:
                running.mount.close()

    def _around(self, inner: Any) -> Any:  # noqa: ANN401 - Starlette's lifespan, many shapes
        @contextlib.asynccontextmanager
        async def lifespan(app: Any) -> AsyncIterator[Any]:  # noqa: ANN401 - as above
            # The application's own start comes first: it may still declare routes.
            async with inner(app) as state:
                await self._start(follow=True)
                try:
                    yield state
                finally:
                    await self._stop()

        return lifespan


async def _internal_error(request: Request, _error: Exception) -> Response:
    """Answer for a ported handler that raised; the boundary has its traceback."""
    request_id = request.scope.get(ENVIRON_REQUEST_ID, "")
    return JSONResponse(
        problem(500, _FAILED, request_id),
        status_code=500,
        media_type=PROBLEM,
        headers={"cache-control": "no-store"},
    )


def _load_legacy(legacy: WSGIApp | str | None, settings: Settings) -> WSGIApp | None:
    configured = settings.legacy.app
    if legacy is not None and configured is not None and legacy != configured:
        raise ConfigurationError(
            f"legacy.app = {configured!r} is not allowed: the composition root already mounts "
            f"{legacy if isinstance(legacy, str) else 'a legacy application'!r}"
        )
    wanted = legacy if legacy is not None else configured
    found = import_application(wanted) if isinstance(wanted, str) else wanted
    if found is not None and not callable(found):
        raise ConfigurationError(f"legacy = {wanted!r} is not allowed: it is no WSGI application")
    if inspect.iscoroutinefunction(found) or inspect.iscoroutinefunction(
        getattr(found, "__call__", None)  # noqa: B004 - the method itself is asked
    ):
        raise ConfigurationError(
            f"legacy = {wanted!r} is not allowed: it is an ASGI application; what is to be carried "
            "is the WSGI application, and a gateway.Gateway is served without --legacy"
        )
    return cast("WSGIApp | None", found)
