"""The list of ported handlers: whole paths, what is around them, and what can be called."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, Request, Response, WebSocket
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from starlette.convertors import Convertor, register_url_convertor
from starlette.endpoints import HTTPEndpoint
from starlette.routing import Host, Mount, Route, Router

from gateway.ported.catalog import Catalog, PortedHandler, read_catalog
from tests.unit.ported.applications import Gated, Locked, Prefixing, Stamped, Versioned, deny


async def endpoint(request: Request) -> Response:
    return Response(request.url.path)


def application(**options: Any) -> FastAPI:
    return FastAPI(openapi_url=None, **options)


def listed(app: FastAPI, *, direct: bool = True) -> list[tuple[str, list[str]]]:
    return [
        (handler.template.text, sorted(handler.methods))
        for handler in read_catalog(app, direct=direct).handlers
    ]


def only(app: FastAPI, *, direct: bool = True) -> PortedHandler:
    (handler,) = read_catalog(app, direct=direct).handlers
    return handler


def test_an_application_without_routes_has_none() -> None:
    assert read_catalog(application(), direct=True) == Catalog((), (), ())


def test_handlers_are_listed_as_they_are_declared_with_their_whole_path() -> None:
    app, outer, inner = application(), APIRouter(prefix="/outer"), APIRouter(prefix="/inner")
    app.add_api_route("/first", endpoint)
    inner.add_api_route("/{item:int}", endpoint, methods=["PUT", "DELETE"])
    inner.add_route("/starlette", endpoint, methods=["POST"])
    outer.include_router(inner, prefix="/more")
    app.include_router(outer, prefix="/v1")
    app.include_router(inner)
    app.add_route("/last", endpoint)
    assert listed(app) == [
        ("/first", ["GET"]),
        ("/v1/outer/more/inner/{item:int}", ["DELETE", "PUT"]),
        ("/v1/outer/more/starlette", ["POST"]),
        ("/inner/{item:int}", ["DELETE", "PUT"]),
        ("/starlette", ["POST"]),
        ("/last", ["GET", "HEAD"]),
    ]


def test_the_inclusions_around_a_handler_are_kept_outermost_first() -> None:
    app, outer, inner = application(), APIRouter(), APIRouter()
    inner.add_api_route("/a", endpoint, dependencies=[Depends(deny)])
    outer.include_router(inner, prefix="/inner")
    app.include_router(outer, prefix="/outer")
    handler = only(app)
    assert [parent.include_context.prefix for parent in handler.parents] == [
        "/outer",
        "/outer/inner",
    ]
    assert handler.context is not None
    assert len(handler.context.dependencies) == 1


def test_a_route_of_the_app_has_nothing_around_it() -> None:
    app = application()
    app.add_api_route("/a", endpoint)
    handler = only(app)
    assert (handler.context, handler.parents, handler.direct) == (None, (), True)
    assert handler.name == f"{__name__}.endpoint"


def test_a_route_declared_after_its_inclusion_is_found() -> None:
    app, router = application(), APIRouter()
    app.include_router(router, prefix="/r")
    router.add_api_route("/late", endpoint)
    assert listed(app) == [("/r/late", ["GET"])]


def test_mounts_take_every_method_below_their_path() -> None:
    app, router = application(), APIRouter()
    app.mount("/files", StaticFiles(directory="."))
    router.routes.append(Mount("/sub/", Router([Route("/x", endpoint)])))
    app.include_router(router, prefix="/in")
    assert listed(app) == [("/files/{path:path}", ["*"]), ("/in/sub/{path:path}", ["*"])]
    assert all(handler.is_mount for handler in read_catalog(app, direct=True).handlers)


def test_an_endpoint_class_takes_every_method() -> None:
    class Page(HTTPEndpoint):
        pass

    app = application()
    app.router.routes.append(Route("/page", Page))
    assert listed(app) == [("/page", ["*"])]


def test_websockets_and_hosts_are_left_to_fastapi() -> None:
    async def talk(_: WebSocket) -> None:
        pass

    app = application()
    app.add_api_websocket_route("/live", talk)
    app.router.routes.append(Host("a.example", Router([Route("/x", endpoint)])))
    assert listed(app) == []


@pytest.mark.parametrize(
    ("convertor", "pattern", "spans"),
    [
        ("", "[^/]+", False),
        (":str", "[^/]+", False),
        (":int", "[0-9]+", False),
        (":float", r"[0-9]+(\.[0-9]+)?", False),
        (":path", ".*", True),
    ],
)
def test_a_placeholder_has_its_convertors_pattern(
    convertor: str, pattern: str, *, spans: bool
) -> None:
    app = application()
    app.add_api_route(f"/{{item{convertor}}}", endpoint)
    (placeholder,) = only(app).template.placeholders
    assert (placeholder.pattern, placeholder.spans) == (pattern, spans)


def test_a_uuid_stays_in_its_segment() -> None:
    app = application()
    app.add_api_route("/{item:uuid}", endpoint)
    assert not only(app).template.placeholders[0].spans


def test_a_convertor_of_the_applications_own_may_span() -> None:
    class Day(Convertor[str]):
        regex = "[0-9]{4}/[0-9]{2}"

        def convert(self, value: str) -> str:
            return value

        def to_string(self, value: str) -> str:
            return value

    register_url_convertor("day", Day())
    app = application()
    app.add_api_route("/{item:day}", endpoint)
    assert only(app).template.placeholders[0].spans


@pytest.mark.parametrize(
    ("kind", "direct"), [(APIRoute, True), (Stamped, True), (Gated, True), (Versioned, False)]
)
def test_a_route_class_that_matches_by_itself_needs_the_scan(
    kind: type[APIRoute], *, direct: bool
) -> None:
    for app in (application(), application()):
        router = APIRouter(route_class=kind)
        router.add_api_route("/a", endpoint)
        app.include_router(router)
        assert only(app).direct is direct
        assert not only(app, direct=False).direct


def test_a_router_that_routes_by_itself_needs_the_scan_and_so_does_all_below_it() -> None:
    app, locked, inner, plain = application(), Locked(), APIRouter(), APIRouter()
    inner.add_api_route("/a", endpoint)
    plain.add_api_route("/c", endpoint)
    locked.include_router(inner)
    locked.add_api_route("/b", endpoint)
    app.include_router(locked)
    app.include_router(plain)
    assert [
        (handler.template.text, handler.direct)
        for handler in read_catalog(app, direct=True).handlers
    ] == [("/a", False), ("/b", False), ("/c", True)]


def test_a_router_that_only_declares_in_its_own_way_does_not() -> None:
    app, router = application(), Prefixing()
    router.add_api_route("/a", endpoint)
    app.include_router(router)
    assert (only(app).template.text, only(app).direct) == ("/prefixed/a", True)


class TestHidden:
    """What FastAPI's own scan could not reach."""

    @staticmethod
    def declared() -> FastAPI:
        app = application()
        app.add_api_route("/a/{x}", endpoint)
        app.add_api_route("/a/new", endpoint)
        app.add_api_route("/a/new", endpoint, methods=["POST"])
        app.add_api_route("/b", endpoint)
        return app

    def test_it_is_left_out_with_the_scan(self) -> None:
        catalog = read_catalog(self.declared(), direct=False)
        assert [endpoint.index for endpoint in catalog.endpoints] == [0, 2, 3]
        assert catalog.unreachable == (
            "/a/new may be hidden in FastAPI's own scan by /a/{x}, which is declared before it",
        )

    def test_it_is_reached_directly(self) -> None:
        catalog = read_catalog(self.declared(), direct=True)
        assert [endpoint.index for endpoint in catalog.endpoints] == [0, 1, 2, 3]
        assert catalog.unreachable == ()

    def test_a_mount_hides_every_method(self) -> None:
        app = application()
        app.mount("/a", StaticFiles(directory="."))
        app.add_api_route("/a/new", endpoint, methods=["POST"])
        assert len(read_catalog(app, direct=False).unreachable) == 1


def test_a_handler_without_a_name_is_called_by_its_kind() -> None:
    app = application()
    app.add_api_route("/a", partial(endpoint))
    assert only(app).name.endswith("partial")


def test_what_the_scan_alone_can_reach_is_named() -> None:
    app = FastAPI(openapi_url=None)
    app.host("api.example", FastAPI())
    catalog = read_catalog(app, direct=True)
    assert catalog.endpoints == ()
    assert catalog.only_without_legacy == (
        "api.example is reached only without a legacy application",
    )
