#!/usr/bin/env python3
"""Run a command beside a private MariaDB and Redis, and with Chromium at hand.

    python3 deploy/services.py run [--mariadb] [--redis] [--chromium] -- COMMAND ARG...

A service comes from the environment (``TEST_MYSQL_URL``, ``TEST_REDIS_URL``, ``TEST_CHROMIUM``),
else from installed programs, else apt installs it. COMMAND finds these variables set. The exit
code is COMMAND's; it is 2 when a service cannot be had.

The private servers are children of a *keeper*: this script a second time, in a session of its
own, reading from a pipe. However the first one ends, SIGKILL included, the pipe closes; the keeper
then stops its servers and removes their folder. There is no other path that cleans up.

Standard library only, and one file in spite of its length: it runs by its path, with the system's
Python, before any virtual environment exists.
"""

import argparse
import contextlib
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from urllib.parse import unquote, urlsplit

UNAVAILABLE = 2  # the exit code when a service cannot be had
START_SECONDS = 60.0
ANSWER_SECONDS = 5.0
STOP_SECONDS = 5.0  # before a server of temporary data is killed
STOP_SECONDS_DATA = 60.0  # the same for data that stays
POLL_SECONDS = 0.02
PORT_ATTEMPTS = 5
LOG_LINES = 15
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOPBACK = "127.0.0.1"

SEARCH_PATH = "SERVICES_SEARCH_PATH"  # set by tests: the only folders to look for programs in
USUAL_FOLDERS = (
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/libexec"
    ":/usr/local/mysql/bin:/usr/local/mysql/scripts:/opt/homebrew/bin:/opt/homebrew/opt/mariadb/bin"
)

# Loopback TCP only: without a Unix socket, no folder's path can be too long for one.
MARIADB_OPTIONS = (
    "--bind-address=127.0.0.1 --socket= --skip-name-resolve --max-connections=500 "
    "--character-set-server=utf8mb4 --key-buffer-size=1M --aria-pagecache-buffer-size=8M "
    "--innodb-buffer-pool-size=64M"
)
MARIADB_TEMPORARY_OPTIONS = (  # such data need not survive a crash
    "--innodb-flush-log-at-trx-commit=0 --sync-binlog=0 --innodb-doublewrite=0 "
    "--innodb-fast-shutdown=2"
)
MARIADB_INSTALL_OPTIONS = (
    "--auth-root-authentication-method=normal --skip-test-db --skip-name-resolve"
)
REDIS_OPTIONS = f"--bind {LOOPBACK} --appendonly no --daemonize no"


class Unavailable(Exception):  # noqa: N818 - it names the state of a service
    """A service cannot be had; the message is for the user."""


class Abandoned(Exception):  # noqa: N818 - it names an event
    """The script has gone while its keeper was still starting servers."""


@dataclass(frozen=True)
class Service:
    """A service that can be asked for; ``programs`` holds the names of each one it needs."""

    name: str
    variable: str
    package: str
    programs: tuple[tuple[str, ...], ...]
    port: int = 0


MARIADB_PROGRAMS = ("mariadbd", "mysqld"), ("mariadb-install-db", "mysql_install_db")
MARIADB = Service("MariaDB", "TEST_MYSQL_URL", "mariadb-server", MARIADB_PROGRAMS, 3306)
REDIS_PROGRAMS = (("redis-server", "valkey-server"),)
REDIS = Service("Redis", "TEST_REDIS_URL", "redis-server", REDIS_PROGRAMS, 6379)
CHROMIUM_PROGRAMS = (("chromium", "chromium-browser", "google-chrome"),)
CHROMIUM = Service("Chromium", "TEST_CHROMIUM", "chromium", CHROMIUM_PROGRAMS)


@dataclass(frozen=True)
class Plan:
    """What a keeper is to start: the programs of each service, none if it is not wanted.

    ``data`` None means data that is removed with the server.
    """

    mariadb: Sequence[str]
    redis: Sequence[str]
    data: str | None
    database: str | None


# Speaking to servers


