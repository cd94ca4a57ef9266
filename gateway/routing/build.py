"""Build the route table and the matcher from what both applications declare.

Rules of ownership, in the order in which they are applied:

* A ported route is attached to its legacy *twin*: same method, same template by
  position. Where two legacy rules differ only in their converters, the converters
  are part of the key and must agree.
* A ported route without a twin serves from the start if no legacy rule can match one
  of its paths; otherwise it waits at ``legacy`` for the operator.
* ``HEAD`` is its ``GET``'s. ``OPTIONS`` and 405 speak for a whole path and are
  legacy's until every method of that path is ported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from werkzeug.routing import BaseConverter, Map, Rule

from gateway.routing.legacy_rules import LegacyRule, LegacyRules, copy_rule
from gateway.routing.matcher import Matcher, Questions
from gateway.routing.overlap import Shape, overlap, shape
from gateway.routing.route import LONGEST_KEY, Route, RouteTable
from gateway.routing.template import Placeholder, Template, parse_flask

__all__ = ["PortedEndpoint", "Routing", "build"]

_EVERYTHING = parse_flask("/<path:path>")


@dataclass(frozen=True, slots=True)
class PortedEndpoint:
    """A ported handler as routing sees it.

    Attributes:
        index: its place in the catalog of handlers; earlier ones win over twins.
        methods: the methods it answers; ``{"*"}`` for a mounted application.
        template: its path, in FastAPI's spelling.
        name: the handler's name.
    """

    index: int
    methods: frozenset[str]
    template: Template
    name: str


@dataclass(frozen=True, slots=True)
class Routing:
    """Both route tables as one.

    Attributes:
        table: every route.
        matcher: finds the routes with a claim on a request.
        handlers: route key → request method → index of the ported handler. A method
            that is not there is answered by the handler of the route's own method.
        overlaps: for each ported route without a twin that waits at ``legacy``, the
            ids of the legacy routes it overlaps.
        repeated: indexes of handlers that an earlier one with the same method and
            template hides.
    """

    table: RouteTable
    matcher: Matcher
    handlers: Mapping[str, Mapping[str, int]]
    overlaps: Mapping[str, tuple[str, ...]]
    repeated: tuple[int, ...]

    def handler(self, route: Route, method: str) -> int:
        """Return the index of the ported handler for a route and a request's method."""
        handlers = self.handlers[route.key]
        return handlers.get(method, handlers[route.method])


def build(legacy: LegacyRules | None, ported: Sequence[PortedEndpoint]) -> Routing:
    """Build the route table and its matcher.

    Args:
        legacy: the legacy application's rules; ``None`` when there is none (any more).
        ported: the ported handlers, in the order of declaration.
    """
    builder = _Builder(legacy)
    builder.add_legacy()
    builder.list_as_declared()
    builder.add_ported(ported)
    return builder.finish()


@dataclass(slots=True)
class _Draft:
    """A route while the tables are put together."""

    key: str
    method: str
    template: Template
    endpoint: str
    rule: LegacyRule | None
    legacy: bool
    handlers: dict[str, int] = field(default_factory=dict)
    free: bool = False
    opaque: str | None = None

    def freeze(self) -> Route:
        return Route(
            key=self.key,
            id=f"{self.method} {self.template.text}",
            method=self.method,
            template=self.template.text,
            endpoint=self.endpoint,
            legacy=self.legacy,
            ported=bool(self.handlers),
            free=self.free,
            opaque=self.opaque,
        )


