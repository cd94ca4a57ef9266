"""What an operator can mend is told in one line on stderr, with exit code 2 and nothing else."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pymysql
import pytest
from sqlalchemy.engine import make_url

from gateway.state.schema import HEAD
from tests.server.failing import PASSWORD, fails, write_project
from tests.support.servers import closed_port, strangler_serve


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_project(tmp_path_factory.mktemp("project"))


# Settings


@dataclass(frozen=True)
class Wrong:
    """A wrong setting, and the words that its one line must hold."""

    words: tuple[str, ...]
    toml: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


WRONG = {
    "unknown key": Wrong(
        ("strangler.toml", "'workrs'", "did you mean workers?", "allowed: ", "legacy.threads"),
        toml="workrs = 2",
    ),
    "unknown key in a section": Wrong(
        ("'legacy.thread'", "did you mean legacy.threads?", "allowed: "),
        toml="[legacy]\nthread = 2",
    ),
    "unknown section": Wrong(("'sectoin'", "allowed: "), toml="[sectoin]\na = 1"),
    "value out of range": Wrong(
        ("strangler.toml", "legacy.threads", "= 0 ", "allowed: ", "1", "1000"),
        toml="[legacy]\nthreads = 0",
    ),
    "value of the wrong type": Wrong(
        ("strangler.toml", "workers", "'many'", "allowed: ", "1", "256"), toml='workers = "many"'
    ),
    "value not in the list": Wrong(
        ("log.level", "'loud'", "allowed: debug, info, warning, error"),
        toml='[log]\nlevel = "loud"',
    ),
    "a table for a value": Wrong(("host", "allowed: "), toml="[host]\na = 1"),
    "a secret of the wrong type": Wrong(("state.url", "allowed: "), toml="[state]\nurl = 3"),
    "a bad value in the environment": Wrong(
        ("STRANGLER_WORKERS", "workers", "'0'", "allowed: ", "1", "256"),
        environment={"STRANGLER_WORKERS": "0"},
    ),
    "a bad port": Wrong(
        ("PORT", "port", "'http'", "allowed: ", "65535"), environment={"PORT": "http"}
    ),
    "no TOML": Wrong(("strangler.toml", "TOML", "line 2"), toml="workers = 2\nhost = \n"),
    "no database URL": Wrong(
        ("state.url", "not a database URL"), environment={"STRANGLER_STATE_URL": PASSWORD}
    ),
    "another database": Wrong(
        ("state.url", "postgresql", "allowed: sqlite, mysql, mariadb"),
        environment={"STRANGLER_STATE_URL": f"postgresql://me:{PASSWORD}@db/x"},
    ),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_setting_is_named_with_what_is_allowed(tmp_path: Path, wrong: Wrong) -> None:
    if wrong.toml:
        (tmp_path / "strangler.toml").write_text(wrong.toml, encoding="utf-8")
    line = fails(tmp_path, tmp_path / "var", "history", environment=wrong.environment)
    for word in wrong.words:
        assert word in line


@pytest.mark.parametrize("workers", ["1", "4"])
def test_serve_reads_the_settings_before_anything_else(tmp_path: Path, workers: str) -> None:
    (tmp_path / "strangler.toml").write_text("workrs = 2", encoding="utf-8")
    line = fails(tmp_path, tmp_path / "var", "serve", "nothing:app", "--workers", workers)
    assert "unknown key 'workrs'" in line


# Import strings


IMPORTS = {
    "nothing:app": ("there is no module 'nothing'", "looked in"),
    "needs:app": ("needs.py line 1", "No module named 'nowhere_at_all'"),
    "broken:app": ("broken.py line 3", "RuntimeError: no luck"),
    "unreadable:app": ("SyntaxError", "unreadable.py", "line 1"),
    "good:ap": ("no", "'ap'", "did you mean app?"),
    "good:create_app": ("write good:create_app()",),
    "good:number": ("no WSGI application",),
}


@pytest.mark.parametrize("text", IMPORTS)
def test_an_import_string_that_leads_nowhere_says_why(
    project: Path, tmp_path: Path, text: str
) -> None:
    line = fails(project, tmp_path, "serve", "--legacy", text, "--port", "0")
    for word in (f"'{text}'", *IMPORTS[text]):
        assert word in line


@pytest.mark.parametrize("text", ["nothing:app", "broken:app", "good:number"])
def test_with_several_workers_the_same_is_said_once(
    project: Path, tmp_path: Path, text: str
) -> None:
    line = fails(project, tmp_path, "serve", "--legacy", text, "--port", "0", "--workers", "4")
    for word in (f"'{text}'", *IMPORTS[text]):
        assert word in line


@pytest.mark.parametrize("workers", ["1", "4"])
def test_a_root_that_is_no_gateway_is_told_what_it_is(
    project: Path, tmp_path: Path, workers: str
) -> None:
    line = fails(project, tmp_path, "serve", "good:app", "--port", "0", "--workers", workers)
    for word in ("'good:app'", "Flask", "not a gateway.Gateway", "--legacy"):
        assert word in line


@pytest.mark.parametrize("command", ["serve", "routes"])
def test_a_command_that_needs_an_application_says_how_to_name_one(
    tmp_path: Path, command: str
) -> None:
    line = fails(tmp_path, tmp_path / "var", command)
    for word in ("--legacy module:app", "strangler.toml", "strangler init"):
        assert word in line


# Where it listens


@pytest.mark.parametrize("workers", ["1", "4"])
def test_a_port_in_use_is_named(project: Path, tmp_path: Path, workers: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        arguments = ("serve", "--legacy", "good:app", "--workers", workers, "--port", port)
        line = fails(project, tmp_path, *arguments)
    for word in (port, "Address already in use", "--port", "PORT"):
        assert word in line


@pytest.mark.parametrize(
    ("host", "workers"),
    [("0.0.0.0", "1"), ("::", "4"), ("gateway.invalid", "1")],  # noqa: S104 - refused
)
def test_sqlite_flags_are_not_served_beyond_loopback_by_accident(
    project: Path, tmp_path: Path, host: str, workers: str
) -> None:
    arguments = ("serve", "--legacy", "good:app", "--workers", workers, "--port", "0")
    line = fails(project, tmp_path, *arguments, "--host", host)
    for word in (f"'{host}'", "SQLite", "state.url", "--single-host"):
        assert word in line


# The state


@pytest.mark.parametrize(
    "arguments",
    [
        ("serve", "--legacy", "good:app", "--port", "0", "--workers", "1"),
        ("serve", "--legacy", "good:app", "--port", "0", "--workers", "4"),
        ("routes", "--legacy", "good:app"),
        ("stage", "GET /", "ported", "--reason", "test"),
        ("history",),
        ("db", "upgrade"),
    ],
    ids=" ".join,
)
def test_a_database_that_does_not_answer_is_shown_without_its_password(
    project: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    place = f"127.0.0.1:{closed_port()}/state"
    environment = {"STRANGLER_STATE_URL": f"mysql://me:{PASSWORD}@{place}"}
    line = fails(project, tmp_path, *arguments, environment=environment)
    for word in (f"mysql://me:***@{place}", "does not answer", "refused"):
        assert word in line


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "strangler.db").write_bytes(b"no database at all " * 100)
    line = fails(tmp_path, tmp_path, "history")
    assert f"{tmp_path}/strangler.db" in line
    assert "not a database" in line


@pytest.mark.services
@pytest.mark.parametrize(
    ("revision", "words"),
    [
        (None, ("no revision", "run strangler db upgrade")),
        ("gateway_0000", ("gateway_0000", "run strangler db upgrade")),
        (
            "gateway_9999",
            ("gateway_9999", "newer than this version's", "upgrade strangler-gateway"),
        ),
    ],
)
def test_tables_at_another_revision_say_what_is_to_be_upgraded(
    project: Path,
    tmp_path: Path,
    mysql_url: str,
    revision: str | None,
    words: tuple[str, ...],
) -> None:
    if revision is not None:
        set_revision(mysql_url, revision)
    environment = {"STRANGLER_STATE_URL": mysql_url}
    for arguments in (
        ("serve", "--legacy", "good:app", "--port", "0", "--workers", "1"),
        ("serve", "--legacy", "good:app", "--port", "0", "--workers", "4"),
        ("stage", "GET /", "ported", "--reason", "test"),
        ("history",),
    ):
        line = fails(project, tmp_path, *arguments, environment=environment)
        for word in (*words, HEAD):
            assert word in line


@pytest.mark.services
def test_a_refused_password_is_not_shown(project: Path, tmp_path: Path, mysql_url: str) -> None:
    user = f"user_{secrets.token_hex(4)}"
    url = make_url(mysql_url).set(username=user, password=PASSWORD)
    environment = {"STRANGLER_STATE_URL": url.render_as_string(hide_password=False)}
    line = fails(project, tmp_path, "history", environment=environment)
    assert f"{user}:***@" in line
    assert "Access denied" in line


def set_revision(url: str, revision: str) -> None:
    """Leave tables behind that another version has made, as far as anybody can see."""
    parts = make_url(url)
    with (
        pymysql.connect(
            host=parts.host,
            port=parts.port or 3306,
            user=parts.username,
            password=parts.password or "",
            database=parts.database,
            autocommit=True,
        ) as connection,
        connection.cursor() as cursor,
    ):
        table = "strangler_alembic_version"
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {table} (version_num VARCHAR(32) NOT NULL)")
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - our own name
        cursor.execute(f"INSERT INTO {table} VALUES (%s)", (revision,))  # noqa: S608 - the same


# Routes and stages


@pytest.fixture(scope="module")
def published(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder of a gateway that has served once."""
    home = tmp_path_factory.mktemp("published")
    with strangler_serve("live:app", home=home):
        return home / "var"


