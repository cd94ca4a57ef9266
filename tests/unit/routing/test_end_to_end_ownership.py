"""A real gateway before a real Flask application: who ran, and that nothing else did."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from fastapi import Request
from flask import Flask
from werkzeug.test import create_environ, run_wsgi_app

from gateway import Gateway
from gateway.types import ASGIApp, Receive, Scope, Send
from tests.unit.ported.client import Ask, Reply, ask, settings_in, started, to_ported

LEGACY = [
    ("GET", "/ported"),
    ("POST", "/ported"),
    ("GET", "/waiting"),
    ("GET", "/items/<int:item>"),
    ("PUT", "/items/<int:item>"),
    ("GET", "/items/new"),
    ("GET", "/folder/"),
    ("GET", "/pages/<path:page>"),
    ("GET", "/only"),
]
PORTED = [
    ("GET", "/ported"),
    ("GET", "/waiting"),
    ("GET", "/items/{item}"),
    ("PUT", "/items/{item}"),
    ("GET", "/folder/"),
    ("GET", "/pages/{page:path}"),
    ("GET", "/fresh/{name}"),
]
MOVED = [
    "GET /ported",
    "GET /items/{}",
    "PUT /items/{}",
    "GET /folder/",
    "GET /pages/{}",
]


class Outside:
    """Around everything ported: notes that FastAPI was entered at all."""

    def __init__(self, app: ASGIApp, ran: list[str]) -> None:
        self._app = app
        self._ran = ran

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self._ran.append("fastapi")
        await self._app(scope, receive, send)


def flask_app(ran: list[str]) -> Flask:
    app = Flask("legacy", static_folder=None)

    @app.before_request
    def enter() -> None:  # runs before a 404 and a redirect too
        ran.append("flask")

    for method, rule in LEGACY:
        name = f"legacy {method} {rule}"

        def view(name: str = name, **values: object) -> str:
            ran.append(name)
            return f"{name} {values}"

        app.add_url_rule(rule, name, view, methods=[method])
    return app


class Stacks:
    """Both applications, and what ran in them."""

    def __init__(self, folder: Path, *, dispatch: str = "direct") -> None:
        self.ran: list[str] = []
        self.flask = flask_app(self.ran)
        settings = settings_in(folder, STRANGLER_PORTED_DISPATCH=dispatch)
        self.gateway = Gateway(legacy=self.flask, settings=settings)
        self.gateway.add_middleware(Outside, ran=self.ran)
        for method, path in PORTED:
            self._declare(method, path)

    def _declare(self, method: str, path: str) -> None:
        name = f"ported {method} {path}"

        async def handler(request: Request) -> dict[str, object]:
            self.ran.append(name)
            return {"handler": name, "params": request.path_params}

        self.gateway.add_api_route(path, handler, methods=[method])

    @contextmanager
    def running(self) -> Iterator[Stacks]:
        lifespan = started(self.gateway)
        with (
            start_blocking_portal() as self._portal,
            self._portal.wrap_async_context_manager(lifespan),
        ):
            yield self

    def one(
        self,
        method: str,
        target: str,
        *,
        path: str | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> tuple[Reply, list[str]]:
        """Send one request; return the reply and what ran."""
        self.ran.clear()
        request = Ask(method, target, path=path, headers=headers)
        reply = self._portal.call(ask, self.gateway, request)
        return reply, list(self.ran)


@pytest.fixture(scope="module", params=["direct", "scan"])
def stacks(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stacks]:
    """A gateway on the state that an operator has left behind."""
    both = Stacks(tmp_path_factory.mktemp("moved"), dispatch=request.param)
    assert sorted(to_ported(both.gateway, MOVED)) == sorted(MOVED)
    with both.running():
        yield both


@pytest.fixture(scope="module")
def day_one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stacks]:
    """A gateway on whose routes nobody has set a stage."""
    with Stacks(tmp_path_factory.mktemp("day_one")).running() as both:
        yield both


def assert_ported(seen: tuple[Reply, list[str]], handler: str) -> None:
    reply, ran = seen
    assert ran == ["fastapi", f"ported {handler}"]
    assert (reply.status, reply.served_by) == (200, "ported")


def assert_legacy(seen: tuple[Reply, list[str]], view: str) -> None:
    reply, ran = seen
    assert ran == ["flask", f"legacy {view}"]
    assert (reply.status, reply.served_by) == (200, "legacy")


def assert_flask_says(seen: tuple[Reply, list[str]], status: int) -> None:
    reply, ran = seen
    assert ran == ["flask"]
    assert (reply.status, reply.served_by) == (status, "legacy")


class TestAttacks:
    """The ways around a flag that worked on a plain mount, by their usual names."""

    @pytest.mark.parametrize("target", ["//ported", "/%2fported", "/%2Fported", "///ported"])
    def test_1_to_3_more_slashes_in_front(self, stacks: Stacks, target: str) -> None:
        assert_ported(stacks.one("GET", target), "GET /ported")
        assert_legacy(stacks.one("GET", target.replace("ported", "waiting")), "GET /waiting")

    def test_4_head_runs_what_get_runs(self, stacks: Stacks) -> None:
        reply, ran = seen = stacks.one("HEAD", "/ported")
        assert_ported(seen, "GET /ported")
        assert reply.body == b""
        assert ran.count("ported GET /ported") == 1
        assert_legacy(stacks.one("HEAD", "/waiting"), "GET /waiting")

    def test_4_options_is_legacys_while_one_method_is(self, stacks: Stacks) -> None:
        assert_flask_says(stacks.one("OPTIONS", "/ported"), 200)

    def test_4_options_of_a_path_that_has_moved_runs_nothing(self, stacks: Stacks) -> None:
        reply, ran = stacks.one("OPTIONS", "/items/7")
        assert ran == []
        assert (reply.status, reply.served_by) == (200, "gateway")
        assert reply.headers["allow"] == "GET, HEAD, OPTIONS, PUT"

    @pytest.mark.parametrize("method", ["get", "Get", "gET"])
    def test_5_a_method_in_lower_case(self, stacks: Stacks, method: str) -> None:
        assert_ported(stacks.one(method, "/ported"), "GET /ported")
        assert_legacy(stacks.one(method, "/waiting"), "GET /waiting")

    def test_6_a_method_that_was_not_ported(self, stacks: Stacks) -> None:
        assert_legacy(stacks.one("POST", "/ported"), "POST /ported")
        assert_flask_says(stacks.one("DELETE", "/ported"), 405)
        assert_flask_says(stacks.one("PURGE", "/ported"), 405)

    def test_6_a_method_that_a_path_which_has_moved_does_not_have(self, stacks: Stacks) -> None:
        reply, ran = stacks.one("DELETE", "/items/7")
        assert ran == ["fastapi"]  # its exception handlers, and no handler
        assert (reply.status, reply.served_by) == (405, "gateway")
        assert reply.headers["allow"] == "GET, HEAD, OPTIONS, PUT"

    @pytest.mark.parametrize(
        "target", ["/x/../ported", "/x/%2e%2e/ported", "/x/%2E./ported", "/./ported", "/../ported"]
    )
    def test_7_dots_are_segments_like_any(self, stacks: Stacks, target: str) -> None:
        assert_flask_says(stacks.one("GET", target), 404)

    @pytest.mark.parametrize("target", ["/ported/", "/PORTED", "/Ported", "/ported;x", "/ported;"])
    def test_8_a_slash_at_the_end_case_and_semicolon(self, stacks: Stacks, target: str) -> None:
        assert_flask_says(stacks.one("GET", target), 404)

    def test_8_the_slash_that_flask_adds_is_flasks_to_add(self, stacks: Stacks) -> None:
        reply, ran = stacks.one("GET", "/folder")
        assert (reply.status, reply.served_by, ran) == (308, "legacy", ["flask"])
        assert_ported(stacks.one("GET", "/folder/"), "GET /folder/")

    @pytest.mark.parametrize("target", ["/ported%00", "/%00ported", "/ported%5c", "/%5cported"])
    def test_9_nul_and_backslash(self, stacks: Stacks, target: str) -> None:
        assert_flask_says(stacks.one("GET", target), 404)

    @pytest.mark.parametrize("path", ["/ported#x", "/ported\\", "\\ported", "/ported\x00"])
    def test_9_what_a_lenient_server_lets_through(self, stacks: Stacks, path: str) -> None:
        reply, ran = stacks.one("GET", "/ported", path=path)
        assert (reply.status, reply.served_by, ran) == (404, "legacy", ["flask"])

    def test_10_a_query_that_holds_a_path(self, stacks: Stacks) -> None:
        assert_legacy(stacks.one("GET", "/waiting?x=/ported"), "GET /waiting")
        assert_legacy(stacks.one("GET", "/waiting?/ported"), "GET /waiting")
        assert_ported(stacks.one("GET", "/ported?path=/waiting"), "GET /ported")

    @pytest.mark.parametrize("host", ["gw/ported?", "gw/only#", "", "gw:80/ported"])
    def test_11_a_host_that_holds_a_path(self, stacks: Stacks, host: str) -> None:
        headers = (("host", host),)
        assert_ported(stacks.one("GET", "/ported", headers=headers), "GET /ported")
        reply, ran = stacks.one("GET", "/waiting", headers=headers)
        assert reply.served_by == "legacy"
        assert "fastapi" not in ran


class TestParameters:
    def test_the_text_goes_to_the_port_as_it_came(self, stacks: Stacks) -> None:
        reply, _ = seen = stacks.one("GET", "/items/007")
        assert_ported(seen, "GET /items/{item}")
        assert b'"params":{"item":"007"}' in reply.body

    def test_text_that_the_rule_refuses_goes_to_the_port(self, stacks: Stacks) -> None:
        assert_ported(stacks.one("GET", "/items/abc"), "GET /items/{item}")

    def test_but_not_what_another_rule_takes(self, stacks: Stacks) -> None:
        assert_legacy(stacks.one("GET", "/items/new"), "GET /items/new")

    @pytest.mark.parametrize(
        ("target", "text"),
        [
            ("/pages/a/b", "a/b"),
            ("/pages/a%20b", "a b"),
            ("/pages/%C3%BC/%E6%97%A5", "ü/日"),
            ("/pages/100%2525", "100%25"),
            ("/pages/a%3Fb", "a?b"),
            ("/pages/a%23b", "a#b"),
        ],
    )
    def test_encoded_text_is_decoded_once(self, stacks: Stacks, target: str, text: str) -> None:
        reply, _ = seen = stacks.one("GET", target)
        assert_ported(seen, "GET /pages/{page:path}")
        assert f'"page":"{text}"'.encode() in reply.body

    def test_a_port_that_meets_no_rule_serves_from_the_start(self, stacks: Stacks) -> None:
        assert_ported(stacks.one("GET", "/fresh/x"), "GET /fresh/{name}")
        assert_flask_says(stacks.one("GET", "/fresh/x/y"), 404)


DAY_ONE = [
    *[(method, "/ported") for method in ("GET", "HEAD", "POST", "OPTIONS", "DELETE", "get")],
    *[("GET", path) for path in ("//ported", "/ported/", "/x/../ported", "/PORTED", "/ported;x")],
    *[("GET", path) for path in ("/items/7", "/items/007", "/items/x", "/items/new", "/items/")],
    *[("GET", path) for path in ("/folder", "/folder/", "/folder//", "/pages//a", "/pages/a//b")],
    *[("GET", path) for path in ("/only", "/nobody", "/", "/fresh", "/pages/a%20b", "/ported%00")],
    *[("PUT", "/items/7"), ("DELETE", "/items/7"), ("OPTIONS", "/items/7"), ("PURGE", "/only")],
]


@pytest.mark.parametrize(("method", "target"), DAY_ONE)
def test_on_day_one_flask_answers_as_it_did(day_one: Stacks, method: str, target: str) -> None:
    reply, ran = day_one.one(method, target)
    environ = create_environ(method=method, base_url="http://testserver")
    path: str = Ask(method, target).scope()["path"]
    environ["PATH_INFO"] = path.encode().decode("latin-1")
    day_one.ran.clear()
    body, status, headers = run_wsgi_app(day_one.flask, environ)
    assert ran == day_one.ran
    assert reply.served_by == "legacy"
    assert reply.status == int(status.partition(" ")[0])
    assert reply.body == b"".join(body)
    for header in ("location", "content-type"):
        assert reply.headers.get(header) == headers.get(header)
    assert sorted(reply.headers.get("allow", "").split(", ")) == sorted(
        headers.get("allow", "").split(", ")
    )


def test_through_httpx_as_a_client_sends_it(tmp_path: Path) -> None:
    stacks = Stacks(tmp_path)
    to_ported(stacks.gateway, MOVED)

    async def fetch(paths: Sequence[str]) -> list[str | None]:
        transport = httpx.ASGITransport(stacks.gateway)
        async with (
            started(stacks.gateway),
            httpx.AsyncClient(transport=transport, base_url="http://testserver") as client,
        ):
            return [(await client.get(path)).headers.get("x-served-by") for path in paths]

    paths = ["/ported", "/%2fported", "/waiting", "/items/7", "/items/new", "/nobody", "/fresh/x"]
    assert asyncio.run(fetch(paths)) == [
        *("ported", "ported", "legacy", "ported", "legacy", "legacy", "ported")
    ]


def test_a_flag_of_an_earlier_gateway_holds_for_the_next(tmp_path: Path) -> None:
    to_ported(Stacks(tmp_path).gateway, ["GET /ported"])
    for _ in range(2):
        with Stacks(tmp_path).running() as both:
            assert_ported(both.one("GET", "/ported"), "GET /ported")
            assert_legacy(both.one("GET", "/items/7"), "GET /items/<int:item>")
