"""One handler, called with the texts that the matcher found."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI, Path, Request, Response
from fastapi.exceptions import ResponseValidationError
from fastapi.responses import StreamingResponse
from starlette.routing import Mount, Route, Router

from gateway.ported.catalog import PortedHandler, read_catalog
from gateway.ported.dispatch import Dispatcher, install
from gateway.types import ASGIApp, Receive, Scope, Send
from tests.unit.ported.client import Ask, Reply, ask

BOTH = pytest.mark.parametrize("direct", [True, False])


async def params(request: Request) -> dict[str, object]:
    return {name: repr(value) for name, value in request.path_params.items()}


def application(*paths: str, endpoint: Any = params, **options: Any) -> FastAPI:
    app = FastAPI(openapi_url=None)
    for path in paths:
        app.add_api_route(path, endpoint, **options)
    install(app)
    return app


def handler_of(app: FastAPI, path: str, *, direct: bool) -> PortedHandler:
    (found,) = [
        handler
        for handler in read_catalog(app, direct=direct).handlers
        if handler.template.text == path
    ]
    return found


def call(
    app: FastAPI,
    path: str,
    *texts: str,
    request: Ask | None = None,
    direct: bool = True,
) -> Reply:
    """Call the handler declared under a path, for a request that was spelled otherwise."""
    dispatcher = Dispatcher(app, handler_of(app, path, direct=direct))
    return asyncio.run(ask(partial(dispatcher, texts), request or Ask("GET", "//other//spelling")))


class TestParameters:
    @BOTH
    @pytest.mark.parametrize(
        "text",
        [
            *("a", "a b", "ü", "日本", "100%", "%41", "%2F", "a%20b", "a+b", "a?b", "a#b", "a;b"),
            *("a:b", "@", "a=b&c", "'\"", "\\", "..", ".", "\x00", "\n", "~", "𝄞", "[]{}"),
        ],
    )
    def test_a_text_arrives_as_it_is(self, text: str, *, direct: bool) -> None:
        reply = call(application("/a/{x}/b"), "/a/{x}/b", text, direct=direct)
        assert (reply.status, reply.body) == (200, Response(jsonable(repr(text))).body)

    @BOTH
    def test_a_path_keeps_its_slashes(self, *, direct: bool) -> None:
        reply = call(application("/a/{x:path}"), "/a/{x:path}", "b//c/%2F", direct=direct)
        assert reply.body == jsonable("'b//c/%2F'")

    @BOTH
    @pytest.mark.parametrize(
        ("convertor", "text", "value"),
        [
            ("int", "007", "7"),
            ("float", "1.50", "1.5"),
            ("str", "007", "'007'"),
            (
                "uuid",
                "8D3AB53A-9A21-4B12-A7A0-4D4D2F9B1C11",
                "UUID('8d3ab53a-9a21-4b12-a7a0-4d4d2f9b1c11')",
            ),
        ],
    )
    def test_convertors_convert(
        self, convertor: str, text: str, value: str, *, direct: bool
    ) -> None:
        path = f"/a/{{x:{convertor}}}"
        assert call(application(path), path, text, direct=direct).body == jsonable(value)

    @pytest.mark.parametrize("text", ["-7", "x", "7\n", "٣", ""])
    def test_text_a_convertor_would_refuse_is_for_the_handler_to_judge(self, text: str) -> None:
        reply = call(application("/a/{x:int}"), "/a/{x:int}", text)
        assert reply.body == jsonable(repr(text))

    def test_and_for_fastapis_validation(self) -> None:
        async def number(x: Annotated[int, Path(ge=1)]) -> int:
            return x

        app = application("/a/{x:int}", endpoint=number)
        assert call(app, "/a/{x:int}", "7").body == b"7"
        assert call(app, "/a/{x:int}", "-7").status == 422
        assert call(app, "/a/{x:int}", "seven").status == 422

    @BOTH
    def test_they_are_handed_over_by_position(self, *, direct: bool) -> None:
        path = "/{b}/x/{a}-{c}"
        reply = call(application(path), path, "1", "2", "3", direct=direct)
        assert reply.body == b"""{"b":"'1'","a":"'2'","c":"'3'"}"""

    def test_too_few_are_an_error_and_never_a_call(self) -> None:
        with pytest.raises(ValueError, match="zip"):
            call(application("/{a}/{b}"), "/{a}/{b}", "1")


def jsonable(text: str) -> bytes:
    return bytes(JSON.render({"x": text}))


class _Json:
    @staticmethod
    def render(value: object) -> bytes:
        from fastapi.responses import JSONResponse  # noqa: PLC0415 - the one that FastAPI uses

        return bytes(JSONResponse(value).body)


JSON = _Json()


class TestHead:
    @BOTH
    def test_a_get_answers_it_without_its_body(self, *, direct: bool) -> None:
        app = application("/a/{x}")
        head = call(app, "/a/{x}", "1", request=Ask("HEAD", "/a/1"), direct=direct)
        get = call(app, "/a/{x}", "1", request=Ask("GET", "/a/1"), direct=direct)
        assert (head.status, head.headers, head.body) == (200, get.headers, b"")

    @BOTH
    def test_a_stream_ends_without_one_byte(self, *, direct: bool) -> None:
        async def stream() -> StreamingResponse:
            return StreamingResponse(iter([b"a", b"b"]))

        app = application("/a", endpoint=stream)
        reply = call(app, "/a", request=Ask("HEAD", "/a"), direct=direct)
        assert reply.body == b""
        assert reply.messages[-1].get("more_body", False) is False

    @BOTH
    def test_a_handler_for_it_sees_it(self, *, direct: bool) -> None:
        async def method(request: Request) -> Response:
            return Response(headers={"x-method": request.method})

        for methods, seen in ((["GET", "HEAD"], "HEAD"), (["GET"], "GET")):
            app = application("/a", endpoint=method, methods=methods)
            reply = call(app, "/a", request=Ask("HEAD", "/a"), direct=direct)
            assert reply.headers["x-method"] == seen

    @BOTH
    def test_a_method_in_lower_case_is_the_method(self, *, direct: bool) -> None:
        reply = call(application("/a"), "/a", request=Ask("get", "/a"), direct=direct)
        assert (reply.status, reply.body) == (200, b"{}")


class TestPath:
    """By scan, FastAPI's router finds the handler by its own path, whatever was sent."""

    @pytest.mark.parametrize("root", ["", "/root", "/ü"])
    def test_it_is_spelled_as_declared(self, root: str) -> None:
        async def path(request: Request) -> list[str]:
            return [request.scope["path"], request.scope["raw_path"].decode("ascii")]

        app = application("/ä/{x}", endpoint=path)
        request = Ask("GET", "//x", root=root, path=f"{root}//x")
        reply = call(app, "/ä/{x}", "100% ü", request=request, direct=False)
        encoded = {"": "", "/root": "/root", "/ü": "/%C3%BC"}[root]
        assert reply.status == 200
        assert reply.body.decode() == (f'["{root}/ä/100% ü","{encoded}/%C3%A4/100%25%20%C3%BC"]')

    def test_directly_it_stays_as_it_was_sent(self) -> None:
        async def path(request: Request) -> str:
            return str(request.scope["path"])

        app = application("/a", endpoint=path)
        assert call(app, "/a", request=Ask("GET", "//a")).body == b'"//a"'

    def test_the_requests_own_scope_is_not_changed(self) -> None:
        app = application("/a/{x}")
        for direct in (True, False):
            dispatcher = Dispatcher(app, handler_of(app, "/a/{x}", direct=direct))
            scope = Ask("GET", "//a/1").scope()
            before = dict(scope)

            async def same(_: Scope, receive: Receive, send: Send) -> None:
                await dispatcher(("1",), scope, receive, send)  # noqa: B023 - called at once

            asyncio.run(ask(same, Ask("GET", "/")))
            assert scope == before


