"""deploy/services.py, with real servers: each test runs the script and looks at what is left."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy import services

pytestmark = pytest.mark.services

SCRIPT = Path(services.__file__)

# Speaks to both servers, prints what they say of themselves, and waits for the end of its input.
PROBE = """
import json, os, sys
from urllib.parse import urlsplit
import pymysql, redis

mysql = urlsplit(os.environ["TEST_MYSQL_URL"])
with pymysql.connect(host=mysql.hostname, port=mysql.port, user=mysql.username) as connection:
    with connection.cursor() as cursor:
        cursor.execute("SELECT VERSION(), @@character_set_server, @@bind_address")
        version, charset, address = cursor.fetchone()
with redis.Redis.from_url(os.environ["TEST_REDIS_URL"], decode_responses=True) as client:
    client.set("key", "value")
    answer = {
        "mysql": version, "charset": charset, "addresses": [address, client.config_get()["bind"]],
        "redis": client.info()["redis_version"], "value": client.get("key"),
    }
print(json.dumps(answer), flush=True)
sys.stdin.read()
sys.exit(7)
"""


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """The folder in which the script makes its temporary ones."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder that is empty, and the only one in which the script looks for programs."""
    folder = tmp_path / "programs"
    folder.mkdir()
    return folder


@pytest.fixture
def environment(temporary: Path) -> dict[str, str]:
    """An environment without services, even if the tests themselves run under the script."""
    names = ("TEST_MYSQL_URL", "TEST_REDIS_URL", "TEST_CHROMIUM", "DATABASE_URL")
    return {k: v for k, v in os.environ.items() if k not in names} | {"TMPDIR": str(temporary)}


@pytest.fixture
def installed() -> Iterator[None]:
    """Skip where there are only URLs: no test may install packages."""
    missing = [s.package for s in (services.MARIADB, services.REDIS) if not find(s)]
    if missing:
        pytest.skip(f"needs the programs of {missing}")
    # A signal handled here has its default action in a child, even if it was ignored for us.
    before = {n: signal.signal(n, signal.default_int_handler) for n in services.SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def find(service: services.Service) -> list[str] | None:
    return services.find_programs(service)


def command(*arguments: str) -> list[str]:
    return [sys.executable, str(SCRIPT), "run", *arguments]


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )


