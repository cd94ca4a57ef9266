"""The gateway stands alone: its wheel ships without the rest of this repository."""

from __future__ import annotations

import importlib
import json
import pkgutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import gateway

ROOT = Path(__file__).parents[2]
REFERENCE = {"legacy_flask", "fastapi_app", "shared", "deploy", "migrations"}


def modules() -> list[str]:
    found = [
        module.name
        for module in pkgutil.walk_packages(gateway.__path__, "gateway.")
        # Alembic runs these by path, never imported by anybody.
        if ".migrations" not in module.name
    ]
    assert len(found) > 40
    return found


def in_a_fresh_process(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return done.stdout


def test_importing_all_of_the_gateway_loads_nothing_of_the_reference_system() -> None:
    code = f"""
import importlib, json, sys
for name in {modules()!r}:
    importlib.import_module(name)
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""
    loaded = set(json.loads(in_a_fresh_process(code)))
    assert "fastapi" in loaded
    assert not loaded & REFERENCE
    assert "flask" not in loaded, "the gateway reads Flask applications without Flask"


def test_from_gateway_import_gateway() -> None:
    code = "from gateway import Gateway; from fastapi import FastAPI; print(Gateway.__mro__[1])"
    assert "fastapi.applications.FastAPI" in in_a_fresh_process(code)


@pytest.mark.parametrize("name", modules())
def test_all_is_exact(name: str) -> None:
    if name.endswith((".main", "__main__")) or name.count(".") < 1:
        return
    module = importlib.import_module(name)
    if module.__file__ is not None and module.__file__.endswith("__init__.py"):
        return
    public = {
        attribute
        for attribute, value in vars(module).items()
        if not attribute.startswith("_")
        and getattr(value, "__module__", name) == name
        and (callable(value) or isinstance(value, type))
    }
    exported = set(getattr(module, "__all__", ()))
    assert exported, f"{name} says nothing about what it offers"
    assert public <= exported, f"{name} offers more than it says"
    assert all(hasattr(module, attribute) for attribute in exported)


def test_the_wheel_holds_the_gateway_alone_with_its_migrations(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("strangler_gateway-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        points = next(name for name in names if name.endswith("entry_points.txt"))
        assert "strangler = gateway.cli.main:main" in archive.read(points).decode()
    shipped = {name for name in names if ".dist-info/" not in name}
    assert {name.partition("/")[0] for name in shipped} == {"gateway"}
    assert "gateway/py.typed" in shipped
    assert "gateway/state/migrations/versions/gateway_0001_flags.py" in shipped


def test_no_package_index_is_named_anywhere_and_every_pin_has_a_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "http://" not in lock
    assert "https://" not in lock
    pins = [line for line in lock.splitlines() if line and line[0] not in " #"]
    assert len(pins) > 50
    assert all("==" in pin for pin in pins)
    assert lock.count("--hash=sha256:") >= len(pins)


@pytest.mark.parametrize(
    "package",
    [
        "fastapi",
        "flask",
        "a2wsgi",
        "uvicorn",
        "sqlalchemy",
        "aiomysql",
        "pymysql",
        "httpx",
        "python-jose",
        "pytest",
    ],
)
def test_the_packages_this_project_was_named_for_are_pinned(package: str) -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert f"\n{package}==" in f"\n{lock}" or f"\n{package}[" in f"\n{lock}"
