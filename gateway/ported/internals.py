"""The parts of FastAPI that have no public name, in one place.

Since 0.137 an included router is a node of its own, and a route's *effective*
dependencies, limits and response class stand in a context beside it. Calling the
inner route without that context skips ``include_router(dependencies=[...])``: it
answers 200 where FastAPI answers 401. Direct dispatch therefore needs these names.
Where one is missing, ``AVAILABLE`` is false and FastAPI's own scan is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import Any, Final

from fastapi import routing

__all__ = [
    "AVAILABLE",
    "CONTEXT_KEY",
    "FORM_LIMITS_KEY",
    "INCLUDED_KEY",
    "SCOPE_KEY",
    "IncludedRouter",
    "is_tested",
    "limit_body",
    "route_contexts",
    "route_selected",
    "version_text",
]

_OLDEST: Final = (0, 137)
_NEWEST: Final = (0, 165)

version_text: Final = version("fastapi")

IncludedRouter: Final[Any] = getattr(routing, "_IncludedRouter", None)
SCOPE_KEY: Final[str] = getattr(routing, "_FASTAPI_SCOPE_KEY", "")
CONTEXT_KEY: Final[str] = getattr(routing, "_FASTAPI_EFFECTIVE_ROUTE_CONTEXT_KEY", "")
INCLUDED_KEY: Final[str] = getattr(routing, "_FASTAPI_INCLUDED_ROUTER_KEY", "")
FORM_LIMITS_KEY: Final[str] = getattr(routing, "_FASTAPI_FORM_LIMITS_KEY", "form_limits")
route_selected: Final[Callable[..., None] | None] = getattr(routing, "_route_selected", None)
_limit: Final[Callable[[Any, int | None], Any] | None] = getattr(
    routing, "wrap_app_with_body_limit", None
)

AVAILABLE: Final = (
    IncludedRouter is not None
    and hasattr(IncludedRouter, "effective_candidates")
    and bool(SCOPE_KEY and CONTEXT_KEY and INCLUDED_KEY)
)


def is_tested(text: str) -> bool:
    """Say whether a FastAPI version is in the range that direct dispatch was tested with."""
    numbers = tuple(int(part) for part in text.split(".")[:2] if part.isdigit())
    return _OLDEST <= numbers <= _NEWEST


def limit_body(app: Any, size: int | None) -> Any:  # noqa: ANN401 - any ASGI application
    """Wrap an application in FastAPI's body limit, as an inclusion does for plain routes."""
    return app if _limit is None else _limit(app, size)


def route_contexts(routes: Iterable[Any]) -> Iterable[Any]:
    """Flatten included routers into their effective routes, for listing only."""
    flatten = getattr(routing, "iter_route_contexts", None)
    return routes if flatten is None else flatten(routes)
