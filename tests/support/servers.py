"""Real servers for tests: subprocesses on free loopback ports that leave nothing behind."""

from __future__ import annotations

import contextlib
import http.client
import io
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeVar, cast

__all__ = [
    "APPS",
    "Answer",
    "Process",
    "Server",
    "ask",
    "clean_environment",
    "closed_port",
    "converse",
    "eventually",
    "gunicorn_serve",
    "program",
    "run_strangler",
    "serving_port",
    "split_answers",
    "strangler_serve",
    "talk",
]

APPS = Path(__file__).parents[1] / "server" / "apps"
"""Small applications that only tests use; servers run in this folder."""

LOOPBACK = "127.0.0.1"
START_SECONDS = 40.0
STOP_SECONDS = 20.0
ANSWER_SECONDS = 20.0
POLL_SECONDS = 0.02
LOG_LINES = 40

_PORT = re.compile(r"http://127\.0\.0\.1:([1-9]\d*)")
_OWN_VARIABLES = ("PORT", "DATABASE_URL", "SCRIPT_NAME", "WEB_CONCURRENCY", "FORWARDED_ALLOW_IPS")

_Result = TypeVar("_Result")


def program(name: str) -> str:
    """Return the path of a command that is installed beside this interpreter."""
    return str(Path(sys.executable).with_name(name))


def clean_environment(given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return this process's environment without what would configure a server, plus ``given``."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in _OWN_VARIABLES and not name.startswith(("STRANGLER_", "GUNICORN_"))
    }
    return kept | dict(given or {})


def eventually(
    condition: Callable[[], _Result], what: str, seconds: float = ANSWER_SECONDS
) -> _Result:
    """Poll until ``condition()`` is true and return it; after ``seconds``, fail naming ``what``."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(POLL_SECONDS)
    return found


def closed_port() -> int:
    """Return a loopback port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


# Processes


class Process:
    """A child that leads a process group of its own, with its output in a file.

    Args:
        command: the program and its arguments.
        folder: its current directory.
        environment: all of its environment.
        log: the file that gets what it prints.
    """

    def __init__(
        self, command: Sequence[str], *, folder: Path, environment: Mapping[str, str], log: Path
    ) -> None:
        self.log = log
        with log.open("wb") as output:
            self._child = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        self.pid = self._child.pid

    @property
    def output(self) -> str:
        """What it has printed so far."""
        return self.log.read_text("utf-8", "replace")

    @property
    def code(self) -> int | None:
        """Its exit code; ``None`` while it runs."""
        return self._child.poll()

    def signal(self, number: int) -> None:
        """Send a signal to the child itself; a child that has been waited for gets none."""
        self._child.send_signal(number)

    def wait(self, seconds: float = STOP_SECONDS) -> int:
        """Wait for its end and return its exit code."""
        return self._child.wait(seconds)

    def stop(self) -> None:
        """End it and its group: SIGTERM, a bounded wait, SIGKILL; fail unless it ended by itself.

        The child is signalled before it has been waited for, and the group only while a member
        holds its id: no stranger can be hit.
        """
        trouble = ""
        self._child.terminate()
        try:
            self._child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            trouble = f"it did not stop within {STOP_SECONDS:g} s of SIGTERM"
        try:
            eventually(self._group_is_empty, "an end of its children", 5)
        except AssertionError:
            trouble = trouble or "it left children behind"
        self.kill_group()
        if trouble:
            raise AssertionError(f"{trouble}:\n{self.tail()}")

    def kill_group(self) -> None:
        """End what is left of it and its group by SIGKILL."""
        if not self._group_is_empty():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        self._child.wait(STOP_SECONDS)

    def tail(self) -> str:
        """Return the end of its output."""
        return "\n".join(self.output.splitlines()[-LOG_LINES:])

    def _group_is_empty(self) -> bool:
        return self._child.poll() is not None and not _group_exists(self.pid)


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers.

    Attributes:
        process: the process that was started; with several workers, their supervisor.
        port: where it listens, on loopback.
        environment: the environment it has; commands run with it meet the same state.
    """

    process: Process
    port: int
    environment: Mapping[str, str]

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://{LOOPBACK}:{self.port}"


@contextlib.contextmanager
def strangler_serve(
    *arguments: str,
    home: Path,
    folder: Path = APPS,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Run ``strangler serve`` with these arguments until the block is left.

    Args:
        arguments: after ``serve``; a free port is added.
        home: an empty folder for the embedded state and the log.
        folder: the current directory, where ``strangler.toml`` and modules are found.
        environment: variables of the gateway or of the application.
    """
    given = clean_environment({"STRANGLER_HOME": str(home / "var"), **(environment or {})})
    command = [program("strangler"), "serve", *arguments, "--port", "0"]
    with _serving(command, folder, given, home, "/_strangler/healthz") as server:
        yield server


@contextlib.contextmanager
def gunicorn_serve(
    app: str,
    *,
    home: Path,
    folder: Path = APPS,
    environment: Mapping[str, str] | None = None,
    threads: int = 4,
) -> Iterator[Server]:
    """Run a WSGI application under gunicorn, one worker with threads, until the block is left.

    Args:
        app: its import string.
        home: an empty folder for the log.
        folder: the current directory.
        environment: variables of the application.
        threads: requests served at the same time.
    """
    given = clean_environment(environment)
    command = [program("gunicorn"), "--worker-class", "gthread", "--threads", str(threads)]
    command += ["--bind", f"{LOOPBACK}:0", "--no-control-socket", app]
    with _serving(command, folder, given, home, "/") as server:
        yield server


