"""The port as a whole: what it exports, what it asks the database, when it commits."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, MutableMapping
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from sqlalchemy import event
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

import fastapi_app
from fastapi_app import exception_handlers, install, lifespan, lifespan_for, routers
from fastapi_app.alone import create_app
from fastapi_app.security import csrf_protected, get_session, signed_in
from fastapi_app.state import Port
from shared.settings import Settings
from tests.support.asgi import running
from tests.support.databases import SeededDatabase
from tests.support.sessions import csrf_token, session_cookie


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    return create_app(settings)


def login(settings: Settings, database: SeededDatabase) -> dict[str, str]:
    """Headers of the administrator's browser."""
    key = settings.secret_key()
    (user,) = database.ask("SELECT id FROM users WHERE username = 'admin'")
    cookie = session_cookie(key, {"_user_id": str(user.id), "csrf_token": "0" * 40})
    return {"cookie": f"session={cookie}", "x-csrf-token": csrf_token(key, "0" * 40)}


@pytest.fixture
def admin(app: FastAPI, settings: Settings, database: SeededDatabase) -> Iterator[httpx.Client]:
    headers = login(settings, database)
    with (
        running(app) as transport,
        httpx.Client(transport=transport, base_url="http://encore.test", headers=headers) as client,
    ):
        yield client


def port_of(app: FastAPI) -> Port:
    port = app.state.encore
    assert isinstance(port, Port)
    return port


def endpoints() -> list[APIRoute]:
    return [route for router in routers for route in router.routes if isinstance(route, APIRoute)]


def calls(dependant: Dependant) -> set[object]:
    found: set[object] = {dependant.call}
    for each in dependant.dependencies:
        found |= calls(each)
    return found


def test_the_port_serves_seven_routes() -> None:
    assert {(method, route.path) for route in endpoints() for method in route.methods or ()} == {
        ("GET", "/api/media"),
        ("GET", "/api/media/{media_id:int}"),
        ("DELETE", "/api/media/{media_id:int}"),
        ("GET", "/api/settings"),
        ("GET", "/api/settings/{key}"),
        ("PUT", "/api/settings/{key}"),
        ("DELETE", "/api/settings/{key}"),
    }


def test_every_endpoint_asks_who_it_is_and_whether_it_is_genuine() -> None:
    for route in endpoints():
        assert {signed_in, csrf_protected} <= calls(route.dependant), route.path


def test_every_session_ends_before_the_answer() -> None:
    def scopes(dependant: Dependant) -> set[str | None]:
        found = {each.scope for each in dependant.dependencies if each.call is get_session}
        return found.union(*(scopes(each) for each in dependant.dependencies))

    for route in endpoints():
        assert scopes(route.dependant) == {"function"}, route.path


@pytest.mark.parametrize(
    ("method", "path", "statements"),
    [
        ("GET", "/api/media", 3),
        ("GET", "/api/media?page=9", 2),
        ("GET", "/api/media/70", 2),
        ("GET", "/api/settings", 2),
        ("GET", "/api/settings/autoplay", 2),
        ("DELETE", "/api/media/70", 2),
        ("DELETE", "/api/settings/autoplay", 3),
        ("GET", "/api/media/99999999999", 1),
    ],
)
def test_no_request_asks_the_database_more_than_it_must(
    app: FastAPI, admin: httpx.Client, method: str, path: str, statements: int
) -> None:
    seen: list[str] = []
    for engine in port_of(app).database._engines:
        event.listen(
            engine.sync_engine,
            "before_cursor_execute",
            lambda _connection, _cursor, statement, *_: seen.append(statement),
        )

    admin.request(method, path)

    assert len(seen) == statements, seen


