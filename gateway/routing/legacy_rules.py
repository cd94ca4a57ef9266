"""A copy of the legacy application's URL map that only answers questions.

The copy must say what Flask's own map would say, and must run nothing of the
application: a converter's ``to_python`` may query a database, ``redirect_to`` may
be a function. Built-in converters are kept (they reject text, which decides who
owns it) but hand the *text* on; others are reduced to their pattern, and their
routes are *opaque*: legacy serves them, whatever they decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

from werkzeug.routing import BaseConverter, Map, Rule, UUIDConverter
from werkzeug.routing.converters import NumberConverter

from gateway.routing.template import Template, parse_flask

__all__ = ["LegacyApp", "LegacyRule", "LegacyRules", "read_legacy", "texts"]


class LegacyApp(Protocol):
    """What is read of a Flask application (or anything shaped like one)."""

    url_map: Map
    view_functions: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class LegacyRule:
    """One rule of the legacy application.

    Attributes:
        rule: its copy, bound to ``LegacyRules.map``.
        template: the rule's text, taken apart.
        methods: the methods its view answers, without automatic ``HEAD`` and ``OPTIONS``.
        automatic_options: whether Flask answers ``OPTIONS`` by itself.
        opaque: why it can only be served by legacy.
    """

    rule: Rule
    template: Template
    methods: frozenset[str]
    automatic_options: bool
    opaque: str | None


@dataclass(frozen=True, slots=True)
class LegacyRules:
    """The legacy route table.

    Attributes:
        map: the copied URL map.
        rules: its rules in the order of definition.
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


def _remembering(kind: type[_Int | _Float]) -> Any:  # noqa: ANN401 - stands in for `int`
    def convert(text: str) -> _Int | _Float:
        number = kind(text)
        number.text = text
        return number

    return staticmethod(convert)


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
    for original in source.iter_rules():
        if original.build_only:
            continue
        rule = _copy(original)
        copy.add(rule)
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
            )
        )
    return LegacyRules(map=copy, rules=tuple(rules), opaque=reason)


def _copy(original: Rule) -> Rule:
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
    """Make the converter that accepts the same texts and hands them on as text."""
    if not _is_plain(kind) or not issubclass(kind, NumberConverter):
        changes: dict[str, object] = {"to_python": BaseConverter.to_python}
    else:
        number = _Float if kind.num_convert is float else _Int
        changes = {"num_convert": _remembering(number)}
    return type(kind.__name__, (kind,), changes)
