"""Who owns a request, said once more: by Flask itself and by one plain Werkzeug map.

Nothing of the gateway is asked. Flask's own map, bound as Flask binds it, says what legacy
would do. One map with every legacy rule and every ported route that has no twin says which
of the two wins where both could.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Literal

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import BaseConverter, Map, MapAdapter, RequestRedirect, Rule
from werkzeug.test import create_environ

from tests.unit.routing.worlds import (
    CONVERTORS,
    Built,
    LegacyRoute,
    Letters,
    Picky,
    Pieces,
    Variable,
    World,
)

__all__ = ["Answer", "Oracle"]

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_UUID = r"[A-Fa-f0-9]{8}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{12}"
_LEGACY_PATTERNS = {
    "int": r"\d+",
    "int(signed=True)": r"-?\d+",
    "float": r"\d+\.\d+",
    "path": r"[^/].*?",
    "uuid": _UUID,
    "letters": "[a-c]+",
    "(length=2)": r"[^/]{2}",
    "(minlength=2, maxlength=3)": r"[^/]{2,3}",
    "any(a, new)": "a|new",
    "any(items)": "items",
}
"""Werkzeug's converters, from its documentation: which texts they cut out of a path."""
_WEIGHTS = {"int": 50, "float": 50, "path": 200}


@dataclass(frozen=True)
class Answer:
    """The stack that serves, and for a ported one: which handler, with which texts."""

    target: Literal["legacy", "ported", "gateway"]
    handler: int | None = None
    params: tuple[str, ...] = ()


LEGACY = Answer("legacy")
GATEWAY = Answer("gateway")


@dataclass(frozen=True)
class Claim:
    """A ported handler that fits a request, and the flag that decides about it."""

    key: str
    handler: int
    params: tuple[str, ...]


class MatchOnly(Rule):
    """A rule without the code that builds its URLs, which takes most of a rule's time."""

    def _compile_builder(self, *_: object) -> Any:
        return type(self).empty


