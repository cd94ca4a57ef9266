"""Commands that must fail properly, and a project whose modules give them reason to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from tests.support.servers import clean_environment, run_strangler

__all__ = ["PASSWORD", "fails", "write_project"]

PASSWORD = "s3cret"

MODULES = {
    "good.py": """
        from flask import Flask
        app = Flask(__name__)
        number = 3
        def create_app(): return app
        """,
    "modern.py": """
        from fastapi import FastAPI
        app = FastAPI()
        async def raw(scope, receive, send): ...
        """,
    "needs.py": "import nowhere_at_all",
    "broken.py": "x = 1\n\nraise RuntimeError('no\\nluck')",
    "unreadable.py": "def f(:",
    "quits.py": "import sys\nsys.exit('no CONFIG is set')",
}
"""Two that import, and four that do not, each in its own way."""


def write_project(folder: Path) -> Path:
    """Write the modules into a folder, and return it."""
    for name, text in MODULES.items():
        (folder / name).write_text(dedent(text), encoding="utf-8")
    return folder


def fails(
    folder: Path, home: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> str:
    """Run a command that must fail properly; return its one line.

    Args:
        folder: its current directory.
        home: the folder of the embedded state.
        arguments: after ``strangler``.
        environment: variables it has besides.
    """
    given = clean_environment({"STRANGLER_HOME": str(home), **(environment or {})})
    done = run_strangler(*arguments, folder=folder, environment=given)
    assert (done.returncode, done.stdout) == (2, ""), done
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("strangler: ")
    assert PASSWORD not in lines[0]
    return lines[0]
