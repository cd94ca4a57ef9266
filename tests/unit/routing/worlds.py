"""Route tables of both applications as plain data, and what the gateway reads of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from werkzeug.routing import BaseConverter, Rule

from gateway.routing.build import PortedEndpoint
from gateway.routing.legacy_rules import LegacyRules, read_legacy
from gateway.routing.template import parse_fastapi

__all__ = [
    "CONVERTORS",
    "Built",
    "LegacyRoute",
    "Letters",
    "Picky",
    "Pieces",
    "PortedRoute",
    "Variable",
    "World",
    "flask_app",
    "ported_endpoints",
    "read",
]


@dataclass(frozen=True)
class Variable:
    """One variable part: its name, its converter, and the converter's arguments."""

    name: str
    converter: str = ""
    arguments: str = ""

    @property
    def spelled(self) -> str:
        converter = "" if self.converter in ("string", "default", "str") else self.converter
        return f"{converter}({self.arguments})" if self.arguments else converter

    @property
    def flask(self) -> str:
        arguments = f"({self.arguments})" if self.arguments else ""
        return f"<{self.converter}{arguments}:{self.name}>" if self.converter else f"<{self.name}>"

    @property
    def fastapi(self) -> str:
        return f"{{{self.name}:{self.converter}}}" if self.converter else f"{{{self.name}}}"


Pieces = tuple[str | Variable, ...]


@dataclass(frozen=True)
class LegacyRoute:
    """One rule as a Flask application declares it."""

    pieces: Pieces
    methods: tuple[str, ...]
    endpoint: str
    defaults: tuple[tuple[str, int], ...] = ()
    strict_slashes: bool | None = None
    merge_slashes: bool | None = None
    automatic_options: bool | None = None

    @property
    def text(self) -> str:
        return "".join(p if isinstance(p, str) else p.flask for p in self.pieces)


@dataclass(frozen=True)
class PortedRoute:
    """One route as a FastAPI application declares it; ``{"*"}`` is a mount."""

    pieces: Pieces
    methods: frozenset[str]

    @property
    def text(self) -> str:
        return "".join(p if isinstance(p, str) else p.fastapi for p in self.pieces)


@dataclass(frozen=True)
class World:
    """Both applications' tables."""

    legacy: tuple[LegacyRoute, ...]
    ported: tuple[PortedRoute, ...]
    strict_slashes: bool = True
    merge_slashes: bool = True
    redirect_defaults: bool = True

    @property
    def routes(self) -> tuple[LegacyRoute | PortedRoute, ...]:
        return (*self.legacy, *self.ported)


class Picky(BaseConverter):
    """A converter with code of its own, which the gateway must never run."""

    def to_python(self, value: str) -> str:
        return value.upper()


class Letters(BaseConverter):
    """A converter that is only a pattern."""

    regex = "[a-c]+"


@dataclass
class Built:
    """A Flask application, and which of its rules came from which declaration."""

    app: Flask
    declared: dict[int, LegacyRoute] = field(default_factory=dict)

    def rules(self) -> Iterable[tuple[Rule, LegacyRoute]]:
        by_id = {id(rule): rule for rule in self.app.url_map.iter_rules()}
        return [(by_id[key], route) for key, route in self.declared.items()]


def flask_app(world: World) -> Built:
    """Declare a world's legacy rules on a Flask application, in their order."""
    app = Flask("legacy", static_folder=None)
    app.url_map.converters |= {"picky": Picky, "letters": Letters}
    app.url_map.strict_slashes = world.strict_slashes
    app.url_map.merge_slashes = world.merge_slashes
    app.url_map.redirect_defaults = world.redirect_defaults
    built = Built(app)

    def view(**_: object) -> str:
        return ""

    for route in world.legacy:
        before = {id(rule) for rule in app.url_map.iter_rules()}
        app.add_url_rule(
            route.text,
            route.endpoint,
            view,
            methods=route.methods,
            defaults=dict(route.defaults) or None,
            strict_slashes=route.strict_slashes,
            merge_slashes=route.merge_slashes,
            provide_automatic_options=route.automatic_options,
        )
        (added,) = [key for rule in app.url_map.iter_rules() if (key := id(rule)) not in before]
        built.declared[added] = route
    return built


def read(app: Any, *, opaque: str | None = None) -> LegacyRules:
    """Read a Flask application's rules."""
    return read_legacy(app, opaque=opaque)


CONVERTORS = {
    "": r"[^/]+",
    "str": r"[^/]+",
    "int": r"[0-9]+",
    "float": r"[0-9]+(\.[0-9]+)?",
    "path": r".*",
    "uuid": r"[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}",
}
"""Starlette's convertors, from its documentation: what a ported parameter accepts."""


def ported_endpoints(ported: Sequence[PortedRoute]) -> list[PortedEndpoint]:
    """Describe a world's ported routes as the catalog of handlers does."""
    return [
        PortedEndpoint(
            index=index,
            methods=route.methods,
            template=parse_fastapi(
                route.text,
                {
                    piece.name: (CONVERTORS[piece.converter], piece.converter == "path")
                    for piece in route.pieces
                    if isinstance(piece, Variable)
                },
            ),
            name=f"handler {index}",
        )
        for index, route in enumerate(ported)
    ]
