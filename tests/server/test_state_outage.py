"""The state's database goes away while the gateway serves, and comes back."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import services
from tests.support.servers import (
    APPS,
    Process,
    Server,
    ask,
    clean_environment,
    eventually,
    run_strangler,
    strangler_serve,
)

pytestmark = pytest.mark.services

ROUTE = "GET /api/notes/{note_id}"
TOKEN = "token-of-the-tests"
BEARER = [("Authorization", f"Bearer {TOKEN}")]
START_SECONDS = 60.0


class MariaDB:
    """A private server on one port, whose data outlives its process.

    Args:
        folder: an empty folder for data and logs.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        found = services.find_programs(services.MARIADB)
        if found is None:
            missing = "needs the programs of mariadb-server"
            if os.environ.get("STRANGLER_TESTS_WITHOUT_SERVICES") == "1":
                pytest.skip(missing)
            pytest.fail(missing, pytrace=False)
        self._program, installer = found
        self._user = ["--user=root"] if os.geteuid() == 0 else []
        self.port = unused_port()
        self.process: Process | None = None
        create = [installer, "--no-defaults", *self._user, f"--datadir={folder}/data"]
        create += [*services.MARIADB_INSTALL_OPTIONS.split(), f"--tmpdir={folder}"]
        installation = self._run(create, "install.log")
        assert installation.wait(START_SECONDS) == 0, installation.tail()
        (folder / "init.sql").write_text("CREATE DATABASE IF NOT EXISTS state;\n", encoding="ascii")

    @property
    def url(self) -> str:
        return f"mysql://root@127.0.0.1:{self.port}/state"

    def start(self) -> None:
        """Start it on its port, and wait until it answers."""
        command = [self._program, "--no-defaults", *self._user, f"--port={self.port}"]
        command += [*services.MARIADB_OPTIONS.split(), *services.MARIADB_TEMPORARY_OPTIONS.split()]
        command += [f"--datadir={self._folder}/data", f"--tmpdir={self._folder}"]
        command += [f"--pid-file={self._folder}/db.pid", f"--init-file={self._folder}/init.sql"]
        process = self.process = self._run(command, "mariadb.log")

        def answers() -> str:
            assert process.code is None, process.tail()
            with contextlib.suppress(OSError):
                return services.mariadb_version("127.0.0.1", self.port)
            return ""

        eventually(answers, "an answer of MariaDB", START_SECONDS)

    def stop(self) -> None:
        """Stop it, if it runs."""
        if self.process is not None:
            self.process.signal(signal.SIGCONT)
            self.process.stop()
            self.process = None

    def signal(self, number: int) -> None:
        assert self.process is not None
        self.process.signal(number)

    def _run(self, command: list[str], log: str) -> Process:
        environment = clean_environment()
        path = self._folder / log
        return Process(command, folder=self._folder, environment=environment, log=path)


def unused_port() -> int:
    """A port below the kernel's own choice, so that no client gets it during an outage."""
    while True:
        port = random.randint(20_000, 30_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@pytest.fixture(scope="module")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDB]:
    database = MariaDB(tmp_path_factory.mktemp("mariadb"))
    try:
        database.start()
        yield database
    finally:
        database.stop()


@pytest.fixture(scope="module")
def server(mariadb: MariaDB, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("gateway")
    environment = {"STRANGLER_STATE_URL": mariadb.url, "STRANGLER_ADMIN_TOKEN": TOKEN}
    upgraded = run_strangler(
        "db", "upgrade", folder=home, environment=clean_environment(environment)
    )
    assert upgraded.returncode == 0, upgraded.stderr
    with strangler_serve("live:app", home=home, environment=environment) as started:
        yield started
        assert started.process.code is None, "the server outlives every outage"


def stage(server: Server, name: str) -> None:
    done = run_strangler(
        *("stage", ROUTE, name, "--reason", "outage"), folder=APPS, environment=server.environment
    )
    assert done.returncode == 0, done.stderr


def readyz(server: Server, *, details: bool = True) -> dict[str, object]:
    answer = ask(server.port, "GET", "/_strangler/readyz", headers=BEARER if details else ())
    assert answer.status == 200
    shown: dict[str, object] = json.loads(answer.body)
    return shown


def served_by(server: Server) -> str | None:
    answer = ask(server.port, "GET", "/api/notes/1")
    assert answer.status == 401
    return answer.get("x-served-by")


def is_outage(server: Server) -> bool:
    """One request while the outage is awaited: the flags stay, whatever readyz says."""
    assert served_by(server) == "ported"
    return readyz(server)["status"] == "degraded"


def test_requests_go_on_with_the_flags_while_the_database_is_stopped(
    mariadb: MariaDB, server: Server
) -> None:
    stage(server, "ported")
    eventually(lambda: served_by(server) == "ported", "the port serves")
    revision = readyz(server)["revision"]

    mariadb.stop()
    eventually(lambda: is_outage(server), "readyz notices")
    shown = readyz(server)
    assert (shown["revision"], shown["following"]) == (revision, True)
    assert f"root@127.0.0.1:{mariadb.port}/state does not answer" in str(shown["store"])
    assert readyz(server, details=False) == {"status": "degraded"}
    assert ask(server.port, "GET", "/_strangler/healthz").body == b'{"status": "alive"}'
    assert served_by(server) == "ported"
    assert ask(server.port, "POST", "/login").status == 400

    mariadb.start()
    eventually(lambda: readyz(server)["status"] == "ready", "readyz recovers")
    stage(server, "legacy")
    eventually(lambda: served_by(server) == "legacy", "the change is followed")
    # Both turns are in the log once, not at every look.
    log = server.process.output
    assert log.count(f"flags stay at revision {revision}: ") == 1
    assert log.count("the store answers again") == 1


def test_a_database_that_hangs_is_noticed_and_holds_nobody_up(
    mariadb: MariaDB, server: Server
) -> None:
    stage(server, "ported")
    eventually(lambda: served_by(server) == "ported", "the port serves")

    mariadb.signal(signal.SIGSTOP)
    try:
        eventually(lambda: is_outage(server), "readyz notices", 30)
    finally:
        mariadb.signal(signal.SIGCONT)
    eventually(lambda: readyz(server)["status"] == "ready", "readyz recovers", 30)
    stage(server, "legacy")
    eventually(lambda: served_by(server) == "legacy", "the change is followed")


def test_a_gateway_that_starts_without_its_database_says_so(
    mariadb: MariaDB, server: Server, tmp_path: Path
) -> None:
    mariadb.stop()
    try:
        done = run_strangler(
            *("serve", "live:app", "--port", "0"), folder=APPS, environment=server.environment
        )
        assert (done.returncode, done.stdout) == (2, "")
        assert len(done.stderr.splitlines()) == 1
        assert f"root@127.0.0.1:{mariadb.port}/state does not answer" in done.stderr
    finally:
        mariadb.start()