class Oracle:
    """Answers for one world.

    Args:
        built: the world's Flask application.
        world: both tables.
        ported_keys: the keys of the routes whose stage is ``ported``.
    """

    def __init__(self, built: Built, world: World, ported_keys: frozenset[str]) -> None:
        self._flask = built
        self._moved = ported_keys
        self._rules = {id(rule): route for rule, route in built.rules()}
        self._ambiguous = self._paths_told_apart_by_converters()
        self._legacy_keys = self._keys_of_legacy()
        self._ported = world.ported
        self._handlers = self._first_handlers()
        self._one = self._map(world, world.legacy, self._without_twin())
        self._twins = self._map(world, (), self._that_may_refuse())

    # -------------------------------------------------------------------- the rules

    def expect(self, method: str, path: str) -> Answer:  # noqa: PLR0911 - one rule after the other
        """Say who serves."""
        method = method.upper()
        legacy = self.ask_flask(method, path)
        if isinstance(legacy, Rule) and self._answers_options_itself(legacy, method):
            return self._whole_path(method, path, legacy)
        port = self._named(self._one, method, path)
        if port is not None and port.key in self._moved:
            return Answer("ported", port.handler, port.params)
        if isinstance(legacy, Rule):
            return self._twin_or_legacy(legacy, method, path)
        if isinstance(legacy, RequestRedirect) or port is not None:
            return LEGACY
        twin = self._named(self._twins, method, path)
        if twin is not None:
            moved = self._has_moved(twin.key)
            return Answer("ported", twin.handler, twin.params) if moved else LEGACY
        if self._knows(method, path):
            return self._whole_path(method, path, None)
        return LEGACY

    def ask_flask(self, method: str, path: str) -> Rule | HTTPException | RequestRedirect:
        """Ask the application's own map, bound as the application binds it."""
        environ = create_environ(method=method)
        environ["PATH_INFO"] = path.encode().decode("latin-1")
        app = self._flask.app
        adapter = app.create_url_adapter(app.request_class(environ))
        assert adapter is not None
        return _ask(adapter, method, None)[0]

    def _twin_or_legacy(self, rule: Rule, method: str, path: str) -> Answer:
        route = self._rules[id(rule)]
        own = "GET" if method == "HEAD" else method
        key = self._key(own, route.pieces)
        if not self._has_moved(key):
            return LEGACY
        return Answer("ported", self._handlers[key], _texts(route.pieces, path))

    def _whole_path(self, method: str, path: str, rule: Rule | None) -> Answer:
        claims = {own: self._claims(own, path) for own in (*_METHODS, "OPTIONS")}
        claims["OPTIONS"] = [] if rule is not None else claims["OPTIONS"]
        keys = {key for found in claims.values() for key in found}
        moved = {key for key in keys if self._has_moved(key)}
        if not moved or any(key in self._legacy_keys for key in keys - moved):
            return LEGACY
        own = LEGACY if rule is None else self._twin_or_legacy(rule, method, path)
        return GATEWAY if own == LEGACY else own

    def _claims(self, method: str, path: str) -> list[str]:
        """Name every route that one method of a path could reach."""
        legacy = self.ask_flask(method, path)
        port = self._named(self._one, method, path)
        found = [port.key] if port else []
        if isinstance(legacy, Rule):
            if not self._answers_options_itself(legacy, method):
                found.append(self._key(method, self._rules[id(legacy)].pieces))
        elif port is None and not isinstance(legacy, RequestRedirect):
            twin = self._named(self._twins, method, path)
            found += [twin.key] if twin else []
        return found

    def _has_moved(self, key: str) -> bool:
        legacy = self._legacy_keys.get(key)
        opaque = legacy is not None and self._is_opaque(legacy)
        return key in self._moved and key in self._handlers and not opaque

    # -------------------------------------------------------------------- what they need

    def _knows(self, method: str, path: str) -> bool:
        """Whether a table has this path, if not with this method."""
        one = _ask(self._one[0].bind("h"), method, path)[0]
        return isinstance(self.ask_flask(method, path), MethodNotAllowed) or isinstance(
            one, MethodNotAllowed
        )

    def _answers_options_itself(self, rule: Rule, method: str) -> bool:
        return method == "OPTIONS" and "OPTIONS" not in self._rules[id(rule)].methods

    @staticmethod
    def _is_opaque(pieces: Pieces) -> bool:
        return any(isinstance(piece, Variable) and piece.converter == "picky" for piece in pieces)

    def _key(self, method: str, pieces: Pieces) -> str:
        return f"{method} {self._path_key(pieces)}"

    def _path_key(self, pieces: Pieces) -> str:
        plain = _by_position(pieces, spelled=False)
        return _by_position(pieces, spelled=True) if plain in self._ambiguous else plain

    def _paths_told_apart_by_converters(self) -> set[str]:
        spelled: dict[tuple[str, str], set[str]] = {}
        for route in self._rules.values():
            for method in route.methods:
                place = (method, _by_position(route.pieces, spelled=False))
                spelled.setdefault(place, set()).add(_by_position(route.pieces, spelled=True))
        return {path for (_, path), texts in spelled.items() if len(texts) > 1}

    def _keys_of_legacy(self) -> dict[str, Pieces]:
        keys: dict[str, Pieces] = {}
        for route in self._rules.values():
            automatic = () if route.automatic_options is False else ("OPTIONS",)
            for method in (*route.methods, *automatic):
                keys.setdefault(self._key(method, route.pieces), route.pieces)
        return keys

    def _first_handlers(self) -> dict[str, int]:
        first: dict[str, int] = {}
        for index, route in enumerate(self._ported):
            for method in route.methods:
                first.setdefault(self._key(method, route.pieces), index)
        return first

    def _without_twin(self) -> list[tuple[str, int]]:
        return [entry for entry in self._handlers.items() if entry[0] not in self._legacy_keys]

    def _that_may_refuse(self) -> list[tuple[str, int]]:
        found = []
        for key, index in self._handlers.items():
            legacy = self._legacy_keys.get(key)
            if legacy is None or self._is_opaque(legacy):
                continue
            pairs = zip(_variables(legacy), _variables(self._ported[index].pieces), strict=True)
            if any(_may_refuse(theirs, ours) for theirs, ours in pairs):
                found.append((key, index))
        return found

    def _named(
        self, table: tuple[Map, Mapping[int, tuple[str, int]]], method: str, path: str
    ) -> Claim | None:
        rule, values = _ask(table[0].bind("h"), method, path)
        found = table[1].get(id(rule))
        return None if found is None else Claim(*found, tuple(map(str, values.values())))

    def _map(
        self, world: World, legacy: Sequence[LegacyRoute], ports: Sequence[tuple[str, int]]
    ) -> tuple[Map, dict[int, tuple[str, int]]]:
        table = Map(
            strict_slashes=world.strict_slashes,
            merge_slashes=world.merge_slashes,
            redirect_defaults=False,
            converters={"picky": Picky, "letters": Letters, **_port_converters()},
        )
        for route in legacy:
            options = () if route.automatic_options is False else ("OPTIONS",)
            rule = MatchOnly(
                route.text,
                methods=[*route.methods, *options],
                endpoint="legacy",
                strict_slashes=route.strict_slashes,
                merge_slashes=route.merge_slashes,
            )
            table.add(rule)
        named: dict[int, tuple[str, int]] = {}
        for key, index in sorted(ports, key=itemgetter(1)):
            method = key.partition(" ")[0]
            pieces = self._ported[index].pieces
            rule = MatchOnly(
                "".join(
                    p if isinstance(p, str) else f"<port_{p.converter}:{p.name}>" for p in pieces
                ),
                methods=None if method == "*" else [method],
                endpoint="port",
                strict_slashes=True,
                merge_slashes=False,
            )
            table.add(rule)
            named[id(rule)] = (key, index)
        return table, named