class _Builder:
    def __init__(self, legacy: LegacyRules | None) -> None:
        self.legacy = legacy
        self.drafts: dict[str, _Draft] = {}
        self.by_rule: dict[int, dict[str, _Draft]] = {}
        self.spelled_paths: set[str] = set()
        self.alone: list[tuple[PortedEndpoint, list[_Draft]]] = []
        self.refused: list[tuple[PortedEndpoint, list[_Draft]]] = []
        self.heads: list[PortedEndpoint] = []
        self.repeated: list[int] = []
        self.overlaps: dict[str, tuple[str, ...]] = {}
        self.challenged: set[str] = set()

    # Legacy

    def add_legacy(self) -> None:
        if self.legacy is None:
            return
        self.spelled_paths = _ambiguous_paths(self.legacy.rules)
        for rule in self.legacy.rules:
            if rule.rule.websocket:
                continue
            drafts = self.by_rule.setdefault(id(rule.rule), {})
            for method in sorted(rule.methods, key=_usual_order):
                key = f"{method} {self._path_key(rule.template)}"
                # The same rule twice: Flask reaches only the first.
                draft = self.drafts.setdefault(
                    key,
                    _Draft(key, method, rule.template, str(rule.rule.endpoint), rule, legacy=True),
                )
                draft.opaque = draft.opaque or rule.opaque or _too_long(key)
                drafts[method] = draft
        if self.legacy.opaque and not self.legacy.rules:
            key = f"* {_EVERYTHING.key()}"
            self.drafts[key] = _Draft(key, "*", _EVERYTHING, "wsgi", None, legacy=True)
            self.drafts[key].opaque = self.legacy.opaque

    def list_as_declared(self) -> None:
        """Rules come in the order in which they match; people look for them as declared."""
        drafts = sorted(
            self.drafts.values(), key=lambda draft: draft.rule.position if draft.rule else 0
        )
        self.drafts = {draft.key: draft for draft in drafts}

    def _path_key(self, template: Template) -> str:
        plain = template.key()
        return template.key(spelled=True) if plain in self.spelled_paths else plain

    # Ported

    def add_ported(self, ported: Sequence[PortedEndpoint]) -> None:
        for endpoint in ported:
            drafts = []
            for method in sorted(endpoint.methods, key=_usual_order):
                if method == "HEAD":
                    self.heads.append(endpoint)
                elif (draft := self._attach(endpoint, method)) is not None:
                    drafts.append(draft)
            self._sort_in(endpoint, drafts)
        for endpoint in self.heads:
            self._attach_head(endpoint)
        self._place_alone()

    def _attach(self, endpoint: PortedEndpoint, method: str) -> _Draft | None:
        path = self._path_key(endpoint.template)
        key = f"{method} {path}"
        draft = self.drafts.get(key)
        if draft is None:
            draft = _Draft(key, method, endpoint.template, endpoint.name, None, legacy=False)
            draft.opaque = _too_long(key)
            self.drafts[key] = draft
        if method == "OPTIONS":
            self._attach_options(draft, path)
        if method in draft.handlers:
            self.repeated.append(endpoint.index)
            return None
        draft.handlers[method] = endpoint.index
        return draft

    def _attach_options(self, draft: _Draft, path: str) -> None:
        """Where Flask answers ``OPTIONS`` by itself, its rule is this route's twin."""
        for rule in self.legacy.rules if self.legacy else ():
            if rule.automatic_options and self._path_key(rule.template) == path:
                draft.rule, draft.legacy = draft.rule or rule, True
                draft.template = draft.rule.template
                draft.opaque = draft.opaque or rule.opaque
                self.by_rule[id(rule.rule)]["OPTIONS"] = draft

    def _attach_head(self, endpoint: PortedEndpoint) -> None:
        path = self._path_key(endpoint.template)
        draft = self.drafts.get(f"GET {path}")
        if draft is not None and draft.handlers:
            draft.handlers.setdefault("HEAD", endpoint.index)
            return
        attached = self._attach(endpoint, "HEAD")
        self._sort_in(endpoint, [attached] if attached else [])

    def _sort_in(self, endpoint: PortedEndpoint, drafts: Sequence[_Draft]) -> None:
        movable = [draft for draft in drafts if not draft.opaque]
        if alone := [draft for draft in movable if draft.rule is None]:
            self.alone.append((endpoint, alone))
        refused = [
            draft
            for draft in movable
            if draft.rule and (_is_choosy(draft.template) or _is_choosy(endpoint.template))
        ]
        if refused:
            self.refused.append((endpoint, refused))

    def _place_alone(self) -> None:
        """Give each ported route without a twin its first stage."""
        if self.legacy is None:
            for draft in self.drafts.values():
                draft.free = True
            return
        shapes = [(shape(draft.template), draft) for draft in self.drafts.values() if draft.rule]
        for endpoint, drafts in self.alone:
            rivals = self._rivals(shape(endpoint.template), shapes)
            for draft in drafts:
                if rivals or self.legacy.opaque:
                    self.overlaps[draft.key] = tuple(_ids(rivals))
                    self.challenged |= {rival.key for rival in rivals}
                else:
                    draft.free = True

    @staticmethod
    def _rivals(mine: Shape, shapes: Iterable[tuple[Shape, _Draft]]) -> list[_Draft]:
        return [draft for theirs, draft in shapes if overlap(mine, theirs)]

    # The maps

    def finish(self) -> Routing:
        routes = {draft.key: draft.freeze() for draft in self.drafts.values()}
        return Routing(
            table=RouteTable(routes, has_legacy=self.legacy is not None),
            matcher=Matcher(self._questions(routes)),
            handlers={key: dict(draft.handlers) for key, draft in self.drafts.items()},
            overlaps=self.overlaps,
            repeated=tuple(self.repeated),
        )

    def _questions(self, routes: Mapping[str, Route]) -> Questions:
        rules = self.legacy.rules if self.legacy else ()
        widths = {id(rule.rule): len(rule.template.placeholders) for rule in rules}
        ports: dict[int, dict[str, Route]] = {}

        def compiled(
            endpoints: Sequence[tuple[PortedEndpoint, list[_Draft]]], base: Map | None
        ) -> Map | None:
            if not endpoints:
                return None
            table = base or Map(merge_slashes=False, redirect_defaults=False)
            for endpoint, drafts in endpoints:
                rule = _port_rule(table, endpoint.template, {draft.method for draft in drafts})
                ports[id(rule)] = {draft.method: routes[draft.key] for draft in drafts}
                widths[id(rule)] = len(endpoint.template.placeholders)
            return table

        known = self.legacy is not None and not self.legacy.opaque
        both = _copy_of(self.legacy, widths) if self.legacy and known and self.alone else None
        return Questions(
            legacy=self.legacy.map if self.legacy and known else None,
            both=compiled(self.alone, both),
            refused=compiled(self.refused, None),
            owners={
                rule: {method: routes[draft.key] for method, draft in drafts.items()}
                for rule, drafts in self.by_rule.items()
            },
            ports=ports,
            automatic=frozenset(id(rule.rule) for rule in rules if rule.automatic_options),
            challenged=frozenset(self.challenged),
            widths=widths,
        )


