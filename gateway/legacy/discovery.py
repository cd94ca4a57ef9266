"""What a WSGI application is: a Flask app whose routes can move, or one opaque whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from werkzeug.middleware.lint import LintMiddleware
from werkzeug.middleware.profiler import ProfilerMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import Map

from gateway.routing.legacy_rules import LegacyRules, read_legacy

__all__ = ["describe", "is_flask"]

_INNER_NAMES = ("app", "wsgi_app", "application", "_app", "wrapped")
"""How WSGI middleware calls what it wraps, most usual first."""


def is_flask(app: object) -> bool:
    """Whether an object is a Flask application, by what it has, not by its class."""
    return (
        isinstance(getattr(app, "url_map", None), Map)
        and hasattr(app, "view_functions")
        and callable(getattr(app, "wsgi_app", None))
    )


def describe(app: object, transparent: Sequence[str] = ()) -> LegacyRules:
    """Read the route table of a WSGI application.

    Args:
        app: the application.
        transparent: middleware known to leave paths alone, as ``module:Class``.

    Returns:
        Its rules; without any, and with a reason, if it is no Flask application.
    """
    around: list[object] = []
    flask: Any = None
    for layer in _layers(app):
        if is_flask(layer):
            flask = layer
            around += _around(layer)
            break
        around.append(layer)
    if flask is None:
        return LegacyRules(map=Map(), rules=(), opaque="the application is not a Flask application")
    unknown = [layer for layer in around if not _is_transparent(layer, transparent)]
    reason = None
    if unknown:
        reason = (
            f"the WSGI middleware {_name(unknown[0])} around it may rewrite paths; if it does "
            "not, name it in legacy.transparent_middleware"
        )
    try:
        return read_legacy(flask, opaque=reason)
    except Exception as error:  # noqa: BLE001 - an application's own Rule and converter classes
        reason = f"its URL map cannot be copied: {type(error).__name__}: {error}"
        return LegacyRules(map=Map(), rules=(), opaque=reason)


def _layers(app: object) -> Iterator[object]:
    """Walk from the outside in, through what looks like WSGI middleware."""
    seen: set[int] = set()
    layer: object | None = app
    while layer is not None and id(layer) not in seen:
        seen.add(id(layer))
        yield layer
        layer = _inner(layer)


def _inner(layer: object) -> object | None:
    if is_flask(layer):
        return None
    owner: object = getattr(layer, "__self__", None)  # a bound method: Flask.wsgi_app
    if owner is not None:
        return owner if is_flask(owner) else None
    for name in _INNER_NAMES:
        inner: object = getattr(layer, name, None)
        if callable(inner):
            return inner
    return None


def _around(flask: Any) -> list[object]:  # noqa: ANN401 - duck-typed, see is_flask
    """List the middleware put around ``flask.wsgi_app`` in Flask's usual way."""
    entry: Callable[..., object] = flask.wsgi_app
    layers: list[object] = []
    for layer in _layers(entry):
        owner = getattr(layer, "__self__", None)
        if owner is flask or layer is flask:
            return layers
        layers.append(layer)
    return layers


def _is_transparent(layer: object, transparent: Sequence[str]) -> bool:
    if isinstance(layer, ProxyFix):
        return layer.x_prefix == 0  # the one of its headers that changes paths
    if isinstance(layer, LintMiddleware | ProfilerMiddleware):
        return True
    return _name(layer) in transparent


def _name(layer: object) -> str:
    named = layer if hasattr(layer, "__qualname__") else type(layer)
    return f"{named.__module__}:{getattr(named, '__qualname__', '')}"
