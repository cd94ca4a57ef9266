"""A Flask application and ported routes that fail, stream, and tell how they were called."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator

from fastapi import Request
from fastapi.responses import StreamingResponse
from flask import Flask, redirect, request
from flask.typing import ResponseReturnValue

from gateway import Gateway

legacy = Flask(__name__)


@legacy.get("/legacy/page")
def page() -> dict[str, object]:
    return {
        "scheme": request.scheme,
        "url": request.url,
        "upgrade": request.headers.get("Upgrade"),
        "request_id": request.environ.get("strangler.request_id"),
        "pid": os.getpid(),
    }


@legacy.get("/legacy/moved")
def moved() -> ResponseReturnValue:
    return redirect("http://a.test/legacy/page")


@legacy.get("/legacy/broken")
def broken() -> str:
    raise RuntimeError("legacy secret")


@legacy.get("/legacy/cut")
def cut() -> Iterator[str]:
    yield "begun\n"
    raise RuntimeError("legacy secret")


app = Gateway(legacy=legacy)


@app.get("/ported/page")
async def ported_page(request: Request) -> dict[str, object]:
    return {"scheme": request.url.scheme, "url": str(request.url), "pid": os.getpid()}


@app.get("/ported/broken")
async def ported_broken() -> None:
    raise RuntimeError("ported secret")


@app.get("/ported/cut")
async def ported_cut(length: int | None = None) -> StreamingResponse:
    async def begin() -> AsyncIterator[bytes]:
        yield b"begun\n"
        raise RuntimeError("ported secret")

    headers = {} if length is None else {"content-length": str(length)}
    return StreamingResponse(begin(), media_type="text/plain", headers=headers)