def test_a_stage_that_does_not_exist_is_answered_with_those_that_do(
    tmp_path: Path, published: Path
) -> None:
    line = fails(tmp_path, published, "stage", "POST /login", "portd", "--reason", "test")
    for word in ("'portd'", "did you mean ported?", "allowed: legacy", "ported"):
        assert word in line


def test_a_route_that_does_not_exist_is_answered_with_the_three_nearest(
    tmp_path: Path, published: Path
) -> None:
    for arguments in (
        ("stage", "GET /api/note/<int:note_id>", "ported", "--reason", "test"),
        ("history", "GET /api/note/<int:note_id>"),
    ):
        line = fails(tmp_path, published, *arguments)
        assert "'GET /api/note/<int:note_id>'" in line
        nearest = line.partition("nearest: ")[2].split(", ")
        assert nearest[0] == "GET /api/notes/<int:note_id>"
        assert len(nearest) == 3


def test_without_published_routes_the_way_to_publish_them_is_named(tmp_path: Path) -> None:
    line = fails(tmp_path, tmp_path / "var", "stage", "GET /", "ported", "--reason", "test")
    for word in ("'GET /'", "no gateway has published its routes yet", "strangler serve"):
        assert word in line


def test_a_route_without_a_port_cannot_be_ported(tmp_path: Path, published: Path) -> None:
    line = fails(tmp_path, published, "stage", "POST /login", "ported", "--reason", "test")
    for word in ("POST /login", "no ported handler"):
        assert word in line


