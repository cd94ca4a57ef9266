"""The reference system, as `make run` starts it: a route changes stacks under load."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from shared.seed import DEMO_PASSWORD
from tests.support.databases import BACKENDS, empty_database
from tests.support.reference import ROOT, prepare
from tests.support.servers import (
    Server,
    clean_environment,
    eventually,
    run_strangler,
    strangler_serve,
)

WORKERS = 4
RATE = 50  # requests per second, over all clients
CLIENTS = 10
SWITCH_SECONDS = 2.0  # the promise
ROUTE = "GET /api/media"


@dataclass(frozen=True, slots=True)
class Reply:
    sent_at: float
    client: int
    served_by: str
    trouble: str


@dataclass
class Load:
    """Logged-in clients that ask for the first page of the library, again and again."""

    server: Server
    cookie: str
    replies: list[Reply] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def ask_on(self, number: int) -> None:
        with httpx.Client(base_url=self.server.url, cookies={"session": self.cookie}) as client:
            begun = time.monotonic() + number / RATE
            for turn in range(RATE * 60):
                if self.stopping.wait(max(0.0, begun + turn * CLIENTS / RATE - time.monotonic())):
                    return
                self.replies.append(self._ask(client, number))

    def _ask(self, client: httpx.Client, number: int) -> Reply:
        sent_at = time.monotonic()
        try:
            answer = client.get("/api/media", params={"page": "1"})
        except httpx.HTTPError as error:
            return Reply(sent_at, number, "", repr(error))
        sound = answer.status_code == 200 and answer.json()["total"] == 69
        return Reply(sent_at, number, answer.headers["x-served-by"], "" if sound else answer.text)

    def newest_are(self, served_by: str) -> bool:
        newest = {reply.client: reply.served_by for reply in list(self.replies)}
        return len(newest) == CLIENTS and set(newest.values()) == {served_by}


@contextmanager
def under_load(server: Server) -> Iterator[Load]:
    load = Load(server, log_in(server, "editor"))
    threads = [threading.Thread(target=load.ask_on, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.stopping.set()
        for thread in threads:
            thread.join()


def log_in(server: Server, username: str) -> str:
    """Log in through the page, and return the session's cookie."""
    with httpx.Client(base_url=server.url) as browser:
        page = browser.get("/login").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token, page
        form = {"username": username, "password": DEMO_PASSWORD, "csrf_token": token[1]}
        assert browser.post("/login", data=form).status_code == 302
        return browser.cookies["session"]


def switch(load: Load, before: str, after: str) -> None:
    start = len(load.replies)
    done = run_strangler(
        *("stage", ROUTE, after, "--reason", "first"),
        folder=ROOT,
        environment=load.server.environment,
    )
    ended = time.monotonic()
    assert done.returncode == 0, done.stderr
    eventually(lambda: load.newest_are(after), f"{after} on every connection")
    settled = len(load.replies)
    eventually(lambda: len(load.replies) > settled + RATE, "another second of load")
    last = max(
        (reply.sent_at for reply in load.replies[start:] if reply.served_by == before), default=0
    )
    assert last < ended + SWITCH_SECONDS
    assert {reply.served_by for reply in load.replies if reply.sent_at > last} == {after}


@pytest.mark.services
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_route_of_the_library_moves_there_and_back_under_load(
    backend: str, tmp_path: Path
) -> None:
    with empty_database(backend, tmp_path) as url:
        # One database for both: the state lives beside the application's tables.
        environment = {"STRANGLER_HOME": str(tmp_path / "var"), "DATABASE_URL": url}
        if backend == "mariadb":
            environment["STRANGLER_STATE_URL"] = url
            done = run_strangler(
                "db", "upgrade", folder=ROOT, environment=clean_environment(environment)
            )
            assert done.returncode == 0, done.stderr
        prepare(environment)
        with (
            strangler_serve(
                "--workers",
                str(WORKERS),
                home=tmp_path,
                folder=ROOT,
                environment=environment,
            ) as server,
            under_load(server) as load,
        ):
            eventually(lambda: load.newest_are("legacy"), "legacy on every connection")
            switch(load, "legacy", "ported")
            switch(load, "ported", "legacy")
    assert [reply for reply in load.replies if reply.trouble] == []
    assert len(load.replies) > 2 * RATE
