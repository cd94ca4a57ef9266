"""A copy of the legacy application's URL map that only answers questions.

The copy must say what Flask's own map would say, and must run nothing of the
application: a converter's ``to_python`` may query a database, ``redirect_to`` may
be a function. Built-in converters are kept (they reject text, which decides who
owns it) but hand the *text* on; others are reduced to their pattern, and their
routes are *opaque*: legacy serves them, whatever they decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast
from uuid import UUID

from werkzeug.routing import BaseConverter, Map, Rule, UUIDConverter
from werkzeug.routing.converters import NumberConverter

from gateway.routing.template import Template, parse_flask

__all__ = ["LegacyApp", "LegacyRule", "LegacyRules", "copy_rule", "read_legacy", "texts"]


class LegacyApp(Protocol):
    """What is read of a Flask application (or anything shaped like one)."""

    url_map: Map


@dataclass(frozen=True, slots=True)
class LegacyRule:
    """One rule of the legacy application.

    Attributes:
        rule: its copy, bound to ``LegacyRules.map``.
        template: the rule's text, taken apart.
        methods: the methods its view answers, without automatic ``HEAD`` and ``OPTIONS``.
        automatic_options: whether Flask answers ``OPTIONS`` by itself.
        opaque: why it can only be served by legacy.
        position: its place among the rules as the application lists them.
    """

    rule: Rule
    template: Template
    methods: frozenset[str]
    automatic_options: bool
    opaque: str | None
    position: int


@dataclass(frozen=True, slots=True)
class LegacyRules:
    """The legacy route table.

    Attributes:
        map: the copied URL map.
        rules: its rules; of two that match alike, the one Flask takes comes first.
        opaque: why no route of this application can move; ``None`` if they can.
    """

    map: Map
    rules: tuple[LegacyRule, ...]
    opaque: str | None = None


class _Int(int):
    """A number that remembers the text it was read from."""

    text: str


class _Float(float):
    """The same for fractions."""

    text: str


class _Uuid(UUID):
    """The same for UUIDs, which let nobody set an attribute."""

    text: str


def _remembering(kind: type[_Int | _Float | _Uuid]) -> Callable[[str], object]:
    def convert(text: str) -> object:
        value = kind(text)
        object.__setattr__(value, "text", text)
        return value

    return convert


def texts(values: Iterable[object]) -> tuple[str, ...]:
    """Return the raw text of each matched value."""
    return tuple(value if isinstance(value, str) else _text(value) for value in values)


def _text(value: object) -> str:
    return cast("str", getattr(value, "text", None) or str(value))


def read_legacy(app: LegacyApp, *, opaque: str | None = None) -> LegacyRules:
    """Copy the URL map of a Flask application.

    Args:
        app: the application; only ``url_map`` and its matching options are read.
        opaque: a reason, known from outside, why no route of it can move.

    Returns:
        The rules, each with the reason why it cannot move, if there is one.
    """
    source = app.url_map
    source.update()
    reason = opaque or _opaque_app(app)
    copy = Map(
        default_subdomain=source.default_subdomain,
        strict_slashes=source.strict_slashes,
        merge_slashes=source.merge_slashes,
        redirect_defaults=source.redirect_defaults,
        converters={name: _text_only(kind) for name, kind in source.converters.items()},
    )
    rules = []
    positions = {id(rule): position for position, rule in enumerate(source.iter_rules())}
    copies: dict[int, Rule] = {}
    for original in _in_order_of_matching(source):
        rule = copies[id(original)] = copy_rule(original)
        copy.add(rule)
        if original.build_only:
            continue
        # What each parameter accepts stands only on the bound rule's converters.
        converters = rule._converters  # noqa: SLF001 - no public way (Werkzeug 3.1)
        template = parse_flask(
            original.rule,
            {name: (kind.regex, not kind.part_isolating) for name, kind in converters.items()},
        )
        rules.append(
            LegacyRule(
                rule=rule,
                template=template,
                methods=_methods(original),
                automatic_options=bool(getattr(original, "provide_automatic_options", False)),
                opaque=reason or _opaque_rule(original, converters),
                position=positions[id(original)],
            )
        )
    _keep_order_of_building(source, copy, copies)
    return LegacyRules(map=copy, rules=tuple(rules), opaque=reason)


def _in_order_of_matching(source: Map) -> Iterator[Rule]:
    """Walk a map's rules so that adding them one by one makes a map that decides ties alike.

    Of two rules of equal weight the one added first wins. ``iter_rules`` does not keep
    that order (it goes endpoint by endpoint); the matcher's own tree does.
    """
    seen: set[int] = set()

    def walk(state: Any) -> Iterator[Rule]:  # noqa: ANN401 - a private class of Werkzeug
        yield from state.rules
        for following in (*state.static.values(), *(after for _, after in state.dynamic)):
            yield from walk(following)

    tree = source._matcher._root  # noqa: SLF001 - no public way (Werkzeug 3.1)
    # Rules that only build URLs are not in the tree.
    for rule in (*walk(tree), *source.iter_rules()):
        if id(rule) not in seen:
            seen.add(id(rule))
            yield rule


def _keep_order_of_building(source: Map, copy: Map, copies: Mapping[int, Rule]) -> None:
    """Redirects to the rule with the default go by the order within an endpoint."""
    theirs, ours = source._rules_by_endpoint, copy._rules_by_endpoint  # noqa: SLF001 - as above
    for endpoint, rules in theirs.items():
        ours[endpoint] = [copies[id(rule)] for rule in rules]


def copy_rule(original: Rule) -> Rule:
    """Copy a rule so that it can be bound to another map: a rule belongs to one."""
    rule = original.empty()
    # Rule.empty() forgets these two (Werkzeug 3.1); with them lost, doubled slashes
    # and WebSocket rules would match where Flask's own map refuses.
    rule.merge_slashes = original.merge_slashes
    rule.websocket = original.websocket
    rule.redirect_to = None  # may be a function of the application
    return rule


def _methods(rule: Rule) -> frozenset[str]:
    if rule.methods is None:
        return frozenset({"*"})
    methods = set(rule.methods)
    if "GET" in methods:
        methods.discard("HEAD")
    if getattr(rule, "provide_automatic_options", False):
        methods.discard("OPTIONS")
    return frozenset(methods)


def _opaque_app(app: LegacyApp) -> str | None:
    if app.url_map.host_matching:
        return "the application matches hosts"
    if getattr(app, "subdomain_matching", False):
        return "the application matches subdomains"
    return None


def _opaque_rule(rule: Rule, converters: Mapping[str, BaseConverter]) -> str | None:
    if rule.redirect_to is not None:
        return "the rule redirects"
    if rule.methods is None:
        return "the rule takes every method"
    for name, converter in converters.items():
        kind = type(converter).__mro__[1]  # ours stands in front of the application's
        if not _is_plain(kind):
            return f"the converter of <{name}> runs code ({kind.__qualname__}.to_python)"
    return None


def _is_plain(kind: type[BaseConverter]) -> bool:
    """Whether a converter's ``to_python`` is Werkzeug's own, and so free of side effects."""
    if kind.to_python in (BaseConverter.to_python, UUIDConverter.to_python):
        return True
    if not issubclass(kind, NumberConverter) or kind.to_python is not NumberConverter.to_python:
        return False
    return kind.num_convert in (int, float)


def _text_only(kind: type[BaseConverter]) -> type[BaseConverter]:
    """Make the converter that accepts the same texts, remembers them, and runs no code.

    Values compare as Flask's do (a redirect to the rule with the default depends on
    it); URLs are built for redirects that nobody follows.
    """
    changes: dict[str, object] = {"to_url": BaseConverter.to_url}
    if not _is_plain(kind):
        changes["to_python"] = BaseConverter.to_python
    elif issubclass(kind, NumberConverter):
        number = _remembering(_Float if kind.num_convert is float else _Int)
        changes["num_convert"] = staticmethod(number)
    elif issubclass(kind, UUIDConverter):
        unique = _remembering(_Uuid)
        changes["to_python"] = lambda _, text: unique(text)
    return type(kind.__name__, (kind,), changes)
