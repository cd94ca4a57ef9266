"""Import an application by the string that names it.

``module:app`` is an object, ``module:create_app()`` is called; literal arguments are
allowed, as gunicorn allows them: ``module:create_app("production")``.
"""

from __future__ import annotations

import ast
import difflib
import importlib
import inspect
import sys
import traceback
from pathlib import Path

from gateway.errors import GatewayError, ImportStringError

__all__ = ["import_application", "shadowed_package"]


def import_application(text: str) -> object:
    """Import what a string names.

    The current directory is put at the *end* of the import path, so that no file in it
    takes the place of an installed package.

    Raises:
        ImportStringError: which module did not import, and why, in one line.
    """
    module_name, colon, expression = text.partition(":")
    if not colon or not module_name.strip() or not expression.strip():
        raise ImportStringError(
            f"{text!r} is not an import string; allowed: module:app or module:create_app()"
        )
    name, arguments = _read(text, expression.strip())
    here = str(Path.cwd())
    if here not in sys.path and "" not in sys.path:
        sys.path.append(here)
    found = _attribute(_import(module_name.strip(), text), name, text)
    if arguments is None:
        if _is_factory(found):
            raise ImportStringError(
                f"{text!r} names a function that makes the application: "
                f"write {module_name}:{name}()"
            )
        return found
    return _call(found, arguments, text)


def shadowed_package() -> str | None:
    """Say so when the project in the current directory has a ``gateway`` of its own.

    Returns:
        One line with the way out; ``None`` where there is no such package.
    """
    ours = Path(__file__).resolve().parents[1]
    theirs = Path.cwd() / "gateway"
    candidates = (theirs / "__init__.py", theirs.with_suffix(".py"))
    if theirs.resolve() == ours or not any(path.is_file() for path in candidates):
        return None
    return (
        "this project has a package 'gateway' of its own; in this process 'import gateway' "
        "finds Strangler Gateway's: rename yours, or run the application in its own process"
    )


def _read(text: str, expression: str) -> tuple[str, tuple[list[object], dict[str, object]] | None]:
    try:
        node = ast.parse(expression, mode="eval").body
        if isinstance(node, ast.Name | ast.Attribute):
            return expression, None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            positional = [ast.literal_eval(argument) for argument in node.args]
            named = {str(word.arg): ast.literal_eval(word.value) for word in node.keywords}
            return ast.unparse(node.func), (positional, named)
    except (SyntaxError, ValueError):
        pass
    raise ImportStringError(
        f"{text!r} is not an import string; allowed after the colon: a name, or a call "
        "with literal arguments"
    )


def _import(name: str, text: str) -> object:
    try:
        return importlib.import_module(name)
    except GatewayError:  # a composition root's own, which is one clear line already
        raise
    except (Exception, SystemExit) as error:
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        if missing is not None and (name == missing or name.startswith(f"{missing}.")):
            raise ImportStringError(
                f"cannot import {text!r}: there is no module {missing!r} "
                f"(looked in the installed packages and in {Path.cwd()})"
            ) from None
        raise ImportStringError(
            f"cannot import {text!r}: importing {name!r} failed{_place(error)}: {_line(error)}"
        ) from error


def _attribute(module: object, path: str, text: str) -> object:
    found = module
    for name in path.split("."):
        if not hasattr(found, name):
            near = difflib.get_close_matches(name, dir(found), n=1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise ImportStringError(f"cannot import {text!r}: the module has no {path!r}{hint}")
        found = getattr(found, name)
    return found


def _call(factory: object, arguments: tuple[list[object], dict[str, object]], text: str) -> object:
    if not callable(factory):
        raise ImportStringError(
            f"cannot import {text!r}: the name before the brackets is no function"
        )
    positional, named = arguments
    try:
        made: object = factory(*positional, **named)
    except Exception as error:
        raise ImportStringError(
            f"cannot import {text!r}: the call failed{_place(error)}: {_line(error)}"
        ) from error
    return made


def _is_factory(found: object) -> bool:
    """A plain function that cannot take a WSGI or ASGI call is meant to be called first."""
    if not inspect.isfunction(found):
        return False
    try:
        inspect.signature(found).bind(None, None)
    except TypeError:
        try:
            inspect.signature(found).bind(None, None, None)
        except TypeError:
            return True
    return False


def _place(error: BaseException) -> str:
    """Name the innermost line of the application's own code on the way to an error."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [
        frame
        for frame in frames
        if "importlib" not in frame.filename and frame.filename != __file__
    ]
    return f" in {own[-1].filename} line {own[-1].lineno}" if own else ""


def _line(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
