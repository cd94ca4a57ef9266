"""Direct dispatch is used only where it has just been seen to do what FastAPI does."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount

from gateway import Gateway
from gateway.ported import internals
from gateway.ported.dispatch import Dispatcher
from gateway.ported.selfcheck import can_dispatch_directly
from tests.unit.ported.applications import deny
from tests.unit.ported.client import Ask, ask_all, settings_in


def check() -> bool:
    return asyncio.run(can_dispatch_directly())


def test_it_passes_on_this_fastapi_and_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    assert internals.AVAILABLE
    assert internals.is_tested(internals.version_text)
    assert check()
    assert caplog.records == []


def test_it_can_be_asked_again() -> None:
    assert check()
    assert check()


@pytest.mark.parametrize(
    ("version", "tested"),
    [
        ("0.137.0", True),
        ("0.137", True),
        ("0.150.2", True),
        ("0.165.9", True),
        ("0.136.99", False),
        ("0.9", False),
        ("1.0.0", False),
        ("1.140.0", False),
        ("0.166.0rc1", False),
        ("0.166rc1", False),
        ("unknown", False),
        ("", False),
    ],
)
def test_the_range_of_versions(version: str, *, tested: bool) -> None:
    assert internals.is_tested(version) is tested


@pytest.fixture(params=["version", "parts", "answers", "raises"])
def broken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A FastAPI on which direct dispatch must not be used, and what the log says of it."""
    if request.param == "version":
        monkeypatch.setattr(internals, "version_text", "0.999.0")
        return "FastAPI 0.999.0 is outside the range tested for direct dispatch"
    if request.param == "parts":
        monkeypatch.setattr(internals, "AVAILABLE", False)
        return "is outside the range tested for direct dispatch"
    if request.param == "answers":
        # As if FastAPI looked for the context of an inclusion in another place.
        monkeypatch.setattr(internals, "CONTEXT_KEY", "somewhere else")
        return "direct dispatch answers differently from FastAPI"

    async def fail(*_: object) -> None:
        raise TypeError("an internal has changed")

    monkeypatch.setattr(Dispatcher, "_directly", fail)
    return "direct dispatch failed its self-check"


def test_what_differs_is_seen(broken: str, caplog: pytest.LogCaptureFixture) -> None:
    assert not check()
    (record,) = caplog.records
    assert record.levelno >= logging.WARNING
    assert record.name == "gateway.ported"
    assert broken in record.getMessage()


def test_the_paths_that_differ_are_named(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(internals, "CONTEXT_KEY", "somewhere else")
    assert not check()
    assert "/denied/item/7" in caplog.text
    assert "/outer/nested/item/7" in caplog.text


async def answer(item: int) -> dict[str, int]:
    return {"item": item}


async def page(_: Request) -> Response:
    return Response()


def declared(app: FastAPI) -> FastAPI:
    router = APIRouter()
    router.add_api_route("/item/{item}", answer)
    app.include_router(router, prefix="/open")
    app.include_router(router, prefix="/shut", dependencies=[Depends(deny)])
    return app


def test_the_gateway_falls_back_to_the_scan(
    broken: str, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    gateway = declared(Gateway(settings=settings_in(tmp_path)))
    requests = [Ask("GET", path) for path in ("/open/item/7", "/open/item/x", "/shut/item/7")]
    ours = ask_all(gateway, requests)
    assert [reply.seen() for reply in ours] == [
        reply.seen() for reply in ask_all(declared(FastAPI()), requests)
    ]
    assert [reply.status for reply in ours] == [200, 422, 401]
    assert broken in caplog.text
    assert isinstance(gateway, Gateway)
    assert not asyncio.run(gateway.read_tables()).direct


def test_the_setting_asks_for_the_scan_without_a_word(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    settings: Any = settings_in(tmp_path, STRANGLER_PORTED_DISPATCH="scan")
    gateway = Gateway(settings=settings)
    assert not asyncio.run(gateway.read_tables()).direct
    assert caplog.records == []


def test_without_internals_every_route_is_still_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from gateway.ported.catalog import read_catalog  # noqa: PLC0415 - beside what it shows

    app = declared(FastAPI(openapi_url=None))
    router = APIRouter()
    router.routes.append(Mount("/files", StaticFiles(directory=".")))
    app.include_router(router, prefix="/in")
    app.mount("/files", StaticFiles(directory="."))
    app.add_route("/plain", page)
    with_internals = read_catalog(app, direct=False)
    monkeypatch.setattr(internals, "AVAILABLE", False)
    without = read_catalog(app, direct=True)
    assert [(handler.template, handler.methods) for handler in without.handlers] == [
        (handler.template, handler.methods) for handler in with_internals.handlers
    ]
    assert not any(handler.direct for handler in without.handlers)
