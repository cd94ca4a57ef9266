"""A real Chromium, and the reference system behind the gateway for it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.support.reference import ROOT, prepare
from tests.support.servers import Server, strangler_serve

PASSWORD = "encore-demo"


def chromium() -> str:
    """Return the browser's path; a run without it fails, unless it was said to be without."""
    named = os.environ.get("TEST_CHROMIUM") or shutil.which("chromium")
    if named:
        return named
    if os.environ.get("STRANGLER_TESTS_WITHOUT_SERVICES") == "1":
        pytest.skip("there is no Chromium")
    pytest.fail("there is no Chromium; make test installs it, or name it in TEST_CHROMIUM")


# Not for the session: Playwright runs an event loop in this thread until it is closed.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
            ],
        )
        yield started
        started.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """The reference system, seeded, on a database of its own."""
    environment = {"STRANGLER_HOME": str(tmp_path / "var")}
    prepare(environment)
    with strangler_serve(home=tmp_path, folder=ROOT, environment=environment) as serving:
        yield serving


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """A page of the reference system; an error in its console fails the test."""
    troubles: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            troubles.append(message.text)

    context = browser.new_context(base_url=server.url)
    context.set_default_timeout(20_000)
    opened = context.new_page()
    opened.on("console", listen)
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    yield opened
    context.close()
    assert troubles == []
