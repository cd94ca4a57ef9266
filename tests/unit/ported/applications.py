"""One rich application, declared twice: on a plain FastAPI and on a gateway."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Depends, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.staticfiles import StaticFiles
from flask import Flask
from pydantic import BaseModel
from starlette.routing import Mount

from gateway.types import ASGIApp, Message, Receive, Scope, Send
from tests.unit.ported.client import Ask

__all__ = ["HEADS", "KNOWN", "UNKNOWN", "WRONG_METHOD", "declare", "flask_twin", "options"]


class Item(BaseModel):
    name: str
    size: int = 1


class OutOfStock(Exception):  # noqa: N818 - an application's own name
    pass


class Stamped(APIRoute):
    """A route class around the handler."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        handler = super().get_route_handler()

        async def stamped(request: Request) -> Response:
            response: Response = await handler(request)
            response.headers["x-stamp"] = self.path
            return response

        return stamped


class Gated(APIRoute):
    """A route class around the whole call."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (b"x-key", b"open") not in scope["headers"]:
            response = PlainTextResponse("gated", status_code=403)
            await response(scope, receive, send)
            return
        await super().handle(scope, receive, send)


class Versioned(APIRoute):
    """A route class with a mind of its own about what it matches."""

    def matches(self, scope: Scope) -> Any:
        if (b"x-version", b"2") not in scope["headers"]:
            return super().matches({**scope, "path": "/nowhere"})
        return super().matches(scope)


class Locked(APIRouter):
    """A router around everything that it has."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (b"x-key", b"open") not in scope["headers"]:
            raise HTTPException(status_code=423)
        await super().handle(scope, receive, send)


class Prefixing(APIRouter):
    """A router that only declares in another way."""

    def add_api_route(self, path: str, endpoint: Any, **options: Any) -> None:
        super().add_api_route(f"/prefixed{path}", endpoint, **options)


class Marking:
    """Middleware that notes who passes, and what comes back."""

    def __init__(self, app: ASGIApp, log: list[str]) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"x-mark", b"1")]}
            await send(message)

        self._log.append("middleware")
        await self._app(scope, receive, marked)


async def deny() -> None:
    raise HTTPException(status_code=401, detail="denied")


async def need_key(request: Request) -> None:
    if request.headers.get("x-key") != "open":
        raise HTTPException(status_code=403, headers={"x-why": "no key"})


async def who() -> str:
    return "nobody"


async def override() -> str:
    return "somebody"


def options(log: list[str]) -> dict[str, Any]:
    """What both applications are constructed with."""

    async def on_app() -> None:
        log.append("dependency of the app")

    return {
        "dependencies": [Depends(on_app)],
        "max_body_size": 4000,
        "form_limits": {"max_fields": 9, "max_files": 9},
        "docs_url": "/docs",
        "title": "Rich",
    }


