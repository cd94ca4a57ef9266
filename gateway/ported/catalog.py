"""The ported handlers of a FastAPI application, each with its effective include context."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, APIRouter
from starlette.convertors import Convertor
from starlette.routing import Host, Mount, Route

from gateway.ported import internals
from gateway.routing.build import PortedEndpoint
from gateway.routing.overlap import overlap, shape
from gateway.routing.template import Template, parse_fastapi

__all__ = ["Catalog", "PortedHandler", "read_catalog"]


@dataclass(frozen=True, slots=True)
class PortedHandler:
    """One ported route, with all that FastAPI would apply on the way to it.

    Attributes:
        route: the route object FastAPI calls; a ``Mount`` for a mounted application.
        endpoint: the function behind it.
        template: its whole path, prefixes included.
        methods: the methods it answers; ``{"*"}`` for a mount.
        convertors: parameter → Starlette's convertor.
        context: FastAPI's effective route context; ``None`` for a route of the app itself.
        parents: the included routers around it, outermost first.
        direct: whether it can be called without FastAPI's scan.
    """

    route: Any
    endpoint: Any
    template: Template
    methods: frozenset[str]
    convertors: Mapping[str, Convertor[Any]]
    context: Any | None
    parents: tuple[Any, ...]
    direct: bool

    @property
    def name(self) -> str:
        """A name for listings: the function's, with its module."""
        module = getattr(self.endpoint, "__module__", "")
        label = getattr(self.endpoint, "__qualname__", type(self.endpoint).__name__)
        return f"{module}.{label}" if module else str(label)

    @property
    def is_mount(self) -> bool:
        """Whether this is a mounted application rather than a route."""
        return isinstance(self.route, Mount)


@dataclass(frozen=True, slots=True)
class Catalog:
    """All ported handlers.

    Attributes:
        handlers: in the order of declaration.
        endpoints: what routing needs to know of those that can be dispatched.
        unreachable: why a declared route cannot be dispatched, one line each.
        only_without_legacy: what FastAPI's own scan alone can reach, one line each.
    """

    handlers: tuple[PortedHandler, ...]
    endpoints: tuple[PortedEndpoint, ...]
    unreachable: tuple[str, ...]
    only_without_legacy: tuple[str, ...] = ()


def read_catalog(app: FastAPI, *, direct: bool) -> Catalog:
    """List the ported handlers of an application.

    Args:
        app: the application; its WebSocket and host routes are left to FastAPI.
        direct: whether handlers may be called directly; otherwise those that FastAPI's
            scan could miss, because an earlier route may match first, are left out.
    """
    handlers = tuple(_handlers(app, direct=direct))
    endpoints, unreachable = [], []
    for index, handler in enumerate(handlers):
        hidden_by = None if handler.direct else _hidden_by(handler, handlers[:index])
        if hidden_by is not None:
            unreachable.append(
                f"{handler.template.text} may be hidden in FastAPI's own scan by "
                f"{hidden_by.template.text}, which is declared before it"
            )
            continue
        endpoints.append(
            PortedEndpoint(
                index=index,
                methods=handler.methods,
                template=handler.template,
                name=handler.name,
            )
        )
    return Catalog(handlers, tuple(endpoints), tuple(unreachable), tuple(_left_to_the_scan(app)))


def _left_to_the_scan(app: FastAPI) -> Iterator[str]:
    """Name what has no path template that a rule could stand for."""
    frontends = getattr(app.router, "_low_priority_routes", ())
    hosts = (route for route in app.router.routes if isinstance(route, Host))
    for route in (*hosts, *frontends):
        name = getattr(route, "host", None) or "a frontend"
        yield f"{name} is reached only without a legacy application"


def _hidden_by(handler: PortedHandler, earlier: Sequence[PortedHandler]) -> PortedHandler | None:
    mine = shape(handler.template)
    for other in earlier:
        shares_method = "*" in other.methods | handler.methods or other.methods & handler.methods
        if shares_method and overlap(mine, shape(other.template)):
            return other
    return None


def _handlers(app: FastAPI, *, direct: bool) -> Iterator[PortedHandler]:
    if not internals.AVAILABLE:
        for listed in internals.route_contexts(app.router.routes):
            route = getattr(listed, "original_route", listed)
            context = getattr(listed, "_route_context", None)
            yield from _handler(route, context, (), direct=False)
        return
    yield from _walk(app.router, (), direct=direct and _is_plain_router(app.router))


def _walk(router: APIRouter, parents: tuple[Any, ...], *, direct: bool) -> Iterator[PortedHandler]:
    for route in router.routes:
        if isinstance(route, internals.IncludedRouter):
            yield from _walk_included(route, (*parents, route), direct=direct)
        else:
            yield from _handler(route, None, parents, direct=direct)


def _walk_included(
    included: Any,  # noqa: ANN401 - a private class of FastAPI
    parents: tuple[Any, ...],
    *,
    direct: bool,
) -> Iterator[PortedHandler]:
    direct = direct and _is_plain_router(included.original_router)
    for candidate in included.effective_candidates():
        if isinstance(candidate, internals.IncludedRouter):
            yield from _walk_included(candidate, (*parents, candidate), direct=direct)
        else:
            yield from _handler(candidate.original_route, candidate, parents, direct=direct)


def _handler(
    route: Any,  # noqa: ANN401 - any of Starlette's or FastAPI's route classes
    context: Any | None,  # noqa: ANN401 - a private class of FastAPI
    parents: tuple[Any, ...],
    *,
    direct: bool,
) -> Iterator[PortedHandler]:
    starlette_route = getattr(context, "starlette_route", None)
    effective = starlette_route or context or route
    called = route if isinstance(route, APIRoute) else starlette_route or route
    path = getattr(effective, "path", None)
    if isinstance(called, Mount):
        methods = frozenset({"*"})
        path = f"{path}/{{path:path}}"
        endpoint = called.app
    elif path is not None and getattr(effective, "methods", None):
        methods = frozenset(effective.methods)
        endpoint = effective.endpoint
    elif isinstance(called, Route) and path is not None:
        methods, endpoint = frozenset({"*"}), called.endpoint
    else:
        return  # WebSocket, host and frontend routes: FastAPI's own business
    convertors = dict(getattr(effective, "param_convertors", {}))
    yield PortedHandler(
        route=called,
        endpoint=endpoint,
        template=parse_fastapi(
            path,
            {name: (kind.regex, _spans(kind)) for name, kind in convertors.items()},
        ),
        methods=methods,
        convertors=convertors,
        context=context,
        parents=parents,
        direct=direct and _is_plain_route(called),
    )


def _spans(convertor: Convertor[Any]) -> bool:
    """In doubt a convertor of the application's own is taken to hold slashes."""
    return convertor.regex not in ("[^/]+", "[0-9]+", r"[0-9]+(\.[0-9]+)?") and not (
        convertor.regex.startswith("[0-9a-fA-F]{8}")
    )


def _is_plain_router(router: APIRouter) -> bool:
    """Whether a router routes as FastAPI's does; a subclass may have its own mind."""
    kind = type(router)
    return all(
        getattr(kind, name) is getattr(APIRouter, name) for name in ("app", "handle", "matches")
    )


def _is_plain_route(route: Any) -> bool:  # noqa: ANN401 - any route class
    kind = type(route)
    for base in (APIRoute, Mount, Route):
        if isinstance(route, base):
            return kind.matches is base.matches
    return False
