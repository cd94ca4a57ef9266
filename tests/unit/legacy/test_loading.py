from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gateway.errors import ImportStringError
from gateway.legacy.loading import import_application, shadowed_package


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an application in it, as the current directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    for name in [name for name in sys.modules if name.startswith("own_")]:
        del sys.modules[name]
    (tmp_path / "own_app.py").write_text(
        "def app(environ, start_response): return []\n"
        "def create_app(mode='plain', *, debug=False): return (mode, debug)\n"
        "def broken(): raise RuntimeError('no\\nconfiguration')\n"
        "class Holder: inner = app\n"
        "number = 7\n"
    )
    return tmp_path


def test_an_object_is_found(project: Path) -> None:
    assert callable(import_application("own_app:app"))
    assert import_application("own_app:Holder.inner") is import_application("own_app:app")


def test_a_factory_is_called_with_literal_arguments(project: Path) -> None:
    assert import_application("own_app:create_app()") == ("plain", False)
    assert import_application("own_app:create_app('x', debug=True)") == ("x", True)


def test_the_current_directory_comes_last_on_the_path(project: Path) -> None:
    (project / "click.py").write_text("raise SystemExit('shadowed')")
    import_application("own_app:app")
    assert sys.path[-1] == str(project)
    assert sys.path.count(str(project)) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("own_app", "is not an import string; allowed: module:app or module:create_app()"),
        (":app", "is not an import string"),
        ("own_app:", "is not an import string"),
        ("own_app:create_app(", "is not an import string"),
        ("own_app:create_app(os.environ)", "literal arguments"),
        ("own_app:1+1", "is not an import string"),
        ("no_such_module:app", "there is no module 'no_such_module'"),
        ("own_app.deeper:app", "there is no module 'own_app.deeper'"),
        ("own_app:ap", "the module has no 'ap' (did you mean app?)"),
        ("own_app:broken()", "RuntimeError: no configuration"),
        ("own_app:number()", "the name before the brackets is no function"),
    ],
)
def test_what_does_not_import_is_one_line_with_the_reason(
    project: Path, text: str, said: str
) -> None:
    with pytest.raises(ImportStringError) as error:
        import_application(text)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_factory_without_brackets_is_told_so(project: Path) -> None:
    with pytest.raises(ImportStringError, match=r"write own_app:broken\(\)"):
        import_application("own_app:broken")


def test_an_error_inside_the_module_names_its_line(project: Path) -> None:
    (project / "own_bad.py").write_text("import own_app\n\nown_app.missing\n")
    with pytest.raises(
        ImportStringError, match=r"importing 'own_bad' failed in .*own_bad.py line 3"
    ):
        import_application("own_bad:app")


def test_a_module_missing_inside_the_module_is_not_taken_for_the_module(project: Path) -> None:
    (project / "own_needs.py").write_text("import own_gone\n")
    with pytest.raises(ImportStringError, match=r"importing 'own_needs' failed .*own_gone"):
        import_application("own_needs:app")


def test_a_project_with_a_gateway_of_its_own_is_told(project: Path) -> None:
    assert shadowed_package() is None
    (project / "gateway").mkdir()
    assert shadowed_package() is None, "a folder that is no package shadows nothing"
    (project / "gateway" / "__init__.py").touch()
    warning = shadowed_package()
    assert warning is not None
    assert "\n" not in warning
    assert "rename yours" in warning


def test_our_own_checkout_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[3])
    assert shadowed_package() is None