def declare(app: FastAPI, log: list[str], folder: Path) -> None:  # noqa: PLR0915, C901 - it is rich
    """Declare the application's routes, and all that stands around them."""

    def noting(text: str) -> Any:
        async def note() -> None:
            log.append(text)

        return Depends(note)

    async def yielding() -> AsyncIterator[str]:
        log.append("opened")
        try:
            yield "value"
        except OutOfStock:
            log.append("saw the error")
            raise
        finally:
            log.append("closed")

    opened: Any = Depends(yielding)

    async def show(request: Request, item: int, user: Annotated[str, Depends(who)]) -> Any:
        log.append("show")
        return {
            "item": item,
            "user": user,
            "route": request.scope["route"].path,
            "url": str(request.url),
            "by name": str(request.url_for("named", text="x")),
            "form limits": request.scope["fastapi"].get("form_limits"),
        }

    app.add_middleware(Marking, log=log)

    @app.middleware("http")
    async def timed(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        response = await call_next(request)
        response.headers["x-method"] = request.method
        return response

    @app.exception_handler(OutOfStock)
    async def out_of_stock(_: Request, error: OutOfStock) -> JSONResponse:
        return JSONResponse({"error": str(error)}, status_code=409)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse({"invalid": [entry["loc"] for entry in error.errors()]}, 400)

    app.dependency_overrides[who] = override

    # Routes of the app itself.

    app.add_api_route("/direct/{item}", show)
    app.add_api_route("/number/{item:int}", show)

    @app.get("/text/{text}", name="named")
    async def text(text: str, request: Request) -> Any:
        return {"text": text, "params": request.path_params}

    @app.get("/path/{rest:path}")
    async def path(rest: str) -> str:
        return rest

    @app.post("/items", status_code=201)
    async def create(item: Item, response: Response, tasks: BackgroundTasks) -> Item:
        response.headers["location"] = f"/items/{item.name}"
        tasks.add_task(log.append, "background")
        return item

    @app.put("/items", response_model=Item, response_model_exclude_defaults=True)
    async def replace(item: Item) -> Item:
        return item

    @app.delete("/items", status_code=204)
    async def delete() -> None:
        log.append("deleted")

    @app.get("/plain", response_class=PlainTextResponse)
    def plain() -> str:
        return "plain"

    @app.get("/stream")
    async def stream(value: str = opened) -> StreamingResponse:
        def parts() -> Iterator[str]:
            yield value
            log.append("streaming")
            yield value

        return StreamingResponse(parts())

    @app.get("/yield/{fail}")
    async def yields(*, fail: bool, value: str = opened) -> str:
        if fail:
            raise OutOfStock("none left")
        return value

    @app.get("/teapot")
    async def teapot() -> None:
        raise HTTPException(status_code=418, detail={"short": True}, headers={"x-pot": "1"})

    async def starlette(request: Request) -> Response:
        log.append("starlette")
        return PlainTextResponse(f"{request.method} {request.path_params}")

    app.add_route("/starlette/{item:int}", starlette, methods=["GET", "POST"])

    # Included routers.

    inner = APIRouter(prefix="/inner", dependencies=[noting("inner")], form_limits={"max_files": 3})
    inner.add_api_route("/show/{item}", show, dependencies=[noting("route")])
    inner.add_api_route("/stamped/{item}", show, route_class_override=Stamped)
    inner.add_api_route("/gated/{item}", show, route_class_override=Gated)
    inner.add_api_route("/versioned/{item}", show, route_class_override=Versioned)
    # Starlette knows no prefix of a router.
    inner.add_route("/inner/starlette/{item}", starlette)
    inner.routes.append(Mount("/inner/files", StaticFiles(directory=folder)))

    @inner.post("/body", max_body_size=20)
    async def small(request: Request) -> int:
        return len(await request.body())

    @inner.post("/larger")
    async def larger(request: Request) -> int:
        return len(await request.body())

    async def reads(request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    inner.add_route("/inner/starlette-body", reads, methods=["POST"])

    middle = APIRouter(prefix="/middle", dependencies=[noting("middle")])
    middle.include_router(inner)
    middle.include_router(inner, prefix="/denied", dependencies=[Depends(deny)])
    middle.include_router(inner, prefix="/key", dependencies=[Depends(need_key)])
    app.include_router(inner, prefix="/once", tags=["once"], max_body_size=100)
    app.include_router(middle, prefix="/twice", dependencies=[noting("include")])
    app.include_router(middle, prefix="/shut", dependencies=[Depends(deny)])
    app.include_router(middle, prefix="/plain", default_response_class=PlainJSON)

    locked = Locked()
    locked.add_api_route("/locked/{item}", show)
    app.include_router(locked, prefix="/lock")
    prefixing = Prefixing(form_limits={"max_fields": 1})
    prefixing.add_api_route("/{item}", show)
    app.include_router(prefixing, form_limits={"max_fields": 2, "max_part_size": 5})

    # Mounted applications.

    other = FastAPI(openapi_url=None)
    other.add_api_route("/show/{item}", show)
    app.mount("/mounted", other)
    app.mount("/files", StaticFiles(directory=folder))
    if not (folder / "file.txt").exists():
        (folder / "file.txt").write_text("a file", encoding="utf-8")


class PlainJSON(JSONResponse):
    media_type = "application/x-plain+json"


def flask_twin(app: FastAPI) -> Flask:
    """Declare a Flask view for every route of an application, except below its mounts."""
    flask = Flask("legacy", static_folder=None)

    def view(**_: object) -> tuple[str, int]:
        return "legacy", 299

    for number, route in enumerate(iter_route_contexts(app.router.routes)):
        methods = getattr(route, "methods", None)
        if not methods or route.path is None or isinstance(route.original_route, Mount):
            continue
        rule = route.path.replace(":path}", "}").replace("{rest}", "<path:rest>")
        rule = rule.replace(":int}", "}").replace("{", "<").replace("}", ">")
        own = [method for method in methods if method != "HEAD"]
        flask.add_url_rule(rule, f"view{number}", view, methods=own)
    return flask


KEY = (("x-key", "open"),)
JSON = (("content-type", "application/json"),)
_SHOWS = [
    *("/direct", "/number", "/once/inner/show", "/once/inner/stamped", "/once/inner/gated"),
    *("/twice/middle/inner/show", "/twice/middle/inner/stamped", "/twice/middle/inner/gated"),
    *("/twice/middle/denied/inner/show", "/twice/middle/denied/inner/gated"),
    *("/twice/middle/key/inner/show", "/twice/middle/key/inner/stamped"),
    *("/shut/middle/inner/show", "/shut/middle/inner/gated", "/shut/middle/key/inner/show"),
    *("/plain/middle/inner/show", "/plain/middle/denied/inner/stamped"),
    *("/lock/locked", "/prefixed"),
]


def _bodies() -> Sequence[Ask]:
    places = ("/once", "/twice/middle", "/shut/middle", "/twice/middle/denied")
    paths = [f"{place}/inner/{kind}" for place in places for kind in ("body", "larger")]
    paths += [f"{place}/inner/starlette-body" for place in places]
    return [Ask("POST", path, b"x" * size) for path in paths for size in (5, 50, 500, 5000)]


KNOWN: list[Ask] = [
    *[Ask("GET", f"{path}/7") for path in _SHOWS],
    *[Ask("GET", f"{path}/7", headers=KEY) for path in _SHOWS],
    *[Ask("GET", f"{path}/x") for path in _SHOWS if path != "/number"],
    Ask("GET", "/once/inner/versioned/7", headers=(("x-version", "2"),)),
    Ask("GET", "/shut/middle/inner/versioned/7", headers=(("x-version", "2"),)),
    Ask("GET", "/direct/7?item=8&x=%2F"),
    Ask("GET", "/direct/-7"),
    Ask("GET", "/number/007"),
    *[Ask("GET", f"/text/{text}") for text in ("a", "a%20b", "%C3%BC", "100%25", "a%3Fb", "%0A")],
    *[Ask("GET", f"/path/{rest}") for rest in ("a", "a/b", "a%20b/c", "%E6%97%A5/%23")],
    Ask("POST", "/items", b'{"name": "a", "size": 2}', JSON),
    Ask("POST", "/items", b'{"size": "x"}', JSON),
    Ask("POST", "/items", b"{", JSON),
    Ask("POST", "/items", b'{"name": "a"}', (("content-type", "text/plain"),)),
    Ask("PUT", "/items", b'{"name": "a", "size": 1}', JSON),
    Ask("DELETE", "/items"),
    *[Ask("GET", path) for path in ("/plain", "/stream", "/yield/false", "/yield/true")],
    Ask("GET", "/teapot"),
    Ask("GET", "/starlette/7"),
    Ask("POST", "/starlette/7"),
    Ask("HEAD", "/starlette/7"),
    Ask("GET", "/once/inner/starlette/a"),
    Ask("GET", "/shut/middle/inner/starlette/a"),
    Ask("HEAD", "/once/inner/starlette/a"),
    *[Ask("GET", f"/{place}inner/files/file.txt") for place in ("once/", "shut/middle/")],
    Ask("GET", "/once/inner/files/none.txt"),
    Ask("GET", "/files/file.txt"),
    Ask("HEAD", "/files/file.txt"),
    Ask("GET", "/files/../client.py"),
    Ask("POST", "/files/file.txt"),
    Ask("GET", "/mounted/show/7"),
    Ask("GET", "/mounted/show/x"),
    Ask("GET", "/mounted/nothing"),
    Ask("GET", "/mounted/"),
    *_bodies(),
    *[Ask("GET", path) for path in ("/docs", "/openapi.json", "/docs/oauth2-redirect")],
]
"""What some route of the application answers."""

HEADS = ["/direct/7", "/direct/x", "/plain", "/teapot", "/stream", "/shut/middle/inner/show/7"]
"""Paths that FastAPI answers to GET only."""

WRONG_METHOD = [Ask("DELETE", "/direct/7"), Ask("PATCH", "/items"), Ask("POST", "/plain")]

UNKNOWN = [
    *[Ask("GET", path) for path in ("/", "/nothing", "/direct", "/direct/7/", "/number/x")],
    Ask("GET", "/once/inner/versioned/7"),
    Ask("GET", "/mounted"),
]
"""What no route of the application answers."""
