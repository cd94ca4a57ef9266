"""Route templates in Flask's and in FastAPI's spelling, and the key they share.

A route is shown in the legacy rule's own words, ``GET /api/videos/<int:video_id>``.
It is *stored* under its method and the template with placeholders by position,
``GET /api/videos/{}``, so that its history survives a renamed parameter, and the
day on which Flask, and with it that spelling, is gone.

Flask's syntax: werkzeug.palletsprojects.com/routing ("Rule Format").
FastAPI's syntax: starlette.io/routing ("Path Parameters").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Patterns", "Placeholder", "Template", "parse_fastapi", "parse_flask", "parse_route_id"]

_FLASK_PLACEHOLDER = re.compile(
    r"<(?:(?P<converter>[a-zA-Z_][a-zA-Z0-9_]*)(?:\((?P<arguments>.*?)\))?:)?"
    r"(?P<name>[a-zA-Z_][a-zA-Z0-9_]*)>"
)
_FASTAPI_PLACEHOLDER = re.compile(
    r"\{(?P<name>[a-zA-Z_][a-zA-Z0-9_]*)(?::(?P<converter>[a-zA-Z_][a-zA-Z0-9_]*))?\}"
)
# Braces in a rule's own text must not read as a placeholder of its key.
_LITERAL = str.maketrans({"{": "%7B", "}": "%7D"})
_PLAIN_CONVERTERS = frozenset({"", "default", "string", "str"})
_KNOWN_PATTERNS: Mapping[str, str] = {
    "int": r"-?\d+",
    "float": r"-?\d+(?:\.\d+)?",
    "uuid": r"[0-9A-Fa-f-]{32,36}",
    "path": r".+",
}


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One variable part of a template.

    Attributes:
        name: the parameter's name.
        converter: its converter as both frameworks would call it; ``""`` is plain text.
        arguments: the converter's arguments as written, without the brackets.
        pattern: a regular expression for the texts it accepts; may accept too much.
        spans: whether one value can hold slashes.
    """

    name: str
    converter: str = ""
    arguments: str = ""
    pattern: str = r"[^/]+"
    spans: bool = False

    @property
    def spelled(self) -> str:
        """The converter with its arguments, ``int(min=1)``; ``""`` is plain text."""
        return f"{self.converter}({self.arguments})" if self.arguments else self.converter


@dataclass(frozen=True, slots=True)
class Template:
    """A path template: its text as written, and its pieces in order."""

    text: str
    pieces: tuple[str | Placeholder, ...]

    @property
    def placeholders(self) -> tuple[Placeholder, ...]:
        """The variable parts, in the order in which they stand in the path."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Placeholder))

    def key(self, *, spelled: bool = False) -> str:
        """The template with placeholders by position, ``/api/videos/{}``.

        Args:
            spelled: write the converters too (``{int}``); used where two rules
                of one application differ in nothing else.
        """
        return "".join(
            piece.translate(_LITERAL)
            if isinstance(piece, str)
            else f"{{{piece.spelled if spelled else ''}}}"
            for piece in self.pieces
        )


Patterns = Mapping[str, tuple[str, bool]]
"""What an application's parameters accept: name → (pattern, whether it spans slashes)."""


def parse_flask(text: str, patterns: Patterns | None = None) -> Template:
    """Read a rule as Flask spells it, ``/videos/<int:video_id>``."""
    return _parse(text, _FLASK_PLACEHOLDER, patterns)


def parse_fastapi(text: str, patterns: Patterns | None = None) -> Template:
    """Read a path as FastAPI spells it, ``/videos/{video_id}``."""
    return _parse(text, _FASTAPI_PLACEHOLDER, patterns)


def parse_route_id(text: str) -> tuple[str, Template] | None:
    """Read ``METHOD /template`` in either spelling, or as the stored key.

    Returns:
        The method in upper case and the template; ``None`` if the text has
        not the form of a route id.
    """
    method, _, path = text.strip().partition(" ")
    path = path.strip()
    if not method.replace("*", "A").isalpha() or not path.startswith("/"):
        return None
    if "<" in path:
        return method.upper(), parse_flask(path)
    # A key, read again: its placeholders have no names.
    return method.upper(), parse_fastapi(path.replace("{}", "{_}"))


def _parse(text: str, syntax: re.Pattern[str], patterns: Patterns | None) -> Template:
    pieces: list[str | Placeholder] = []
    position = 0
    for found in syntax.finditer(text):
        if found.start() > position:
            pieces.append(text[position : found.start()])
        groups = found.groupdict()
        pieces.append(
            _placeholder(
                groups["name"],
                groups["converter"] or "",
                groups.get("arguments") or "",
                patterns or {},
            )
        )
        position = found.end()
    if position < len(text):
        pieces.append(text[position:])
    return Template(text=text, pieces=tuple(pieces))


def _placeholder(name: str, converter: str, arguments: str, patterns: Patterns) -> Placeholder:
    usual = (_KNOWN_PATTERNS.get(converter, r"[^/]+"), converter == "path")
    pattern, spans = patterns.get(name, usual)
    plain = "" if converter in _PLAIN_CONVERTERS else converter
    return Placeholder(name, plain, arguments, pattern, spans)