def mariadb_version(host: str, port: int) -> str:
    """Return name and version from the greeting of the server; OSError when there is none."""
    with (
        socket.create_connection((host, port), ANSWER_SECONDS) as connection,
        connection.makefile("rb") as stream,
    ):
        packet = stream.read(int.from_bytes(stream.read(4)[:3], "little"))
    if not packet.startswith(b"\n"):
        raise ConnectionError("it sends no MySQL greeting")
    # Until version 11, MariaDB puts 5.5.5- before its version for old clients' sake.
    version = packet[1:].split(b"\0", 1)[0].decode("latin-1").removeprefix("5.5.5-")
    name = "MariaDB" if "MariaDB" in version else "MySQL"
    return f"{name} {version.partition('-')[0]}"


def redis_version(
    host: str, port: int, credentials: Sequence[str] = (), pid: int | None = None
) -> str:
    """Return name and version from INFO, after AUTH if there are credentials.

    OSError when there is no answer, or when it is not from process ``pid``, if that is given.
    """
    with (
        socket.create_connection((host, port), ANSWER_SECONDS) as connection,
        connection.makefile("rb") as stream,
    ):
        if credentials:
            connection.sendall(redis_command("AUTH", *credentials))
            if not stream.readline().startswith(b"+OK"):
                raise ConnectionError("it refuses the password")
        connection.sendall(redis_command("INFO", "server"))
        head = stream.readline()
        if not re.fullmatch(rb"\$\d+\r\n", head):
            raise ConnectionError("it does not answer INFO")
        text = stream.read(int(head[1:])).decode("utf-8", "replace")
    info = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    if pid and info.get("process_id") != str(pid):
        raise ConnectionError("another server answers")
    name = "Valkey" if "valkey_version" in info else "Redis"
    return f"{name} {info.get(f'{name.lower()}_version', '(version unknown)')}"


def redis_command(*words: str) -> bytes:
    """Return a command as Redis reads it."""
    encoded = [word.encode() for word in words]
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(w), w) for w in encoded)


# Finding services


def from_environment(service: Service) -> str:
    """Check that the service answers where its variable points and return its line."""
    url = os.environ[service.variable]
    if service is CHROMIUM:
        return chromium_line(url, "from the environment")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or service.port
    except ValueError:
        host, port = None, 0
    # An @ behind the host means that an unescaped password was cut in two: show none of it.
    if not host or "@" in parts.path + parts.query + parts.fragment:
        raise Unavailable(f"{service.variable} is not a URL like scheme://user:password@host:port/")
    try:
        if service is MARIADB:
            version = mariadb_version(host, port)
        else:
            credentials = [unquote(word) for word in (parts.username, parts.password) if word]
            version = redis_version(host, port, credentials if parts.password else ())
    except (OSError, UnicodeError) as error:
        user = f"{parts.username}@" if parts.username else ""
        shown = f"{parts.scheme}://{user}{host}:{port}{parts.path}"
        raise Unavailable(f"{service.variable}: no answer from {shown}: {error}") from None
    return f"{version} on {host}:{port} (from the environment)"


