"""The gateway as an application: how it starts, what it wraps, what it refuses."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import PlainTextResponse
from fastapi.testclient import TestClient
from flask import Flask
from starlette.middleware.sessions import SessionMiddleware
from starlette.websockets import WebSocketDisconnect

from gateway import Gateway
from gateway.cutover import store
from gateway.cutover.stages import Stage
from gateway.errors import ConfigurationError
from gateway.routing.route import Route
from gateway.settings import LegacySettings, Settings
from gateway.state.engine import connect
from gateway.state.upgrade import upgrade
from gateway.state.url import parse_state_url


def legacy() -> Flask:
    app = Flask("legacy", static_folder=None)
    app.add_url_rule("/x", "x", lambda: {"by": "legacy"}, methods=["GET", "POST"])
    app.add_url_rule("/slash/", "slash", lambda: "")
    return app


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def gateway(settings: Settings, **options: Any) -> Gateway:
    app = Gateway(legacy=legacy(), settings=settings, **options)

    @app.get("/x")
    async def x(request: Request) -> dict[str, str]:
        return {"by": "ported"}

    return app


def move(settings: Settings, key: str) -> None:
    url = parse_state_url(settings.state_url)
    upgrade(url)
    moved = Route(
        key=key,
        id=key,
        method="GET",
        template="/x",
        endpoint="x",
        legacy=True,
        ported=True,
        free=False,
    )
    with connect(url) as connection:
        store.set_stage(connection, moved, Stage.PORTED, by="a", reason="r")


def test_on_day_one_legacy_answers_everything(settings: Settings) -> None:
    with TestClient(gateway(settings)) as client:
        assert client.get("/x").json() == {"by": "legacy"}
        for path in ("/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect"):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["x-served-by"]) == (404, "legacy")
        assert client.get("/slash", follow_redirects=False).status_code == 308


def test_a_moved_route_is_answered_by_its_port(settings: Settings) -> None:
    move(settings, "GET /x")
    with TestClient(gateway(settings)) as client:
        assert client.get("/x").json() == {"by": "ported"}
        assert client.post("/x").json() == {"by": "legacy"}


def test_the_docs_come_when_they_are_asked_for(settings: Settings) -> None:
    app = Gateway(settings=settings, docs_url="/docs")
    with TestClient(app) as client:
        assert client.get("/docs").headers["x-served-by"] == "ported"
        assert client.get("/openapi.json").status_code == 200


def test_middleware_is_around_what_is_ported_and_not_around_legacy(settings: Settings) -> None:
    move(settings, "GET /x")
    app = gateway(settings)
    # Its cookie has the name of Flask's: around legacy it would take Flask's session away.
    app.add_middleware(SessionMiddleware, secret_key="not the same")

    @app.middleware("http")
    async def stamp(request: Request, call_next: Any) -> Any:
        answer = await call_next(request)
        answer.headers["x-stamp"] = "1"
        return answer

    with TestClient(app) as client:
        assert client.get("/x").headers["x-stamp"] == "1"
        assert "x-stamp" not in client.post("/x").headers
        assert "x-stamp" not in client.get("/nowhere").headers


def test_a_lifespan_and_those_of_included_routers_run_around_the_gateways(
    settings: Settings,
) -> None:
    events: list[str] = []

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, str]]:
        events.append("up")
        yield {"greeting": "hello"}
        events.append("down")

    move(settings, "GET /y")
    app = Gateway(legacy=legacy(), settings=settings, lifespan=lifespan)

    @app.get("/y")
    async def y(request: Request) -> dict[str, str]:
        return {"state": request.state.greeting}

    with TestClient(app) as client:
        assert client.get("/y").json() == {"state": "hello"}
        assert client.get("/_strangler/readyz").json() == {"status": "ready"}
    assert events == ["up", "down"]
    with TestClient(app) as client:
        assert client.get("/y").status_code == 200, "it can be started again"


def test_without_lifespan_events_it_serves_with_the_flags_as_they_were(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    move(settings, "GET /x")
    app = gateway(settings)

    async def ask() -> list[str]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            answers = await asyncio.gather(*(client.get("/x") for _ in range(5)))
        return [answer.json()["by"] for answer in answers]

    with caplog.at_level(logging.WARNING):
        assert asyncio.run(ask()) == ["ported"] * 5
    assert caplog.text.count("no lifespan events") == 1


def test_websockets_are_fastapis_and_never_reach_legacy(settings: Settings) -> None:
    app = gateway(settings)

    @app.websocket("/ws")
    async def ws(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("hello")
        await websocket.close()

    with TestClient(app) as client:
        with client.websocket_connect("/ws") as socket:
            assert socket.receive_text() == "hello"
        with pytest.raises(WebSocketDisconnect), client.websocket_connect("/x"):
            pass
        assert client.get("/x").status_code == 200


def test_below_a_root_path_both_stacks_find_their_routes(settings: Settings) -> None:
    move(settings, "GET /x")
    with TestClient(gateway(settings), root_path="/app") as client:
        assert client.get("/app/x").json() == {"by": "ported"}
        assert client.post("/app/x").json() == {"by": "legacy"}
        assert client.get("/app/_strangler/healthz").json() == {"status": "alive"}


def test_an_exception_handler_of_the_application_wins(settings: Settings) -> None:
    move(settings, "GET /boom")
    app = gateway(settings)

    @app.get("/boom")
    async def boom() -> None:
        raise ZeroDivisionError

    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/boom")
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["request_id"] == answer.headers["x-request-id"]
        assert "ZeroDivisionError" not in answer.text

    async def own(request: Request, error: Exception) -> Any:
        return PlainTextResponse("mine", status_code=503)

    app = gateway(settings, exception_handlers={Exception: own})
    app.add_api_route("/boom", boom)
    with TestClient(app, raise_server_exceptions=False) as client:
        assert (client.get("/boom").status_code, client.get("/boom").text) == (503, "mine")


def test_two_legacy_applications_are_one_too_many(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, legacy=LegacySettings(app="other:app"))
    with pytest.raises(ConfigurationError, match="already mounts"):
        Gateway(legacy=legacy(), settings=settings)


def test_what_cannot_be_called_is_no_legacy_application(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="it is no WSGI application"):
        Gateway(legacy="math:pi", settings=settings)


def test_without_legacy_it_is_a_fastapi_application(settings: Settings) -> None:
    app = Gateway(settings=settings)
    app.add_api_route("/y/{n}", lambda n: {"n": n})
    with TestClient(app) as client:
        assert client.get("/y/3").json() == {"n": "3"}
        assert client.get("/nowhere").json() == {"detail": "Not Found"}
        assert client.post("/y/3").status_code == 405


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/_strangler", 404),
        ("GET", "/_strangler/", 404),
        ("GET", "/_strangler/nothing", 404),
        ("POST", "/_strangler/healthz", 405),
        ("HEAD", "/_strangler/healthz", 200),
        ("GET", "/_stranglers", 404),
    ],
)
def test_the_reserved_prefix_never_reaches_legacy(
    settings: Settings, method: str, path: str, status: int
) -> None:
    with TestClient(gateway(settings)) as client:
        answer = client.request(method, path)
        assert answer.status_code == status
        served_by = "legacy" if path == "/_stranglers" else "gateway"
        assert answer.headers["x-served-by"] == served_by