def test_a_stranger_costs_no_database(database: SeededDatabase, settings: Settings) -> None:
    app = create_app(
        Settings(
            database_url="mysql://u@127.0.0.1:1/d",
            home=settings.home,
            configured_secret_key=settings.secret_key(),
        )
    )
    with (
        running(app) as transport,
        httpx.Client(transport=transport, base_url="http://encore.test") as client,
    ):
        assert client.get("/api/media").status_code == 401
        assert client.put("/api/settings/autoplay", json={"value": 1}).status_code == 401


@pytest.mark.parametrize(
    ("request_line", "expected"),
    [
        ("PUT /api/settings/site_name", (200, '"Zugabe"', 1)),
        ("DELETE /api/media/70", (204, '"Encore"', 0)),
    ],
)
def test_the_commit_comes_before_the_first_byte(
    settings: Settings,
    database: SeededDatabase,
    request_line: str,
    expected: tuple[int, str, int],
) -> None:
    """Looks into the database at the very moment the answer starts."""
    app = create_app(settings)
    method, path = request_line.split()
    headers = {"content-type": "application/json", **login(settings, database)}
    scope = {
        "type": "http",
        "method": method,
        "scheme": "http",
        "path": path,
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    seen: list[tuple[int, str, int]] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b'{"value": "Zugabe"}', "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            value = database.ask("SELECT value FROM settings WHERE settings.key = 'site_name'")
            item = database.ask("SELECT id FROM media WHERE id = 70")
            seen.append((message["status"], value[0].value, len(item)))

    async def serve() -> None:
        async with app.router.lifespan_context(app):
            await app(scope, receive, send)

    asyncio.run(serve())

    assert seen == [expected]


def test_a_busy_pool_is_said_at_once_and_in_the_format(app: FastAPI, admin: httpx.Client) -> None:
    engine = port_of(app).database._engines[0]

    def no_connection(*_: object) -> None:
        raise PoolTimeoutError("all connections are busy")

    event.listen(engine.sync_engine, "before_cursor_execute", no_connection)
    answer = admin.get("/api/media")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["error"]["code"] == "unavailable"


def test_an_app_without_the_lifespan_says_what_is_missing(settings: Settings) -> None:
    app = create_app(settings)

    async def ask() -> None:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://encore.test") as client:
            await client.get("/api/media")

    with pytest.raises(RuntimeError, match=r"fastapi_app\.lifespan"):
        asyncio.run(ask())


def test_the_lifespan_reads_the_environment(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("SECRET_KEY", settings.secret_key())
    app = FastAPI(lifespan=lifespan)
    with running(app):
        assert isinstance(app.state.encore, Port)
    assert not hasattr(app.state, "encore")


def test_the_parts_fit_into_an_app_that_exists(settings: Settings) -> None:
    app = FastAPI(lifespan=lifespan_for(settings), redirect_slashes=False, docs_url=None)
    install(app)
    for router in routers:
        app.include_router(router)

    with (
        running(app) as transport,
        httpx.Client(transport=transport, base_url="http://encore.test") as client,
    ):
        assert client.get("/api/media").json()["error"]["code"] == "unauthorized"
        assert client.get("/nothing").json()["error"]["code"] == "not_found"
    assert set(exception_handlers) <= set(app.exception_handlers)


def test_the_description_knows_parameters_and_bodies(app: FastAPI) -> None:
    paths = app.openapi()["paths"]

    names = [each["name"] for each in paths["/api/media"]["get"]["parameters"]]
    assert names == ["type", "page"]
    assert "requestBody" in paths["/api/settings/{key}"]["put"]
    operations = [each["operationId"] for path in paths.values() for each in path.values()]
    assert len(operations) == len(set(operations)) == 7


def test_the_port_does_not_bring_flask_along() -> None:
    script = (
        "import sys, fastapi_app.alone\n"
        "print(*sorted({'flask', 'flask_login', 'flask_wtf', 'legacy_flask', 'gateway'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def test_all_names_are_there() -> None:
    for name in fastapi_app.__all__:
        assert hasattr(fastapi_app, name)
