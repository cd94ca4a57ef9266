"""``strangler init``: write what a project needs to put the gateway in front of its app."""

from __future__ import annotations

import ast
from pathlib import Path

import click

from gateway.errors import ConfigurationError
from gateway.settings import FILE_NAME

__all__ = ["command"]

_ROOT = "asgi.py"

_TOML = """\
# Strangler Gateway. Every key can also be set in the environment: legacy.app is
# STRANGLER_LEGACY_APP. An unknown key or a bad value stops the start with one line.

# The composition root: a gateway.Gateway, with the ported routes on it.
app = "asgi:app"

# host = "127.0.0.1"
# port = 8000            # or PORT
# workers = 1
# home = "var"           # embedded state lies here

[legacy]
# threads = 10           # requests legacy serves at the same time, per worker
# WSGI middleware of yours that leaves paths alone; others make routes opaque:
# transparent_middleware = ["whitenoise.base:WhiteNoise"]

[state]
# One database for the flags of all hosts; without it, a SQLite file in home.
# url = "mysql://user:password@db/strangler"
# poll_interval = 0.5    # seconds until a change of a stage is seen

[headers]
# served_by = true       # x-served-by: legacy | ported | gateway
# request_id = true      # x-request-id
"""

_ASGI = '''\
"""The composition root: the gateway, the Flask application, and what is ported."""

from gateway import Gateway

app = Gateway(legacy="{legacy}")

# A route moves when it is declared here as on any FastAPI application, and then
# switched over while traffic flows:
#
#     from myproject.videos import router
#     app.include_router(router)
#
#     $ strangler stage "GET /api/videos/<int:video_id>" ported --reason "first"
'''


@click.command("init")
@click.option(
    "--legacy", metavar="MODULE:APP", help="The Flask application; else it is looked for."
)
def command(legacy: str | None) -> None:
    """Write strangler.toml and asgi.py for the application in this folder."""
    for name in (FILE_NAME, _ROOT):
        if Path(name).exists():
            raise ConfigurationError(f"{name} is there already; nothing was written")
    found = legacy or _find(Path())
    if found is None:
        raise ConfigurationError(
            "no Flask application was found in this folder: name it with --legacy module:app"
        )
    Path(FILE_NAME).write_text(_TOML, encoding="utf-8")
    Path(_ROOT).write_text(_ASGI.format(legacy=found), encoding="utf-8")
    click.echo(f"wrote {FILE_NAME} and {_ROOT} for {found}; start with: strangler serve")


def _find(folder: Path) -> str | None:
    """Look for a Flask application by reading source, importing nothing.

    Returns:
        Its import string; an application made at import is preferred to a factory.
    """
    factories: list[str] = []
    for path in sorted([*folder.glob("*.py"), *folder.glob("*/__init__.py")]):
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except (OSError, SyntaxError, UnicodeDecodeError):
            continue
        module = path.parent.name if path.name == "__init__.py" else path.stem
        for node in tree.body:
            if name := _application(node):
                return f"{module}:{name}"
            if isinstance(node, ast.FunctionDef) and node.name in ("create_app", "make_app"):
                factories.append(f"{module}:{node.name}()")
    return factories[0] if factories else None


def _application(node: ast.stmt) -> str | None:
    """Return the name in ``name = Flask(...)`` or ``name = create_app(...)``."""
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
        return None
    called = node.value.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    target = node.targets[0]
    if name in ("Flask", "create_app", "make_app") and isinstance(target, ast.Name):
        return target.id
    return None