def _ask(
    adapter: MapAdapter, method: str, path: str | None
) -> tuple[Rule | HTTPException, Mapping[str, object]]:
    try:
        return adapter.match(path, method, return_rule=True)
    except (NotFound, MethodNotAllowed, RequestRedirect) as answer:
        return answer, {}


def _port_converters() -> dict[str, type[BaseConverter]]:
    return {
        f"port_{name}": type(
            f"Port{name}",
            (BaseConverter,),
            {
                "regex": regex,
                "weight": _WEIGHTS.get(name, 100),
                "part_isolating": name != "path",
            },
        )
        for name, regex in CONVERTORS.items()
    }


def _variables(pieces: Pieces) -> list[Variable]:
    return [piece for piece in pieces if isinstance(piece, Variable)]


def _may_refuse(theirs: Variable, ours: Variable) -> bool:
    return bool(theirs.spelled) or ours.converter == "path"


def _by_position(pieces: Pieces, *, spelled: bool) -> str:
    return "".join(
        piece if isinstance(piece, str) else "{" + (piece.spelled if spelled else "") + "}"
        for piece in pieces
    )


def _texts(pieces: Pieces, path: str) -> tuple[str, ...]:
    """Cut the texts of the variables out of a path that is known to fit."""
    pattern = "".join(
        re.escape(piece) if isinstance(piece, str) else f"({_pattern(piece)})" for piece in pieces
    )
    shown = "/" + path.lstrip("/")
    for text in (pattern, f"{pattern}/", pattern.removesuffix("/")):
        found = re.fullmatch(text, shown, re.DOTALL)
        if found:
            return found.groups()
    raise AssertionError(f"{path!r} does not fit {pattern!r}")


def _pattern(variable: Variable) -> str:
    by_name = _LEGACY_PATTERNS.get(variable.converter, r"[^/]+")
    return _LEGACY_PATTERNS.get(variable.spelled, by_name)