def chromium_line(program: str, origin: str) -> str:
    """Return the line for the browser ``program``, with the version it reports."""
    try:
        done = subprocess.run(  # noqa: S603 - the path is one we found or were given
            [program, "--version"], capture_output=True, text=True, check=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Unavailable(f"Chromium ({origin}) does not run: {error}") from None
    match = re.search(r"[\w ]+? \d[\d.]*", done.stdout)
    return f"{match[0] if match else 'Chromium (version unknown)'} at {program} ({origin})"


def find(*names: str) -> str | None:
    """Return the path of the first program found among ``names``."""
    folders = os.environ.get(SEARCH_PATH, f"{os.environ.get('PATH', '')}:{USUAL_FOLDERS}")
    return next((path for name in names if (path := shutil.which(name, path=folders))), None)


def find_programs(service: Service) -> list[str] | None:
    """Return the paths of all programs of ``service``, or None if one is missing."""
    found = [path for names in service.programs if (path := find(*names))]
    return found if len(found) == len(service.programs) else None


def programs_of(services: Sequence[Service]) -> dict[str, list[str]]:
    """Return the programs of each service by its name, installing what is missing."""
    missing = [service for service in services if find_programs(service) is None]
    if missing and (apt := apt_command()):
        install(apt, [service.package for service in missing])
    programs = {service.name: find_programs(service) for service in services}
    advice = [
        f"{s.name} is missing: install the package {s.package} or set {s.variable}"
        for s in services
        if programs[s.name] is None
    ]
    if advice:
        raise Unavailable("; ".join(advice))
    return {name: paths for name, paths in programs.items() if paths}


def apt_command() -> list[str] | None:
    """Return an apt-get that may install and starts no services; None if there is none.

    ``SYSTEMD_OFFLINE`` has systemctl ignore "start"; where systemd does not run, Debian's
    invoke-rc.d starts nothing by itself. So no policy file has to be put in place and removed.
    """
    apt, sudo = find("apt-get"), find("sudo")
    if not apt:
        return None
    variables = ["env", "DEBIAN_FRONTEND=noninteractive", "SYSTEMD_OFFLINE=1"]
    command = [*variables, apt, "-q", "-o", "DPkg::Lock::Timeout=120"]
    if os.geteuid() == 0:
        return command
    if sudo and call([sudo, "-n", "true"], os.environ, Path(os.devnull)) == 0:
        return [sudo, "-n", *command]
    return None


def install(apt: Sequence[str], packages: Sequence[str]) -> None:
    """Install Debian packages; when that fails, Unavailable holds the end of apt's log."""
    sys.stderr.write(f"installing with apt-get: {' '.join(packages)}\n")
    with tempfile.TemporaryDirectory(prefix="services-apt-") as folder:
        log = Path(folder, "apt.log")
        call([*apt, "update"], os.environ, log)  # old lists may do; the installation tells
        if call([*apt, "install", "-y", "--no-install-recommends", *packages], os.environ, log):
            raise Unavailable(f"apt-get cannot install {' '.join(packages)}:\n{last_lines(log)}")


# Running in the foreground


def call(command: Sequence[str], environment: Mapping[str, str], log: Path | None = None) -> int:
    """Run ``command``, passing on the signals that reach this process, and return its exit code.

    A signal that ends it becomes 128 + its number, as in a shell. ``log``, if given, gets what it
    prints, and its input is then empty.
    """
    started: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    def forward(number: int, _frame: FrameType | None) -> None:
        if not started:
            early.append(number)
        elif number != signal.SIGINT or not in_foreground():
            started[0].send_signal(number)

    with handling(forward), log.open("ab") if log else contextlib.nullcontext() as output:
        try:
            process = subprocess.Popen(  # noqa: S603 - running a given command is what this is for
                command,
                env=environment,
                stdin=subprocess.DEVNULL if output else None,
                stdout=output,
                stderr=output,
            )
        except OSError as error:
            sys.stderr.write(f"{command[0]}: {error.strerror}\n")
            return 127
        started.append(process)
        for number in early:
            process.send_signal(number)
        code = process.wait()
    return code if code >= 0 else 128 - code


def in_foreground() -> bool:
    """Tell whether the terminal's Ctrl-C reaches this process, and so the command, by itself."""
    try:
        with Path("/dev/tty").open("rb", buffering=0) as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False


@contextlib.contextmanager
def handling(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Have ``handler`` called for SIGNALS, save those ignored on purpose as under nohup."""
    heard = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, handler) for number in heard}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)


def leave(number: int, _frame: FrameType | None) -> None:
    """End the script because of a signal."""
    raise SystemExit(128 + number)


def ignore(_number: int, _frame: FrameType | None) -> None:
    """Do nothing; unlike SIG_IGN, child processes do not inherit it."""


# The keeper


@contextlib.contextmanager
def kept(plan: Plan) -> Iterator[dict[str, tuple[int, str]]]:
    """Have a keeper start the servers of ``plan``; yield port and version by service name.

    They run until the block is left or this process ends in whatever way.
    """
    if not (plan.mariadb or plan.redis):
        yield {}
        return
    process = subprocess.Popen(  # noqa: S603 - this very file
        [sys.executable, str(Path(__file__).resolve()), "keep", json.dumps(vars(plan))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    with process:
        try:
            answer = json.loads(process.stdout.readline() or b"{}") if process.stdout else {}
            if "servers" not in answer:
                raise Unavailable(answer.get("error", "the keeper of the servers has died"))
            yield answer["servers"]
        finally:
            with handling(ignore):  # the keeper ends in bounded time
                process.communicate()


def keep(plan: Plan) -> None:
    """Be the keeper: start servers, report on stdout, wait until stdin ends, stop, remove."""
    folder = Path(tempfile.mkdtemp(prefix="services-"))
    servers: list[subprocess.Popen[bytes]] = []
    with handling(ignore):
        try:
            report({"servers": start_servers(plan, folder, servers)})
            pause(None)
        except Abandoned:
            pass
        except (Unavailable, OSError) as error:
            report({"error": str(error)})
        finally:
            stop(servers, STOP_SECONDS_DATA if plan.data else STOP_SECONDS)
            shutil.rmtree(folder, ignore_errors=True)


def report(answer: Mapping[str, object]) -> None:
    """Tell the script what has become of its plan, unless it has gone."""
    with contextlib.suppress(BrokenPipeError):
        os.write(sys.stdout.fileno(), f"{json.dumps(answer)}\n".encode())


def pause(seconds: float | None) -> None:
    """Wait, for ever if None; raise Abandoned as soon as the script has gone."""
    if select.select([sys.stdin], [], [], seconds)[0]:
        raise Abandoned


def start_servers(
    plan: Plan, folder: Path, servers: list[subprocess.Popen[bytes]]
) -> dict[str, tuple[int, str]]:
    """Start what ``plan`` names, adding each process to ``servers`` as soon as it runs.

    Returns port and version by service name.
    """
    answer: dict[str, tuple[int, str]] = {}
    if plan.mariadb:
        program, installer = plan.mariadb
        data = Path(plan.data) if plan.data else folder / "data"
        user = ["--user=root"] if os.geteuid() == 0 else []
        create_data([installer, "--no-defaults", *user], data, folder)
        command = [program, "--no-defaults", *user, *MARIADB_OPTIONS.split()]
        command += [] if plan.data else MARIADB_TEMPORARY_OPTIONS.split()
        command += [f"--datadir={data}", f"--tmpdir={folder}", f"--pid-file={folder}/db.pid"]
        if plan.database:
            sql = f"CREATE DATABASE IF NOT EXISTS `{plan.database}` CHARACTER SET utf8mb4;\n"
            (folder / "init.sql").write_text(sql, encoding="ascii")
            command.append(f"--init-file={folder}/init.sql")

        def greeted(_pid: int, port: int) -> str | None:  # the pid file: it has got its port
            return mariadb_version(LOOPBACK, port) if (folder / "db.pid").exists() else None

        answer[MARIADB.name] = start(command, folder / "mariadb.log", greeted, servers)
    if plan.redis:
        command = [*plan.redis, *REDIS_OPTIONS.split(), "--save", "", "--dir", str(folder)]

        def answered(pid: int, port: int) -> str | None:
            return redis_version(LOOPBACK, port, pid=pid)

        answer[REDIS.name] = start(command, folder / "redis.log", answered, servers)
    return answer


def create_data(command: Sequence[str], data: Path, folder: Path) -> None:
    """Create the data folder unless it exists; it appears only once it is complete."""
    if (data / "mysql").is_dir():
        return
    if data.exists() and any(data.iterdir()):
        raise Unavailable(f"{data} is not empty and holds no data of MariaDB")
    log = folder / "install.log"
    partial = data.with_name(f"{data.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    data.parent.mkdir(parents=True, exist_ok=True)
    command = [*command, *MARIADB_INSTALL_OPTIONS.split(), f"--datadir={partial}"]
    process = launch([*command, f"--tmpdir={folder}"], log, group=0)
    try:
        deadline = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            pause(POLL_SECONDS)
        if process.poll() != 0:
            raise Unavailable(f"{command[0]} failed:\n{last_lines(log)}")
    finally:
        if process.poll() is None:  # a shell script: its children are in its process group
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    partial.rename(data)


def launch(command: Sequence[str], log: Path, group: int | None = None) -> subprocess.Popen[bytes]:
    """Start a program without input that prints to ``log``; ``group`` 0 means one of its own."""
    with log.open("wb") as output:
        return subprocess.Popen(  # noqa: S603 - a program we found
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "LC_ALL": "C"},  # start() reads the log
            process_group=group,
        )


def start(
    command: Sequence[str],
    log: Path,
    ready: Callable[[int, int], str | None],
    servers: list[subprocess.Popen[bytes]],
) -> tuple[int, str]:
    """Start a server on a free port; return the port and what ``ready`` says.

    ``ready`` gets process id and port, and returns the version once that server answers. A port
    lost to another process in the meantime is tried anew.
    """
    for _ in range(PORT_ATTEMPTS):
        with socket.socket() as probe:
            probe.bind((LOOPBACK, 0))
            port = int(probe.getsockname()[1])
        process = launch([*command, "--port", str(port)], log)
        servers.append(process)
        deadline = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                if version := ready(process.pid, port):
                    return port, version
            pause(POLL_SECONDS)
        if "Address already in use" not in last_lines(log):
            break
    state = "does not answer" if process.poll() is None else "has ended"
    raise Unavailable(f"{command[0]} {state}:\n{last_lines(log)}")


def stop(servers: Sequence[subprocess.Popen[bytes]], seconds: float) -> None:
    """End our children, first by SIGTERM, after ``seconds`` by SIGKILL.

    A child keeps its process id until we have waited for it, so no stranger can be hit.
    """
    deadline = time.monotonic() + seconds
    for server in servers:
        server.terminate()
    for server in servers:
        try:
            server.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def last_lines(log: Path) -> str:
    """Return the end of a log."""
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-LOG_LINES:])


# The command line


def run(options: argparse.Namespace, command: Sequence[str]) -> int:
    """Make the services ready, run ``command`` with them, and return its exit code."""
    own_data = bool(options.data or options.database)  # never on a server given for tests
    wishes = (options.mariadb or own_data, options.redis, options.chromium)
    wanted = [s for s, wish in zip((MARIADB, REDIS, CHROMIUM), wishes, strict=True) if wish]
    given = [s for s in wanted if os.environ.get(s.variable) and not (s is MARIADB and own_data)]
    lines = [from_environment(service) for service in given]
    programs = programs_of([service for service in wanted if service not in given])
    environment = dict(os.environ)
    if browser := programs.get(CHROMIUM.name):
        lines.append(chromium_line(browser[0], "installed"))
        environment[CHROMIUM.variable] = browser[0]
    plan = Plan(
        mariadb=programs.get(MARIADB.name, []),
        redis=programs.get(REDIS.name, []),
        data=str(options.data.resolve()) if options.data else None,
        database=options.database,
    )
    with kept(plan) as servers:
        for name, (port, version) in servers.items():
            stays = plan.data and name == MARIADB.name
            where = f"data in {options.data}" if stays else "temporary"
            lines.append(f"{version} on {LOOPBACK}:{port} (private, {where})")
            if name == REDIS.name:
                environment[REDIS.variable] = f"redis://{LOOPBACK}:{port}/0"
            else:
                url = environment[MARIADB.variable] = f"mysql://root@{LOOPBACK}:{port}/"
                if plan.database:
                    environment["DATABASE_URL"] = f"{url}{plan.database}"
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        sys.stdout.flush()
        return call(command, environment)


def main(arguments: list[str]) -> int:
    """Do what the command line says and return the exit code."""
    if arguments[:1] == ["keep"]:
        keep(Plan(**json.loads(arguments[1])))
        return 0
    parser = argparse.ArgumentParser(
        description="Run a command beside private services.",
        usage="services.py run [options] -- COMMAND ARG...",
    )
    parser.add_argument("action", choices=["run"], help=argparse.SUPPRESS)
    for service in (MARIADB, REDIS, CHROMIUM):
        text = f"export {service.variable}; if it is set, use what it names"
        parser.add_argument(f"--{service.name.lower()}", action="store_true", help=text)
    text = "keep MariaDB's data here, on a private server even if TEST_MYSQL_URL is set"
    parser.add_argument("--data", type=Path, metavar="DIR", help=text)
    text = "create this database, export it as DATABASE_URL; a private server as with --data"
    parser.add_argument("--database", metavar="NAME", help=text)
    split = arguments.index("--") if "--" in arguments else len(arguments)
    options, command = parser.parse_args(arguments[:split]), arguments[split + 1 :]
    if not command:
        parser.error("a command is needed after --")
    if options.database and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,62}", options.database):
        parser.error("the name of a database has letters, digits and _ only")
    with handling(leave):
        try:
            return run(options, command)
        except Unavailable as error:
            sys.stderr.write(f"{error}\n")
            return UNAVAILABLE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
