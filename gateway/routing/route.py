"""One route as the operator sees it, and the table of all of them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gateway.errors import UnknownRouteError
from gateway.routing.template import parse_route_id

__all__ = ["LONGEST_KEY", "Route", "RouteTable", "resolve"]

LONGEST_KEY = 500
"""Characters of a key; the store's index holds no more, and no real route has more."""


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a template, and what the two stacks have for it.

    Attributes:
        key: what flags and history are stored under, ``GET /api/videos/{}``.
        id: what people read, in the legacy rule's spelling where there is one.
        method: the HTTP method; ``HEAD`` belongs to its ``GET``.
        template: the path template as spelled in ``id``.
        endpoint: the legacy endpoint's name, else the ported handler's.
        legacy: whether the legacy application has a rule for it.
        ported: whether a ported handler is attached.
        free: no legacy rule can match one of its paths: the port serves from the start.
        opaque: why it can only be served by legacy; ``None`` if it can move.
    """

    key: str
    id: str
    method: str
    template: str
    endpoint: str
    legacy: bool
    ported: bool
    free: bool
    opaque: str | None = None


class RouteTable:
    """All routes by their key, in the order in which the applications declare them."""

    def __init__(self, routes: Mapping[str, Route], *, has_legacy: bool) -> None:
        self._routes = MappingProxyType(dict(routes))
        self.has_legacy = has_legacy

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes.values())

    def __len__(self) -> int:
        return len(self._routes)

    def __getitem__(self, key: str) -> Route:
        return self._routes[key]


def resolve(text: str, ids: Mapping[str, str]) -> str:
    """Find the stored key of the route a person means.

    Args:
        text: ``METHOD /template`` in Flask's or FastAPI's spelling, or the key.
        ids: every known route, key → id.

    Returns:
        The key.

    Raises:
        UnknownRouteError: no route, or more than one, fits; names the nearest.
    """
    wanted = " ".join(text.split())
    exact = [key for key, route_id in ids.items() if wanted in (key, route_id)]
    if exact:
        return exact[0]
    parsed = parse_route_id(wanted)
    if parsed is not None:
        method, template = parsed
        for spelled in (True, False):
            key = f"{method} {template.key(spelled=spelled)}"
            if key in ids:
                return key
    near = difflib.get_close_matches(wanted, ids.values(), n=3, cutoff=0.0)
    nearest = "; nearest: " + ", ".join(near) if near else "; no route is known"
    raise UnknownRouteError(f"no route is called {text!r}{nearest}")