@contextlib.contextmanager
def _serving(
    command: Sequence[str], folder: Path, environment: dict[str, str], home: Path, page: str
) -> Iterator[Server]:
    log = home / f"{Path(command[0]).name}.log"
    process = Process(command, folder=folder, environment=environment, log=log)
    try:
        yield Server(process, serving_port(process, page), environment)
    finally:
        process.stop()


def serving_port(process: Process, page: str) -> int:
    """Wait until a server answers for this page, and return the port that it has printed.

    A process that ends instead fails at once, with the end of its output.
    """

    def answers() -> int:
        if process.code is not None:
            raise AssertionError(f"the server ended with {process.code}:\n{process.tail()}")
        named = _PORT.search(process.output)
        with contextlib.suppress(OSError, http.client.HTTPException):
            if named and ask(int(named[1]), "GET", page, seconds=1).status:
                return int(named[1])
        return 0

    try:
        return eventually(answers, "an answer of the server", START_SECONDS)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{process.tail()}") from None


def run_strangler(
    *arguments: str, folder: Path, environment: Mapping[str, str], seconds: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run a ``strangler`` command to its end, and make sure that no process of it is left.

    Args:
        arguments: after ``strangler``.
        folder: the current directory.
        environment: all of its environment, see ``clean_environment``.
        seconds: after this long it is killed and the test fails.
    """
    command = [program("strangler"), *arguments]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    ) as child:
        try:
            output, errors = child.communicate(timeout=seconds)
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)
            raise
    try:
        eventually(lambda: not _group_exists(child.pid), "an end of its children", 5)
    except AssertionError:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        raise AssertionError(f"{command} left children behind: {errors}") from None
    return subprocess.CompletedProcess(command, child.returncode, output, errors)


def _group_exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


# Requests as they are on the wire


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: its headers as they came, names in lower case, body without framing."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def get(self, name: str) -> str | None:
        """Return a header that must not come twice; ``None`` if it did not come."""
        found = self.all(name)
        if len(found) > 1:
            raise AssertionError(f"{name} came {len(found)} times: {found}")
        return found[0] if found else None

    def all(self, name: str) -> list[str]:
        """Return every value of a header, in order."""
        return [value for key, value in self.headers if key == name]


def ask(
    port: int,
    method: str,
    target: str,
    *,
    headers: Sequence[tuple[str, str]] = (),
    body: bytes = b"",
    seconds: float = ANSWER_SECONDS,
) -> Answer:
    """Send one request with its target exactly as given, on a connection of its own.

    ``Host`` is ``localhost`` for every server unless it is given; ``Content-Length`` is added
    to a body unless ``Transfer-Encoding`` is given, for which the body must be framed already.
    """
    names = {name.lower() for name, _ in headers}
    lines = [f"{method} {target} HTTP/1.1"]
    if "host" not in names:
        lines.append("Host: localhost")
    lines += [f"{name}: {value}" for name, value in headers]
    if body and names.isdisjoint({"content-length", "transfer-encoding"}):
        lines.append(f"Content-Length: {len(body)}")
    lines += ["Connection: close", "", ""]
    data = "\r\n".join(lines).encode("latin-1") + body
    with socket.create_connection((LOOPBACK, port), seconds) as connection:
        connection.sendall(data)
        return _read(connection, method)


def _read(connection: socket.socket, method: str) -> Answer:
    with contextlib.closing(http.client.HTTPResponse(connection, method=method)) as response:
        response.begin()
        body = response.read()
        headers = tuple((name.lower(), value) for name, value in response.getheaders())
    return Answer(response.status, response.reason, headers, body)


def talk(port: int, *parts: bytes, seconds: float = ANSWER_SECONDS) -> bytes:
    """Send bytes on one connection and return all that comes until the server closes it.

    A reset by the server ends it too: what came before is returned.
    """
    received = bytearray()
    with socket.create_connection((LOOPBACK, port), seconds) as connection:
        for part in parts:
            connection.sendall(part)
        with contextlib.suppress(ConnectionResetError):
            while chunk := connection.recv(65536):
                received += chunk
    return bytes(received)


def converse(port: int, *requests: bytes, seconds: float = ANSWER_SECONDS) -> list[Answer]:
    """Send requests on one connection, each when the one before it has been answered."""
    with socket.create_connection((LOOPBACK, port), seconds) as connection:
        answers = []
        for request in requests:
            connection.sendall(request)
            answers.append(_read(connection, request.partition(b" ")[0].decode()))
        return answers


def split_answers(data: bytes, *methods: str) -> tuple[list[Answer], bytes]:
    """Cut what one connection brought into the responses to these methods, and the rest."""
    wire = _Wire(data)
    answers = [_read(cast("socket.socket", wire), method) for method in methods]
    return answers, wire.read()


class _Wire(io.BytesIO):
    """Bytes that ``HTTPResponse`` reads as if from a socket, one response after the other."""

    def makefile(self, _mode: str) -> Self:
        return self

    def close(self) -> None:
        """Stay open for the next response."""