def _is_choosy(template: Template) -> bool:
    """Whether two twins may differ in the texts they take."""
    return any(placeholder.spelled for placeholder in template.placeholders)


def _ids(drafts: Iterable[_Draft]) -> list[str]:
    return [f"{draft.method} {draft.template.text}" for draft in drafts]


def _usual_order(method: str) -> tuple[int, str]:
    usual = ("GET", "POST", "PUT", "PATCH", "DELETE")
    return (usual.index(method) if method in usual else len(usual), method)


def _too_long(key: str) -> str | None:
    return f"its key is longer than {LONGEST_KEY} characters" if len(key) > LONGEST_KEY else None


def _ambiguous_paths(rules: Iterable[LegacyRule]) -> set[str]:
    """Find paths that two rules share by position while their converters differ."""
    spellings = {
        (method, rule.template.key(), rule.template.key(spelled=True))
        for rule in rules
        for method in rule.methods
    }
    counted = Counter((method, path) for method, path, _ in spellings)
    return {path for (_, path), count in counted.items() if count > 1}


def _copy_of(legacy: LegacyRules, widths: dict[int, int]) -> Map:
    """Copy the legacy map once more, for ported rules to be added."""
    source = legacy.map
    table = Map(
        default_subdomain=source.default_subdomain,
        strict_slashes=source.strict_slashes,
        merge_slashes=source.merge_slashes,
        redirect_defaults=source.redirect_defaults,
        converters=source.converters,
    )
    for original in legacy.rules:
        rule = copy_rule(original.rule)
        table.add(rule)
        widths[id(rule)] = len(original.template.placeholders)
    return table


def _port_rule(table: Map, template: Template, methods: set[str]) -> Rule:
    """Add a ported route's template to a map, its parameters as plain text."""
    text = "".join(
        piece if isinstance(piece, str) else f"<{_converter(table, piece)}:p{index}>"
        for index, piece in enumerate(template.pieces)
    )
    rule = Rule(
        text,
        methods=None if "*" in methods else methods,
        endpoint=text,
        strict_slashes=True,
        merge_slashes=False,
    )
    table.add(rule)
    return rule


def _converter(table: Map, placeholder: Placeholder) -> str:
    """Name the converter for a pattern in this map, made when it is first needed."""
    wanted = (placeholder.pattern, not placeholder.spans)
    for name, kind in table.converters.items():
        if name.startswith("ported_") and (kind.regex, kind.part_isolating) == wanted:
            return name
    # The weights Werkzeug gives to converters of the same kind: what is narrower wins.
    weight = 200 if placeholder.spans else 50 if placeholder.converter in ("int", "float") else 100
    name = f"ported_{len(table.converters)}"
    # A map's converters may be shared with the map it was copied from: replace, don't add.
    table.converters = {
        **table.converters,
        name: type(
            name,
            (BaseConverter,),
            {"regex": wanted[0], "part_isolating": wanted[1], "weight": weight},
        ),
    }
    return name