class TestMounts:
    @BOTH
    @pytest.mark.parametrize("text", ["", "x", "x/y", "ü %41"])
    def test_what_is_below_arrives_below(self, text: str, *, direct: bool) -> None:
        async def show(request: Request) -> Response:
            scope = request.scope
            return Response(f"{scope['root_path']}|{scope['path']}|{request.path_params}")

        inner = Router([Route("/{rest:path}", show)])
        app = FastAPI(openapi_url=None)
        app.mount("/m", inner)
        router = APIRouter()
        router.routes.append(Mount("/n", inner))
        app.include_router(router, prefix="/in")
        install(app)
        for prefix in ("/m", "/in/n"):
            path = f"{prefix}/{{path:path}}"
            reply = call(app, path, text, direct=direct)
            assert reply.body.decode() == f"{prefix}|{prefix}/{text}|{ {'rest': text} }"


class Twice:
    """Middleware that calls the application again, as some do to retry."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def unsent(_: Any) -> None:
            pass

        if scope["type"] == "http":
            await self._app(dict(scope), receive, unsent)
        await self._app(scope, receive, send)


class TestAround:
    def test_the_applications_middleware_is_passed(self) -> None:
        calls: list[str] = []

        async def count() -> int:
            calls.append("handler")
            return len(calls)

        app = application("/a", endpoint=count)
        app.add_middleware(Twice)
        assert call(app, "/a").body == b"2"

    def test_a_scope_that_names_no_call_goes_to_fastapis_router(self) -> None:
        app = application("/a/{x}")
        assert asyncio.run(ask(app, Ask("GET", "/a/7"))).body == jsonable("'7'")
        assert asyncio.run(ask(app, Ask("GET", "/b"))).status == 404
        assert asyncio.run(ask(app, Ask("POST", "/a/7"))).status == 405

    @BOTH
    def test_an_error_of_the_handler_comes_out(self, *, direct: bool) -> None:
        async def fail() -> int:
            return "no number"  # type: ignore[return-value]

        app = application("/a", endpoint=fail, response_model=int)
        with pytest.raises(ResponseValidationError):
            call(app, "/a", direct=direct)
