"""A route moves there and back under load: no request fails, and every worker follows."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.support.servers import (
    APPS,
    Server,
    clean_environment,
    program,
    run_strangler,
    strangler_serve,
)

WORKERS = 4
RATE = 50  # requests per second
PER_WORKER = 2  # connections
MOST_CONNECTIONS = 400
SWITCH_SECONDS = 2.0  # the promise: every worker follows within this
BOUND_SECONDS = 90.0  # of a whole scenario
ROUTE = "GET /api/notes/<int:note_id>"
USER = "Zoë"


@dataclass(frozen=True, slots=True)
class Reply:
    """What one request brought, or the error it ended in."""

    sent_at: float
    connection: int
    served_by: str
    pid: int
    note: int
    trouble: str = ""


@dataclass
class Load:
    """Requests at a steady rate, in turn over connections that reach every worker."""

    connections: list[httpx.AsyncClient]
    replies: list[Reply] = field(default_factory=list)
    stopping: bool = False

    async def run(self) -> None:
        """Send until it is to stop, then wait for what is under way."""
        begun = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in itertools.takewhile(lambda _: not self.stopping, itertools.count()):
                await asyncio.sleep(max(0.0, begun + number / RATE - time.monotonic()))
                group.create_task(self._ask(number))

    async def _ask(self, number: int) -> None:
        index = number % len(self.connections)
        self.replies.append(await ask(self.connections[index], index, number))

    async def until(self, condition: Callable[[], bool], what: str, seconds: float) -> None:
        """Poll a condition on the replies; after so many seconds, fail naming it."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
            await asyncio.sleep(1 / RATE)

    def newest_are(self, served_by: str) -> bool:
        """Whether the newest reply on every connection came from this stack."""
        newest = {reply.connection: reply.served_by for reply in self.replies}
        return len(newest) == len(self.connections) and set(newest.values()) == {served_by}


async def ask(client: httpx.AsyncClient, connection: int, number: int) -> Reply:
    sent_at = time.monotonic()
    try:
        response = await client.get(f"/api/notes/{number}")
        body = response.json()
        trouble = "" if response.status_code == 200 else f"{response.status_code}: {body}"
        if not trouble and body["user"] != USER:
            trouble = f"another user: {body}"
        served_by = response.headers["x-served-by"]
        return Reply(
            sent_at, connection, served_by, body.get("pid", 0), body.get("note", -1), trouble
        )
    except (httpx.HTTPError, ValueError) as error:
        return Reply(sent_at, connection, "", 0, number, repr(error))


@contextlib.asynccontextmanager
async def connected(server: Server) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Log in, and keep connections until each worker holds as many as it should.

    Which worker accepts a connection is the kernel's choice: those of a worker that has
    enough are closed again.
    """
    async with contextlib.AsyncExitStack() as stack:
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1)
        first = await stack.enter_async_context(httpx.AsyncClient(base_url=server.url))
        await first.post("/login", data={"username": USER})
        held: dict[int, list[httpx.AsyncClient]] = {}
        for _ in range(MOST_CONNECTIONS):
            client = httpx.AsyncClient(base_url=server.url, limits=limits, cookies=first.cookies)
            stack.push_async_callback(client.aclose)
            reply = await ask(client, 0, 1)
            assert not reply.trouble, reply
            mine = held.setdefault(reply.pid, [])
            if len(mine) == PER_WORKER:
                await client.aclose()
                continue
            mine.append(client)
            if sum(map(len, held.values())) == WORKERS * PER_WORKER:
                break
        assert len(held) == WORKERS, held
        yield [client for clients in held.values() for client in clients]


async def stage(server: Server, name: str, reason: str) -> tuple[float, float]:
    """Run ``strangler stage`` as an operator does; return when it began and ended."""
    begun = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        program("strangler"),
        *("stage", ROUTE, name, "--reason", reason),
        cwd=APPS,
        env=server.environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    return begun, time.monotonic()


async def switch(load: Load, server: Server, before: str, after: str) -> None:
    """Move the route under load, and check what each reply said on the way."""
    start = len(load.replies)
    begun, ended = await stage(server, after, f"to {after}")
    await load.until(lambda: load.newest_are(after), f"{after} on every connection", 10)
    settled = len(load.replies)
    await load.until(lambda: len(load.replies) > settled + RATE, "another second of load", 10)

    replies = load.replies[start:]
    assert {reply.served_by for reply in replies if reply.sent_at < begun} <= {before}
    last = max((reply.sent_at for reply in replies if reply.served_by == before), default=begun)
    assert last < ended + SWITCH_SECONDS, f"{last - ended:.2f} s after the command: {before}"
    assert {reply.served_by for reply in replies if reply.sent_at > last} == {after}


async def there_and_back(server: Server) -> None:
    async with asyncio.timeout(BOUND_SECONDS), connected(server) as connections:
        load = Load(connections)
        running = asyncio.create_task(load.run())
        try:
            await load.until(lambda: load.newest_are("legacy"), "legacy on every connection", 10)
            await switch(load, server, "legacy", "ported")
            await switch(load, server, "ported", "legacy")
        finally:
            load.stopping = True
            await running
    troubles = [reply for reply in load.replies if reply.trouble]
    assert troubles == []
    for served_by in ("legacy", "ported"):
        pids = {reply.pid for reply in load.replies if reply.served_by == served_by}
        assert len(pids) == WORKERS


def check(home: Path, environment: dict[str, str]) -> None:
    with strangler_serve(
        "live:app", "--workers", str(WORKERS), home=home, environment=environment
    ) as server:
        asyncio.run(there_and_back(server))
        shown = run_strangler("history", "--json", folder=APPS, environment=server.environment)
        changes = [(c["route_id"], c["before"], c["after"]) for c in json.loads(shown.stdout)]
        assert changes == [(ROUTE, "ported", "legacy"), (ROUTE, "legacy", "ported")]


def test_a_route_moves_there_and_back_without_a_failed_request(tmp_path: Path) -> None:
    check(tmp_path, {})


@pytest.mark.services
def test_a_route_moves_there_and_back_with_the_state_in_mariadb(
    tmp_path: Path, mysql_url: str
) -> None:
    environment = {"STRANGLER_STATE_URL": mysql_url}
    upgraded = run_strangler(
        "db", "upgrade", folder=tmp_path, environment=clean_environment(environment)
    )
    assert upgraded.returncode == 0, upgraded.stderr
    check(tmp_path, environment)
