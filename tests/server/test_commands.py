"""Each command, as an operator runs it: a process of its own, in a project's folder."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.state.schema import HEAD
from tests.support.servers import (
    APPS,
    Server,
    ask,
    clean_environment,
    eventually,
    program,
    run_strangler,
    strangler_serve,
)

ROUTE = "GET /api/notes/<int:note_id>"
KEYS = ["id", "method", "template", "endpoint", "ported", "stage", "weight"]
COMMANDS = ["serve", "init", "routes", "stage", "history", "check", "db"]


def run(folder: Path, *arguments: str, **environment: str) -> str:
    """Run a command that must succeed without a word on stderr; return what it prints."""
    done = run_strangler(*arguments, folder=folder, environment=clean_environment(environment))
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """What names the composition with a Flask application and one ported route."""
    return {"STRANGLER_HOME": str(tmp_path / "var"), "STRANGLER_APP": "live:app"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with strangler_serve("live:app", home=tmp_path_factory.mktemp("serving")) as started:
        yield started


# init


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("shop.py", "shop = Flask(__name__)\n", "shop:shop"),
        ("shop/__init__.py", "app = flask.Flask('shop')\n", "shop:app"),
        (
            "wsgi.py",
            "def create_app():\n    return Flask(__name__)\n",
            "wsgi:create_app()",
        ),
        (
            "main.py",
            "def make_app(): return Flask(__name__)\napplication = make_app()\n",
            "main:application",
        ),
    ],
)
def test_init_writes_files_that_serve_the_application_it_finds(
    tmp_path: Path, name: str, text: str, found: str
) -> None:
    path = tmp_path / "project" / name
    path.parent.mkdir(parents=True)
    path.write_text(f"import flask\nfrom flask import Flask\n\n{text}", encoding="utf-8")
    folder = tmp_path / "project"
    (folder / "another.py").write_text("this is no Python\n", encoding="utf-8")

    printed = run(folder, "init")

    assert found in printed
    assert "strangler serve" in printed
    assert {p.name for p in folder.glob("*.toml")} | {p.name for p in folder.glob("asgi.*")} == {
        "strangler.toml",
        "asgi.py",
    }
    with strangler_serve(home=tmp_path, folder=folder) as started:
        answer = ask(started.port, "GET", "/static/nothing.css")
        assert (answer.status, answer.get("x-served-by")) == (404, "legacy")
        assert f"carries asgi:app on {started.url}" in started.process.output


def test_init_takes_the_application_it_is_given(tmp_path: Path) -> None:
    text = "from flask import Flask\none = Flask('one')\ntwo = Flask('two')\n"
    (tmp_path / "shop.py").write_text(text, encoding="utf-8")
    run(tmp_path, "init", "--legacy", "shop:two")
    rows = json.loads(run(tmp_path, "routes", "--json"))
    assert [row["id"] for row in rows] == ["GET /static/<path:filename>"]
    assert 'Gateway(legacy="shop:two")' in (tmp_path / "asgi.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["strangler.toml", "asgi.py"])
def test_init_overwrites_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "shop.py").write_text("app = Flask(__name__)\n", encoding="utf-8")
    (tmp_path / name).write_text("# mine\n", encoding="utf-8")
    done = run_strangler("init", folder=tmp_path, environment=clean_environment())
    assert done.returncode == 2
    assert done.stderr == f"strangler: {name} is there already; nothing was written\n"
    assert {path.name for path in tmp_path.iterdir()} == {"shop.py", name}
    assert (tmp_path / name).read_text(encoding="utf-8") == "# mine\n"


def test_init_in_an_empty_folder_says_how_to_name_the_application(tmp_path: Path) -> None:
    done = run_strangler("init", folder=tmp_path, environment=clean_environment())
    assert done.returncode == 2
    assert "--legacy module:app" in done.stderr
    assert list(tmp_path.iterdir()) == []


# routes, stage, history


def test_routes_lists_every_route_with_exactly_these_keys(environment: dict[str, str]) -> None:
    rows = json.loads(run(APPS, "routes", "--json", **environment))
    assert [list(row) for row in rows] == [KEYS] * len(rows)
    assert {row["id"]: row for row in rows}[ROUTE] == {
        "id": ROUTE,
        "method": "GET",
        "template": "/api/notes/<int:note_id>",
        "endpoint": "note",
        "ported": True,
        "stage": "legacy",
        "weight": 0,
    }
    assert [row["id"] for row in rows] == [
        "GET /static/<path:filename>",
        "POST /login",
        ROUTE,
    ]


def test_routes_prints_a_line_for_each_route_and_a_sum(environment: dict[str, str]) -> None:
    lines = run(APPS, "routes", **environment).splitlines()
    assert [line.split()[:2] for line in lines[:3]] == [
        ["GET", "/static/<path:filename>"],
        ["POST", "/login"],
        ["GET", "/api/notes/<int:note_id>"],
    ]
    assert lines[3] == "3 routes, 1 with a ported handler, 0 served by it"


def test_a_stage_is_seen_by_the_server_by_routes_and_in_the_history(
    server: Server, tmp_path: Path
) -> None:
    given = {"STRANGLER_HOME": server.environment["STRANGLER_HOME"]}
    spellings = [ROUTE, "GET /api/notes/{note_id}", "GET /api/notes/{}", "GET  /api/notes/<x>"]
    stages = ["ported", "legacy", "ported", "legacy"]
    for number, (spelled, name) in enumerate(zip(spellings, stages, strict=True), start=1):
        before = "legacy" if name == "ported" else "ported"
        # The folder is empty: the application cannot be imported from here.
        printed = run(tmp_path, "stage", spelled, name, "--reason", f"change {number}", **given)
        assert printed == f"{ROUTE}: {before} -> {name} (revision {number})\n"

        def served(wanted: str = name) -> bool:
            return ask(server.port, "GET", "/api/notes/1").get("x-served-by") == wanted

        eventually(served, f"{name} serves")
        if number == 1:
            rows = json.loads(run(APPS, "routes", "--json", **given, STRANGLER_APP="live:app"))
            shown = {row["id"]: (row["stage"], row["weight"]) for row in rows}
            assert shown[ROUTE] == ("ported", 100)

    changes = json.loads(run(tmp_path, "history", "--json", **given))
    keys = ["revision", "at", "actor", "route_id", "before", "after", "reason"]
    assert [list(change) for change in changes] == [keys] * 4
    assert [change["revision"] for change in changes] == [4, 3, 2, 1]
    assert {change["route_id"] for change in changes} == {ROUTE}
    assert [change["reason"] for change in changes] == [f"change {n}" for n in (4, 3, 2, 1)]
    lines = run(tmp_path, "history", "--limit", "2", **given).splitlines()
    assert [line.split()[0] for line in lines] == ["4", "3"]
    assert f"{ROUTE}  ported -> legacy" in lines[0]
    assert json.loads(run(tmp_path, "history", "POST /login", "--json", **given)) == []
    assert len(json.loads(run(tmp_path, "history", ROUTE, "--json", **given))) == 4


def test_a_stage_it_has_already_is_noted_with_its_reason(server: Server, tmp_path: Path) -> None:
    given = {"STRANGLER_HOME": server.environment["STRANGLER_HOME"]}
    printed = run(tmp_path, "stage", "POST /login", "legacy", "--reason", "as it is", **given)
    assert printed.splitlines()[1] == "it had this stage already; the reason is in the history"
    (change,) = json.loads(run(tmp_path, "history", "POST /login", "--json", **given))
    assert change["reason"] == "as it is"


def test_history_of_nothing_says_so(tmp_path: Path) -> None:
    given = {"STRANGLER_HOME": str(tmp_path / "var")}
    assert run(tmp_path, "history", **given) == "nothing has been changed yet\n"
    assert json.loads(run(tmp_path, "history", "--json", **given)) == []


@pytest.mark.parametrize(
    "arguments",
    [("stage", "POST /login", "legacy", "--reason", "imports"), ("history", "--json")],
    ids=lambda arguments: str(arguments[0]),
)
def test_stage_and_history_import_neither_framework_nor_application(
    server: Server, arguments: tuple[str, ...]
) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", program("strangler"), *arguments],
        cwd=APPS,
        env=clean_environment({"STRANGLER_HOME": server.environment["STRANGLER_HOME"]}),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    modules = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    packages = {module.partition(".")[0] for module in modules}
    assert "sqlalchemy" in packages, "the list of imports was read"
    forbidden = {"fastapi", "starlette", "flask", "uvicorn", "a2wsgi", "pydantic", "alembic"}
    assert packages.isdisjoint(forbidden | {"live", "werkzeug"})


# check, db, help


def test_check_names_what_cannot_move_and_what_waits(tmp_path: Path) -> None:
    given = {"STRANGLER_HOME": str(tmp_path), "STRANGLER_APP": "findings:app"}
    lines = run(APPS, "check", **given).splitlines()
    assert len(lines) == 4
    assert lines[-1] == "3 findings"
    assert lines[0].startswith("GET /shelves/<shelf:name>: can only be served by legacy: ")
    assert lines[1].startswith("GET /pages/about: has no legacy twin but overlaps ")
    assert "GET /pages/<path:rest>" in lines[1]
    assert lines[2].startswith("GET /pages/about: is declared twice")
    assert "findings.about_again is never reached" in lines[2]


def test_check_has_nothing_to_say_where_everything_can_move(environment: dict[str, str]) -> None:
    assert run(APPS, "check", **environment) == "nothing to report\n"


def test_db_upgrade_twice_changes_nothing_the_second_time(tmp_path: Path) -> None:
    given = {"STRANGLER_HOME": str(tmp_path)}
    url = f"sqlite:///{tmp_path}/strangler.db"
    assert run(tmp_path, "db", "upgrade", **given) == f"{url}: empty -> {HEAD}\n"
    assert run(tmp_path, "db", "upgrade", **given) == f"{url} is at {HEAD} already\n"


@pytest.mark.services
def test_db_upgrade_makes_the_tables_in_mariadb_beside_those_of_the_application(
    tmp_path: Path, mysql_url: str
) -> None:
    given = {"STRANGLER_HOME": str(tmp_path), "STRANGLER_STATE_URL": mysql_url}
    assert f": empty -> {HEAD}" in run(tmp_path, "db", "upgrade", **given)
    assert f" is at {HEAD} already" in run(tmp_path, "db", "upgrade", **given)
    assert run(tmp_path, "history", **given) == "nothing has been changed yet\n"
    assert list(tmp_path.iterdir()) == []


def test_help_lists_every_command_and_each_has_its_own(tmp_path: Path) -> None:
    listed = run(tmp_path, "--help").partition("Commands:\n")[2]
    assert [line.split()[0] for line in listed.splitlines()] == COMMANDS
    for command in COMMANDS:
        printed = run(tmp_path, command, "--help")
        assert printed.startswith(f"Usage: strangler {command} ")
    assert run(tmp_path, "db", "upgrade", "-h").startswith("Usage: strangler db upgrade ")


# The environment


def test_unknown_variables_only_warn(tmp_path: Path) -> None:
    unknown = {"STRANGLER_PORT": "tcp://10.0.0.1:8000", "STRANGLER_SERVICE_HOST": "10.0.0.1"}
    done = run_strangler(
        "history",
        folder=tmp_path,
        environment=clean_environment({"STRANGLER_HOME": str(tmp_path), **unknown}),
    )
    assert (done.returncode, done.stdout) == (0, "nothing has been changed yet\n")
    assert sorted(done.stderr.splitlines()) == [
        f"strangler: {name} is not a setting of the gateway and is ignored" for name in unknown
    ]


def test_a_gateway_serves_among_a_clusters_variables(tmp_path: Path) -> None:
    unknown = {"STRANGLER_PORT": "tcp://10.0.0.1:8000"}
    with strangler_serve("live:app", home=tmp_path, environment=unknown) as started:
        assert ask(started.port, "GET", "/api/notes/1").status == 401
        assert "STRANGLER_PORT is not a setting" in started.process.output
