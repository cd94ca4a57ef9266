"""The same application on plain FastAPI and on a gateway: the same answers, the same order."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, HTTPException
from hypothesis import event, given
from hypothesis import strategies as st

from gateway import Gateway
from gateway.ported.catalog import read_catalog
from gateway.ported.dispatch import Dispatcher, install
from tests.unit.ported import applications
from tests.unit.ported.client import Ask, Reply, ask, ask_all, run, settings_in, to_ported
from tests.unit.routing.drawing import examples

Seen = list[tuple[Ask, Reply, list[str]]]


class Rich:
    """The rich application on one kind of FastAPI, and what was noted while it answered."""

    def __init__(self, kind: type[FastAPI], folder: Path, **options: Any) -> None:
        self.log: list[str] = []
        self.app = kind(**{**applications.options(self.log), **options})
        files = folder / "files"
        files.mkdir(exist_ok=True)
        applications.declare(self.app, self.log, files)

    def answers(self, requests: Sequence[Ask]) -> Seen:
        async def work(app: FastAPI) -> Seen:
            seen: Seen = []
            if isinstance(app, Gateway):  # no fallback of its own accord
                wanted = app.settings.ported.dispatch == "direct"
                assert (await app.read_tables()).direct is wanted
            for request in requests:
                self.log.clear()
                seen.append((request, await ask(app, request), list(self.log)))
            return seen

        return run(self.app, work)


def rich_gateway(folder: Path, *, legacy: bool, dispatch: str = "direct", **options: Any) -> Rich:
    settings = settings_in(folder, STRANGLER_PORTED_DISPATCH=dispatch)
    twin = applications.flask_twin(rich_plain(folder).app) if legacy else None
    return Rich(Gateway, folder, settings=settings, legacy=twin, **options)


def rich_plain(folder: Path, **options: Any) -> Rich:
    return Rich(FastAPI, folder, redirect_slashes=False, **options)


def assert_same(ours: Seen, theirs: Seen) -> None:
    for (request, our_reply, our_log), (_, their_reply, their_log) in zip(
        ours, theirs, strict=True
    ):
        assert our_reply.seen() == their_reply.seen(), request
        assert our_log == their_log, request
        assert our_reply.served_by == "ported", request


@pytest.mark.parametrize("dispatch", ["direct", "scan"])
class TestRich:
    def test_without_legacy(self, tmp_path: Path, dispatch: str) -> None:
        requests = [*applications.KNOWN, *applications.UNKNOWN, *applications.WRONG_METHOD]
        gateway = rich_gateway(tmp_path, legacy=False, dispatch=dispatch)
        assert_same(gateway.answers(requests), rich_plain(tmp_path).answers(requests))

    def test_every_route_ported(self, tmp_path: Path, dispatch: str) -> None:
        gateway = rich_gateway(tmp_path, legacy=True, dispatch=dispatch)
        moved = to_ported(gateway.app)  # type: ignore[arg-type]
        assert len(moved) > 60
        ours = gateway.answers(applications.KNOWN)
        assert_same(ours, rich_plain(tmp_path).answers(applications.KNOWN))

    def test_no_route_ported(self, tmp_path: Path, dispatch: str) -> None:
        gateway = rich_gateway(tmp_path, legacy=True, dispatch=dispatch)
        below_mounts = ("/files", "/mounted", "/once/inner/files", "/shut/middle/inner/files")
        requests = [
            request for request in applications.KNOWN if not request.target.startswith(below_mounts)
        ]
        for request, reply, log in gateway.answers(requests):
            assert reply.served_by == "legacy", request
            assert (reply.status, reply.body) in ((299, b"legacy"), (299, b"")), request
            assert log == [], request

    def test_below_a_root_path(self, tmp_path: Path, dispatch: str) -> None:
        requests = [
            replace(request, target=f"/root{request.target}", root="/root")
            for request in applications.KNOWN
            if "doc" not in request.target and "openapi" not in request.target
        ]
        ours = rich_gateway(tmp_path, legacy=False, dispatch=dispatch)
        assert_same(ours.answers(requests), rich_plain(tmp_path).answers(requests))

    def test_head_is_get_without_its_body(self, tmp_path: Path, dispatch: str) -> None:
        gateway = rich_gateway(tmp_path, legacy=True, dispatch=dispatch)
        to_ported(gateway.app)  # type: ignore[arg-type]
        heads = gateway.answers([Ask("HEAD", path) for path in applications.HEADS])
        gets = rich_plain(tmp_path).answers([Ask("GET", path) for path in applications.HEADS])
        for (request, ours, our_log), (_, theirs, their_log) in zip(heads, gets, strict=True):
            assert ours.body == b"", request
            assert ours.seen()[:2] == theirs.seen()[:2], request
            assert our_log == their_log, request

    def test_a_method_no_route_has(self, tmp_path: Path, dispatch: str) -> None:
        gateway = rich_gateway(tmp_path, legacy=True, dispatch=dispatch)
        to_ported(gateway.app)  # type: ignore[arg-type]
        ours = gateway.answers(applications.WRONG_METHOD)
        theirs = rich_plain(tmp_path).answers(applications.WRONG_METHOD)
        for (request, our_reply, our_log), (_, their_reply, their_log) in zip(
            ours, theirs, strict=True
        ):
            assert (our_reply.status, our_reply.served_by) == (405, "gateway"), request
            assert our_reply.body == their_reply.body, request
            assert our_log == their_log, request
            # FastAPI names the methods of the first route of the path, the gateway all.
            allowed = set(their_reply.headers["allow"].split(", "))
            assert allowed < set(our_reply.headers["allow"].split(", ")), request


def test_slashes_are_redirected_where_the_application_asks_for_it(tmp_path: Path) -> None:
    requests = [Ask("GET", path) for path in ("/plain/", "/direct/7/", "/items", "/nothing/")]
    gateway = Rich(Gateway, tmp_path, settings=settings_in(tmp_path), redirect_slashes=True)
    plain = Rich(FastAPI, tmp_path, redirect_slashes=True)
    assert_same(gateway.answers(requests), plain.answers(requests))


def test_the_documents_are_off_until_they_are_asked_for(tmp_path: Path) -> None:
    gateway = Gateway(settings=settings_in(tmp_path))
    paths = [Ask("GET", path) for path in ("/docs", "/redoc", "/openapi.json")]
    assert [reply.status for reply in ask_all(gateway, paths)] == [404, 404, 404]


# ------------------------------------------------------------------- random inclusions

Tree = tuple[bool, bool, tuple["Tree", ...]]
"""A router: whether its inclusion denies, whether it denies itself, and what it includes."""


def trees(depth: int) -> st.SearchStrategy[Tree]:
    rarely = st.sampled_from([False, False, False, True])
    below: st.SearchStrategy[tuple[Tree, ...]] = st.just(())
    if depth:
        below = st.lists(trees(depth - 1), max_size=2).map(tuple)
    return st.tuples(rarely, rarely, below)


async def deny() -> None:
    raise HTTPException(status_code=401)


def guards(*, denying: bool) -> list[Any]:
    return [Depends(deny)] if denying else []


def grow(router: APIRouter, tree: Tree, path: str) -> list[str]:
    """Declare a route on a router and on all below it; return the paths."""

    async def answer(item: int) -> dict[str, int]:
        return {"item": item}

    router.add_api_route(f"{path}/{{item}}", answer)
    found = [f"{path}/7"]
    for number, below in enumerate(tree[2]):
        inner = APIRouter(dependencies=guards(denying=below[1]))
        found += [f"/{number}{text}" for text in grow(inner, below, path)]
        router.include_router(inner, prefix=f"/{number}", dependencies=guards(denying=below[0]))
    return found


@examples(100)
@given(tree=trees(3))
def test_no_door_is_open_that_fastapi_keeps_shut(tree: Tree) -> None:
    app = FastAPI(dependencies=guards(denying=tree[1]), openapi_url=None)
    paths = grow(app.router, tree, "/leaf")

    async def answers() -> None:
        theirs = {path: await ask(app, Ask("GET", path)) for path in paths}
        install(app)
        app.middleware_stack = None
        for direct in (True, False):
            catalog = read_catalog(app, direct=direct)
            assert len(catalog.handlers) == len(paths)
            for handler in catalog.handlers:
                assert handler.direct is direct
                path = handler.template.text.replace("{item}", "7")
                ours = await ask(partial(Dispatcher(app, handler), ("7",)), Ask("GET", path))
                event(f"{ours.status}")
                assert ours.seen() == theirs[path].seen(), path

    asyncio.run(answers())
