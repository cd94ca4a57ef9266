"""Workers come and go with their supervisor."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from pathlib import Path

from tests.support.servers import (
    APPS,
    Process,
    ask,
    clean_environment,
    eventually,
    program,
    serving_port,
    strangler_serve,
)

TOKEN = "token-of-the-tests"


def worker(port: int) -> int:
    """The process id of whichever worker answers."""
    answer = ask(port, "GET", "/_strangler/readyz", headers=[("Authorization", f"Bearer {TOKEN}")])
    return int(json.loads(answer.body)["pid"])


def test_a_worker_that_is_killed_is_replaced(tmp_path: Path) -> None:
    environment = {"STRANGLER_ADMIN_TOKEN": TOKEN}
    arguments = ("live:app", "--workers", "2")
    with strangler_serve(*arguments, home=tmp_path, environment=environment) as server:
        killed = worker(server.port)
        os.kill(killed, signal.SIGKILL)
        seen: set[int] = set()

        def both_answer() -> bool:
            with contextlib.suppress(OSError):  # the killed one's connections are cut
                seen.add(worker(server.port))
            return len(seen - {killed}) == 2

        eventually(both_answer, "two workers besides the killed one", 40)


def test_workers_end_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    process = Process(
        [program("strangler"), "serve", "live:app", "--workers", "2", "--port", "0"],
        folder=APPS,
        environment=clean_environment({"STRANGLER_HOME": str(tmp_path / "var")}),
        log=tmp_path / "strangler.log",
    )
    try:
        port = serving_port(process, "/_strangler/healthz")
        process.signal(signal.SIGKILL)
        process.wait()

        def is_closed() -> bool:
            try:
                ask(port, "GET", "/_strangler/healthz")
            except OSError:
                return True
            return False

        eventually(is_closed, "the end of the workers", 5)
    finally:
        process.kill_group()