# The command line


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("stage", "GET /", "ported"), ("Missing option", "--reason")),
        (("stage", "GET /api/notes/{}", "ported", "--reason", "  "), ("reason",)),
        (("stage",), ("Missing argument", "ROUTE")),
        (("stagee",), ("No such command", "'stagee'")),
        (("db", "upgrad"), ("No such command", "'upgrad'")),
        (("serve", "--prot", "1"), ("No such option", "--prot", "--port")),
        (("serve", "--port", "x"), ("--port", "'x'")),
        (("serve", "a:b", "c:d"), ("unexpected extra argument", "c:d")),
        (("history", "--limit", "0"), ("--limit", "1", "10000")),
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_is_one_line_too(
    tmp_path: Path, published: Path, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    line = fails(tmp_path, published, *arguments)
    for word in words:
        assert word in line


# What Python would tell in many lines


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.touch()
    assert str(home) in fails(tmp_path, home, "history")


def test_an_option_that_the_driver_does_not_know_is_named(tmp_path: Path) -> None:
    environment = {"STRANGLER_STATE_URL": f"mysql://me:{PASSWORD}@127.0.0.1:1/state?nonsense=1"}
    assert "nonsense" in fails(tmp_path, tmp_path, "history", environment=environment)


def test_a_password_among_the_options_is_not_shown_either(tmp_path: Path) -> None:
    environment = {"STRANGLER_STATE_URL": f"mysql://me@127.0.0.1:1/state?password={PASSWORD}"}
    assert "does not answer" in fails(tmp_path, tmp_path, "history", environment=environment)


@pytest.mark.parametrize("text", ["modern:app", "modern:raw"])
def test_an_asgi_application_is_no_legacy(project: Path, tmp_path: Path, text: str) -> None:
    line = fails(project, tmp_path, "routes", "--legacy", text)
    assert "ASGI" in line


def test_a_module_that_exits_when_it_is_imported_is_named(project: Path, tmp_path: Path) -> None:
    line = fails(project, tmp_path, "serve", "--legacy", "quits:app", "--port", "0")
    for word in ("'quits:app'", "quits.py line 2", "no CONFIG is set"):
        assert word in line


def test_a_command_group_without_a_command_is_one_line(tmp_path: Path) -> None:
    assert "strangler db" in fails(tmp_path, tmp_path, "db")
