"""One matcher over both route tables, with Flask's own semantics.

Three questions, each answered by a Werkzeug map:

1. *legacy*: what would Flask do with this path? Its rules decide who owns it.
2. *both*: legacy's rules and those ported routes that have no legacy twin. Asked only
   where such a route could be concerned, and only believed when it names one.
3. *refused*: ported routes whose legacy twin's converter refused the text
   (``<uuid:id>`` given ``abc``). Asked last, when no legacy rule takes the path.

The answer names everybody who has a claim; ``cutover.decide`` picks by the flags.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, MapAdapter, RequestRedirect, Rule, WebsocketMismatch

from gateway.routing.legacy_rules import texts
from gateway.routing.route import Route

__all__ = ["NOBODY", "Match", "Matcher", "Questions"]

_NO_METHOD = "-"
"""A method no rule has: the answer to it lists the methods a path does have."""


@dataclass(frozen=True, slots=True)
class Match:
    """Who has a claim on one request.

    Attributes:
        owner: the route of the legacy rule that matches; ``None`` where Flask would
            redirect or answer 404 or 405.
        params: the texts of the owner's placeholders, by position.
        port: a ported route without, or refused by, its legacy rule: it takes the
            request if its stage is ``ported``.
        port_params: the same for the port.
        siblings: for ``OPTIONS`` and for a method the path does not have: every
            route of this path. They are answered by one stack for all of them.
    """

    owner: Route | None = None
    params: tuple[str, ...] = ()
    port: Route | None = None
    port_params: tuple[str, ...] = ()
    siblings: tuple[Route, ...] = ()


NOBODY = Match()


@dataclass(frozen=True, slots=True)
class Questions:
    """The compiled maps, and whose rule is whose.

    Attributes:
        legacy: Flask's own table; ``None`` without a legacy application, or with one
            whose routes cannot be told apart.
        both: legacy's rules and the ported routes without a twin; ``None`` without such.
        refused: ported routes whose twin may refuse text; ``None`` without such.
        owners: legacy rule → method → route. Rules are told apart by identity,
            because Werkzeug's rules compare by content.
        ports: the same for the rules of ported routes in ``both`` and ``refused``.
        automatic: rules for which Flask answers ``OPTIONS`` by itself.
        challenged: keys of legacy routes that a route in ``both`` may outrank.
        widths: how many placeholders a rule has; defaults come after them.
    """

    legacy: Map | None
    both: Map | None
    refused: Map | None
    owners: Mapping[int, Mapping[str, Route]]
    ports: Mapping[int, Mapping[str, Route]]
    automatic: frozenset[int]
    challenged: frozenset[str]
    widths: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class _Answer:
    rule: Rule | None = None
    params: tuple[str, ...] = ()
    allowed: frozenset[str] = frozenset()
    redirects: bool = False


_NOTHING = _Answer()
_REDIRECT = _Answer(redirects=True)


class Matcher:
    """Answers who has a claim on a method and a path. Synchronous, no I/O.

    Args:
        questions: the compiled maps.
    """

    def __init__(self, questions: Questions) -> None:
        self._owners = questions.owners
        self._ports = questions.ports
        self._automatic = questions.automatic
        self._challenged = questions.challenged
        self._widths = questions.widths
        self._legacy = _bind(questions.legacy)
        self._both = _bind(questions.both)
        self._refused = _bind(questions.refused)
        self._static: dict[tuple[str, str], Match] = {}

    def match(self, method: str, path: str, *, websocket: bool = False) -> Match:
        """Find the routes that have a claim on a request.

        Args:
            method: as the client sent it; case makes no difference, as in Flask.
            path: the decoded path below the application's root, as WSGI's PATH_INFO.
            websocket: whether the request asks to become a WebSocket.

        Returns:
            The claims; ``NOBODY`` if neither table knows the path.
        """
        method = method.upper()
        known = self._static.get((method, path))
        if known is not None and not websocket:
            return known
        match = self._find(method, path, websocket=websocket)
        route = match.owner or match.port
        if route is not None and (route.method, route.template) == (method, path):
            # A static route, asked as declared: there are no more of these than routes.
            self._static[method, path] = match
        return match

    def _find(self, method: str, path: str, *, websocket: bool) -> Match:
        legacy = self._ask(self._legacy, method, path, websocket=websocket)
        if legacy.rule is None:
            return self._without_owner(legacy, method, path, websocket=websocket)
        routes = self._owners.get(id(legacy.rule))
        if routes is None:
            return NOBODY  # a rule for WebSockets: Flask's to answer
        owner = _route(routes, method)
        if owner is None or self._is_automatic(legacy.rule, method):
            known = legacy.rule.methods or set()
            return self._for_all_methods(path, known, Match(owner, legacy.params))
        if owner.key in self._challenged:
            return self._with_challenger(owner, legacy.params, method, path)
        return Match(owner, legacy.params)

    def _without_owner(self, legacy: _Answer, method: str, path: str, *, websocket: bool) -> Match:
        """Flask would redirect, or answer 400, 404 or 405."""
        both = self._ask(self._both, method, path, websocket=websocket)
        if (port := self._port(both, method)) is not None:
            return Match(port=port, port_params=both.params)
        if legacy.redirects:
            return NOBODY  # Flask's to answer, even where a port would take the text
        refused = self._ask(self._refused, method, path, websocket=websocket)
        if (port := self._port(refused, method)) is not None:
            return Match(port=port, port_params=refused.params)
        if legacy.allowed or both.allowed:
            return self._for_all_methods(path, set(), NOBODY)
        return NOBODY

    def _with_challenger(
        self, owner: Route, params: tuple[str, ...], method: str, path: str
    ) -> Match:
        both = self._ask(self._both, method, path)
        port = self._port(both, method)
        return Match(owner, params) if port is None else Match(owner, params, port, both.params)

    def _for_all_methods(self, path: str, known: set[str], match: Match) -> Match:
        """Gather every route of a path: ``OPTIONS`` and 405 speak for all of them."""
        tables = (self._legacy, self._both, self._refused)
        methods = known.union(*(self._ask(table, _NO_METHOD, path).allowed for table in tables))
        siblings = {
            route.key: route for method in sorted(methods) for route in self._claims(method, path)
        }
        return Match(match.owner, match.params, siblings=tuple(siblings.values()))

    def _claims(self, method: str, path: str) -> Iterator[Route]:
        """List the routes that have this method of a path."""
        legacy = self._ask(self._legacy, method, path)
        if legacy.rule is not None and not self._is_automatic(legacy.rule, method):
            owner = _route(self._owners[id(legacy.rule)], method)
            if owner is not None:
                yield owner
        port = self._port(self._ask(self._both, method, path), method)
        if port is None and legacy.rule is None and not legacy.redirects:
            port = self._port(self._ask(self._refused, method, path), method)
        if port is not None:
            yield port

    def _is_automatic(self, rule: Rule, method: str) -> bool:
        return method == "OPTIONS" and id(rule) in self._automatic

    def _ask(
        self, table: MapAdapter | None, method: str, path: str, *, websocket: bool = False
    ) -> _Answer:
        if table is None:
            return _NOTHING
        try:
            rule, values = table.match(
                path, method, return_rule=True, query_args={}, websocket=websocket
            )
        except MethodNotAllowed as error:
            return _Answer(allowed=frozenset(error.valid_methods or ()))
        except RequestRedirect:
            return _REDIRECT
        except (NotFound, WebsocketMismatch):
            return _NOTHING
        width = self._widths[id(rule)]
        return _Answer(rule, texts(list(values.values())[:width]) if width else ())

    def _port(self, answer: _Answer, method: str) -> Route | None:
        """Return the ported route an answer names; ``None`` if it names a legacy rule."""
        routes = self._ports.get(id(answer.rule))
        return _route(routes, method) if routes else None


def _route(routes: Mapping[str, Route], method: str) -> Route | None:
    found = routes.get(method)
    if found is None and method == "HEAD":
        found = routes.get("GET")
    return found or routes.get("*")


def _bind(table: Map | None) -> MapAdapter | None:
    if table is None:
        return None
    table.update()
    # Only paths are asked for; the name appears in redirects that nobody follows.
    return table.bind("gateway.invalid", subdomain=table.default_subdomain or "")
