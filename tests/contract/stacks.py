"""The stacks that keep one contract, each behind a plain httpx transport.

To add a stack, write a context manager that takes `Settings` and yields a transport, and name it in
`STACKS`.
"""

import asyncio
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx

import fastapi_app.alone
import legacy_flask
from gateway import Gateway
from gateway.cutover import store
from gateway.cutover.stages import Stage
from gateway.settings import Settings as GatewaySettings
from gateway.state.engine import connect
from gateway.state.upgrade import ensure
from gateway.state.url import parse_state_url
from legacy_flask.database import db
from shared.seed import DEMO_PASSWORD
from shared.settings import Settings
from tests.support.asgi import running
from tests.support.databases import SeededDatabase
from tests.support.wsgi import with_wsgi_paths

__all__ = [
    "BASE_URL",
    "PORTED",
    "STACKS",
    "Stack",
    "Visitor",
    "log_in",
    "start_gateway",
    "start_legacy",
    "start_port",
]

BASE_URL = "http://encore.test"

StackFactory = Callable[[Settings], AbstractContextManager[httpx.BaseTransport]]


@contextmanager
def start_legacy(settings: Settings) -> Iterator[httpx.BaseTransport]:
    """The monolith alone."""
    app = legacy_flask.create_app(settings)
    yield httpx.WSGITransport(app=with_wsgi_paths(app), raise_app_exceptions=False)
    db.dispose(app)


@contextmanager
def start_port(settings: Settings) -> Iterator[httpx.BaseTransport]:
    """The port alone; it has no login page of its own."""
    app = fastapi_app.alone.create_app(settings)
    with running(app) as transport:
        yield transport


@contextmanager
def start_gateway(settings: Settings, *, ported: bool) -> Iterator[httpx.BaseTransport]:
    """Both behind the gateway: every route at legacy, or every route that can be at ported."""
    legacy = legacy_flask.create_app(settings)
    with tempfile.TemporaryDirectory() as home:
        gateway = Gateway(
            legacy=legacy,
            settings=GatewaySettings(home=Path(home)),
            lifespan=fastapi_app.lifespan_for(settings),
            exception_handlers=fastapi_app.exception_handlers,
        )
        for router in fastapi_app.routers:
            gateway.include_router(router)
        moved = move_all(gateway) if ported else 0
        assert moved == (len(PORTED) if ported else 0)
        with running(gateway) as transport:
            yield transport
    db.dispose(legacy)


def move_all(gateway: Gateway) -> int:
    """Set every route that has a port to `ported`; return how many there are."""
    url = parse_state_url(gateway.settings.state_url)
    ensure(url)
    routes = [route for route in asyncio.run(gateway.read_tables()).routing.table if route.ported]
    with connect(url) as connection:
        for route in routes:
            store.set_stage(connection, route, Stage.PORTED, by="tests", reason="contract")
    return len(routes)


PORTED = (
    "GET /api/media",
    "GET /api/media/{}",
    "DELETE /api/media/{}",
    "GET /api/settings",
    "GET /api/settings/{}",
    "PUT /api/settings/{}",
    "DELETE /api/settings/{}",
)
"""What the port has: a route that is lost on the way would be answered by legacy, unseen."""

STACKS: Mapping[str, StackFactory] = {
    "legacy": start_legacy,
    "port": start_port,
    "gateway-legacy": partial(start_gateway, ported=False),
    "gateway-ported": partial(start_gateway, ported=True),
}


@dataclass(frozen=True)
class Visitor:
    """What a browser holds after the login."""

    cookie: str
    csrf_token: str


def log_in(login: httpx.BaseTransport, username: str, password: str = DEMO_PASSWORD) -> Visitor:
    """Log in through the monolith's page, as a browser does."""
    with httpx.Client(transport=login, base_url=BASE_URL) as browser:
        token = _token(browser.get("/login"))
        form = {"username": username, "password": password, "csrf_token": token}
        answer = browser.post("/login", data=form)
        assert answer.status_code == 302, answer.text
        return Visitor(
            csrf_token=_token(browser.get("/account")), cookie=browser.cookies["session"]
        )


def _token(page: httpx.Response) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


@dataclass
class Stack:
    """One stack on one database."""

    name: str
    settings: Settings
    database: SeededDatabase
    transport: httpx.BaseTransport
    login: httpx.BaseTransport
    _visitors: dict[str, Visitor] = field(default_factory=dict)

    def visitor(self, username: str) -> Visitor:
        """Return the login of a demo user; everybody logs in once."""
        if username not in self._visitors:
            self._visitors[username] = log_in(self.login, username)
        return self._visitors[username]

    def client(self, username: str | None = None) -> httpx.Client:
        """Return a client of this stack, logged in unless no user is named.

        It sends the CSRF token of its session with every request, as our own pages' scripts would.
        """
        headers, cookies = {}, {}
        if username is not None:
            visitor = self.visitor(username)
            headers, cookies = {"X-CSRFToken": visitor.csrf_token}, {"session": visitor.cookie}
        return httpx.Client(
            transport=self.transport,
            base_url=BASE_URL,
            cookies=cookies,
            headers=headers,
            event_hooks={"request": [self._note]},
        )

    def _note(self, request: httpx.Request) -> None:
        if request.method != "GET":
            self.database.touched = True
