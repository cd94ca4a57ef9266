"""Start an application and speak raw ASGI to it: any method, any path, nothing tidied up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

from fastapi import FastAPI

from gateway import Gateway
from gateway.cutover import store
from gateway.cutover.stages import Stage
from gateway.settings import Settings, load_settings
from gateway.state.engine import connect
from gateway.state.upgrade import ensure
from gateway.state.url import parse_state_url
from gateway.types import ASGIApp, Message, Scope

__all__ = ["Ask", "Reply", "ask", "ask_all", "run", "settings_in", "started", "to_ported"]

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Ask:
    """A request as it stands on the wire, percent-encoded."""

    method: str
    target: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    path: str | None = None
    """The decoded path, where the server would not have it from the target."""
    root: str = ""
    """The path below which the server has the application."""

    def scope(self) -> Scope:
        raw, _, query = self.target.partition("?")
        headers = {"host": "testserver", **dict(self.headers)}
        if self.body:
            headers.setdefault("content-length", str(len(self.body)))
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": unquote(raw) if self.path is None else self.path,
            "raw_path": raw.encode("ascii"),
            "query_string": query.encode("ascii"),
            "root_path": self.root,
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 50000),
            "server": ("testserver", 80),
            "state": {},
        }


@dataclass
class Reply:
    """What came back."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    messages: list[Message] = field(default_factory=list)

    @property
    def served_by(self) -> str | None:
        return self.headers.get("x-served-by")

    def seen(self) -> tuple[int, dict[str, str], bytes]:
        """What an application decides; not what the gateway adds to every response."""
        added = ("x-served-by", "x-request-id")
        kept = {name: value for name, value in self.headers.items() if name not in added}
        if "allow" in kept:
            kept["allow"] = ", ".join(sorted(kept["allow"].split(", ")))
        return self.status, kept, self.body


async def ask(app: ASGIApp, request: Ask) -> Reply:
    """Send one request and read the whole response."""
    reply = Reply()
    pending: list[Message] = [{"type": "http.request", "body": request.body, "more_body": False}]

    async def receive() -> Message:
        if pending:
            return pending.pop()
        await asyncio.Event().wait()  # a client that stays
        raise AssertionError

    async def send(message: Message) -> None:
        reply.messages.append(message)
        if message["type"] == "http.response.start":
            reply.status = message["status"]
            reply.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        elif message["type"] == "http.response.body":
            reply.body += message.get("body", b"")

    await app(request.scope(), receive, send)
    return reply


@asynccontextmanager
async def started(app: FastAPI) -> AsyncIterator[FastAPI]:
    """Start an application, and stop it."""
    async with app.router.lifespan_context(app):
        yield app


def run(app: FastAPI, work: Callable[[FastAPI], Awaitable[_Result]]) -> _Result:
    """Do some asynchronous work on a started application."""

    async def main() -> _Result:
        async with started(app):
            return await work(app)

    return asyncio.run(main())


def ask_all(app: FastAPI, requests: Sequence[Ask]) -> list[Reply]:
    """Start an application, send requests one after the other, and stop it."""

    async def work(_: FastAPI) -> list[Reply]:
        return [await ask(app, request) for request in requests]

    return run(app, work)


def settings_in(folder: Path, **environment: str) -> Settings:
    """Settings whose state lies in a folder."""
    return load_settings(environment={"STRANGLER_HOME": str(folder), **environment})


def to_ported(gateway: Gateway, keys: Sequence[str] | None = None) -> list[str]:
    """Set routes to `ported`, as an operator does; all that can be if none are named.

    The gateway must not have started. Returns the keys.
    """
    table: Any = asyncio.run(gateway.read_tables()).routing.table
    url = parse_state_url(gateway.settings.state_url)
    ensure(url)
    chosen = [
        route
        for route in table
        if (route.key in keys if keys is not None else route.ported and route.opaque is None)
    ]
    with connect(url) as connection:
        for route in chosen:
            store.set_stage(connection, route, Stage.PORTED, by="test", reason="a test")
    return [route.key for route in chosen]
