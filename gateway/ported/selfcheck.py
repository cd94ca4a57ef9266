"""Ask this FastAPI, at start, whether direct dispatch keeps its doors closed.

A small application with what is easily lost (a denying dependency of an inclusion,
one of a nested inclusion, an override, a custom route class) is called both ways;
every answer must be the same. Anything else, an exception included, means: scan.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.routing import APIRoute

from gateway.ported import internals
from gateway.ported.catalog import read_catalog
from gateway.ported.dispatch import Dispatcher, install
from gateway.types import Message, Scope

__all__ = ["can_dispatch_directly"]

_LOGGER = logging.getLogger("gateway.ported")
_PARAM = "7"


async def can_dispatch_directly() -> bool:
    """Say whether direct dispatch may be used; the reason why not is logged."""
    if not internals.AVAILABLE or not internals.is_tested(internals.version_text):
        _LOGGER.warning(
            "FastAPI %s is outside the range tested for direct dispatch; "
            "ported routes go through FastAPI's own scan, which is slower",
            internals.version_text,
        )
        return False
    try:
        different = await _differences()
    except Exception:
        _LOGGER.exception("direct dispatch failed its self-check; using FastAPI's own scan")
        return False
    if different:
        _LOGGER.error(
            "direct dispatch answers differently from FastAPI %s for %s; using FastAPI's own scan",
            internals.version_text,
            ", ".join(different),
        )
    return not different


async def _differences() -> list[str]:
    app = _probe()
    scan = app.router.middleware_stack
    install(app)
    different = []
    for handler in read_catalog(app, direct=True).handlers:
        path = "".join(
            piece if isinstance(piece, str) else _PARAM for piece in handler.template.pieces
        )
        params = (_PARAM,) * len(handler.template.placeholders)
        ours, theirs = _Recorder(), _Recorder()
        await Dispatcher(app, handler)(params, _scope(path), _no_body, ours)
        app.router.middleware_stack, installed = scan, app.router.middleware_stack
        app.middleware_stack = None
        await app(_scope(path), _no_body, theirs)
        app.router.middleware_stack = installed
        app.middleware_stack = None
        if ours.messages != theirs.messages:
            different.append(path)
    return different


def _probe() -> FastAPI:
    async def deny() -> None:
        raise HTTPException(status_code=401)

    async def replaced() -> str:
        return "original"

    async def override() -> str:
        return "override"

    class Stamped(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Any]:
            handler = super().get_route_handler()

            async def stamped(request: Request) -> Response:
                response: Response = await handler(request)
                response.headers["x-stamp"] = "1"
                return response

            return stamped

    async def answer(item: int, who: str = Depends(replaced)) -> dict[str, object]:
        return {"item": item, "who": who}

    app = FastAPI(openapi_url=None)
    plain, stamped, outer = APIRouter(), APIRouter(route_class=Stamped), APIRouter()
    plain.add_api_route("/item/{item}", answer)
    stamped.add_api_route("/item/{item}", answer)
    outer.include_router(plain, prefix="/nested", dependencies=[Depends(deny)])
    outer.include_router(stamped, prefix="/stamped")
    app.include_router(plain, prefix="/open")
    app.include_router(plain, prefix="/denied", dependencies=[Depends(deny)])
    app.include_router(outer, prefix="/outer")
    app.add_api_route("/direct/{item}", answer)
    app.dependency_overrides[replaced] = override
    return app


def _scope(path: str) -> Scope:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [],
        "client": None,
        "server": None,
    }


async def _no_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


class _Recorder:
    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def __call__(self, message: Message) -> None:
        self.messages.append(message)