@contextlib.contextmanager
def running(environment: dict[str, str], *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The script in mid-run; whatever the test does, it ends with the block."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command(*arguments), env=environment, stdin=pipe, stdout=pipe, text=True
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def processes(folder: Path) -> list[str]:
    """The names of all processes that have to do with ``folder``, be it by their TMPDIR alone."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            known = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            if os.fsencode(folder) in known + os.fsencode((process / "cwd").readlink()):
                found.append((process / "comm").read_text(encoding="utf-8").strip())
    return found


def eventually(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def nothing_left(folder: Path) -> bool:
    return not processes(folder) and not list(folder.iterdir())


def program(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


def test_command_speaks_to_both_and_its_exit_code_is_passed_on(
    environment: dict[str, str], temporary: Path, installed: None
) -> None:
    done = run(environment, "--mariadb", "--redis", "--", sys.executable, "-c", PROBE)

    assert (done.returncode, done.stderr) == (7, "")
    mariadb, redis, answer = done.stdout.splitlines()
    said = json.loads(answer)
    number = said["mysql"].partition("-")[0]
    assert mariadb.startswith(f"MariaDB {number} on 127.0.0.1:")
    assert mariadb.endswith(" (private, temporary)")
    assert redis.startswith(("Redis ", "Valkey "))
    assert (said["charset"], said["value"]) == ("utf8mb4", "value")
    assert said["addresses"] == ["127.0.0.1", "127.0.0.1"]
    assert nothing_left(temporary), "the script ends after its servers"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGINT, 130),
        (signal.SIGTERM, 143),
        (signal.SIGHUP, 129),
        (signal.SIGKILL, -signal.SIGKILL),
    ],
)
def test_signal_in_mid_run_leaves_nothing(
    environment: dict[str, str], temporary: Path, installed: None, number: int, code: int
) -> None:
    arguments = ("--mariadb", "--redis", "--", sys.executable, "-c", PROBE)
    with running(environment, *arguments) as process:
        assert process.stdout
        while not process.stdout.readline().startswith("{"):
            assert process.poll() is None
        assert len(processes(temporary)) == 5, "script, keeper, two servers and command"
        process.send_signal(number)
        assert process.wait(30) == code
        assert process.stdin
        process.stdin.close()  # ends the command if nobody else did
        assert eventually(lambda: nothing_left(temporary)), processes(temporary)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_signal_while_mariadb_is_prepared_leaves_nothing(
    environment: dict[str, str], temporary: Path, installed: None, number: int, code: int
) -> None:
    with running(environment, "--mariadb", "--", "true") as process:
        assert eventually(lambda: bool(list(temporary.glob("*/data.partial"))))
        process.send_signal(number)
        assert process.wait(30) == code
        assert eventually(lambda: nothing_left(temporary)), processes(temporary)


def test_urls_from_the_environment_are_used_and_their_servers_stay(
    environment: dict[str, str], temporary: Path, installed: None
) -> None:
    inner = command("--mariadb", "--redis", "--", "true")
    both = f'"$@" && exec {sys.executable} -c "$PROBE"'
    outer = ("--mariadb", "--redis", "--", "sh", "-c", both, "sh", *inner)
    done = run(environment | {"PROBE": PROBE}, *outer)

    assert (done.returncode, done.stderr) == (7, "")
    private, given = done.stdout.splitlines()[:2], done.stdout.splitlines()[2:4]
    assert given == [
        line.replace("(private, temporary)", "(from the environment)") for line in private
    ]
    assert json.loads(done.stdout.splitlines()[4])["value"] == "value"
    assert nothing_left(temporary)


def test_data_stays_between_runs(
    environment: dict[str, str], temporary: Path, tmp_path: Path, installed: None
) -> None:
    code = """if True:
        import os, sys, pymysql
        from urllib.parse import urlsplit
        url = urlsplit(os.environ["DATABASE_URL"])
        database = url.path.removeprefix("/")
        with pymysql.connect(host=url.hostname, port=url.port, user="root", db=database) as it:
            with it.cursor() as cursor:
                cursor.execute(sys.argv[1])
                print(database, cursor.fetchall())
    """
    environment["TEST_MYSQL_URL"] = "mysql://root@127.0.0.1:1/"  # not for data that stays
    data = tmp_path / "var" / "mariadb"
    options = (f"--data={data}", "--database=encore", "--", sys.executable, "-c", code)

    first = run(environment, *options, "CREATE TABLE kept AS SELECT 42 AS answer")
    second = run(environment, *options, "SELECT answer FROM kept")

    assert first.returncode == 0, first.stderr
    assert f"(private, data in {data})" in first.stdout
    assert second.stdout.splitlines()[1] == "encore ((42,),)"
    assert [path.name for path in data.parent.iterdir()] == ["mariadb"]
    assert not processes(data)
    assert nothing_left(temporary)


def test_folder_of_something_else_is_left_alone(
    environment: dict[str, str], tmp_path: Path, installed: None
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "diary").touch()

    done = run(environment, f"--data={data}", "--", "echo", "ran")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{data} is not empty and holds no data of MariaDB\n"
    assert [path.name for path in data.iterdir()] == ["diary"]


@pytest.mark.parametrize(
    ("option", "url", "shown"),
    [
        ("--mariadb", "mysql://me:s3cret@{}/db?password=s3cret", "mysql://me@{}/db"),
        ("--redis", "redis://:s3cret@{}/0", "redis://{}/0"),
        ("--redis", "redis://:s3/s3cret@{}/0", "is not a URL like"),
        ("--redis", "redis://me:1/s3cret@{}/0", "is not a URL like"),
    ],
)
def test_unreachable_url_is_shown_without_its_password(
    environment: dict[str, str], option: str, url: str, shown: str
) -> None:
    variable = "TEST_MYSQL_URL" if option == "--mariadb" else "TEST_REDIS_URL"
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{closed.getsockname()[1]}"
        done = run(environment | {variable: url.format(place)}, option, "--", "echo", "ran")

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert variable in done.stderr
    assert shown.format(place) in done.stderr
    assert "s3" not in done.stderr


@pytest.mark.parametrize("option", ["--mariadb", "--redis"])
def test_what_answers_must_be_that_service(environment: dict[str, str], option: str) -> None:
    variable = "TEST_MYSQL_URL" if option == "--mariadb" else "TEST_REDIS_URL"
    with socket.create_server(("127.0.0.1", 0)) as server:
        environment[variable] = f"any://127.0.0.1:{server.getsockname()[1]}/"
        with subprocess.Popen(
            command(option, "--", "true"), env=environment, stderr=subprocess.PIPE, text=True
        ) as process:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            _, stderr = process.communicate()

    assert process.returncode == 2
    assert len(stderr.splitlines()) == 1
    assert "no answer from any://" in stderr


def test_missing_services_are_named_in_one_line(
    environment: dict[str, str], programs: Path, temporary: Path
) -> None:
    environment["SERVICES_SEARCH_PATH"] = str(programs)
    options = ("--mariadb", "--redis", "--chromium")
    done = run(environment, *options, "--", "echo", "ran")

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    for word in ("mariadb-server", "redis-server", "chromium", "TEST_MYSQL_URL"):
        assert word in done.stderr
    assert nothing_left(temporary)


def test_missing_program_is_installed_with_apt(
    environment: dict[str, str], programs: Path, temporary: Path, installed: None
) -> None:
    # apt-get is not ours: this one takes the package from the machine.
    real = (find(services.REDIS) or [""])[0]
    log = programs / "calls"
    record = f'echo "$DEBIAN_FRONTEND $SYSTEMD_OFFLINE $*" >> {log}'
    link = f'case "$*" in *install*) ln -s {real} {programs}/{Path(real).name};; esac'
    program(programs / "apt-get", f"{record}; {link}")
    program(programs / "sudo", 'shift; exec "$@"')
    environment["SERVICES_SEARCH_PATH"] = str(programs)

    done = run(environment, "--redis", "--", "true")

    assert (done.returncode, done.stderr) == (0, "installing with apt-get: redis-server\n")
    update, install = log.read_text(encoding="utf-8").splitlines()
    assert update == "noninteractive 1 -q -o DPkg::Lock::Timeout=120 update"
    assert install.endswith(" install -y --no-install-recommends redis-server")
    assert nothing_left(temporary)


def test_failed_installation_shows_the_log(environment: dict[str, str], programs: Path) -> None:
    program(programs / "apt-get", 'echo "no such $*"; exit 100')
    program(programs / "sudo", 'shift; exec "$@"')
    environment["SERVICES_SEARCH_PATH"] = str(programs)

    done = run(environment, "--redis", "--", "true")

    assert done.returncode == 2
    assert "apt-get cannot install redis-server" in done.stderr
    assert "no such -q" in done.stderr


def test_server_that_dies_shows_its_log(
    environment: dict[str, str], programs: Path, temporary: Path
) -> None:
    program(programs / "redis-server", "echo out of luck; exit 1")
    environment["SERVICES_SEARCH_PATH"] = str(programs)

    done = run(environment, "--redis", "--", "echo", "ran")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{programs}/redis-server has ended:\nout of luck\n"
    assert nothing_left(temporary)


def test_port_lost_to_another_process_is_tried_anew(
    environment: dict[str, str], programs: Path, installed: None
) -> None:
    real = (find(services.REDIS) or [""])[0]
    first = f'mkdir {programs}/once 2>/dev/null && echo "bind: Address already in use" && exit 1'
    program(programs / "redis-server", f'{first}\nexec {real} "$@"')
    environment["SERVICES_SEARCH_PATH"] = str(programs)

    done = run(environment, "--redis", "--", "true")

    assert (done.returncode, done.stderr) == (0, "")
    assert (programs / "once").is_dir()


@pytest.mark.browser
def test_chromium_is_found_and_reported(environment: dict[str, str]) -> None:
    browser = next((p for name in ("chromium", "google-chrome") if (p := shutil.which(name))), None)
    if browser is None:
        pytest.skip("needs Chromium")
    show = ("--chromium", "--", "sh", "-c", 'echo "$TEST_CHROMIUM"')
    found, given = run(environment, *show), run(environment | {"TEST_CHROMIUM": browser}, *show)

    assert found.stdout.splitlines()[1] == browser
    assert f" at {browser} (installed)" in found.stdout
    assert f" at {browser} (from the environment)" in given.stdout


def test_program_that_is_not_there_is_exit_code_127(environment: dict[str, str]) -> None:
    done = run(environment, "--", "/nowhere/program")
    assert (done.returncode, done.stderr) == (
        127,
        "/nowhere/program: No such file or directory\n",
    )


@pytest.mark.parametrize("arguments", [(), ("--mariadb",), ("--database", "a-b", "--", "true")])
def test_wrong_usage_is_exit_code_2(
    environment: dict[str, str], arguments: tuple[str, ...]
) -> None:
    assert run(environment, *arguments).returncode == 2
