"""Draw random tables of both applications, and requests that try them.

Names of segments come from a small alphabet on purpose: tables whose rules never meet would
show nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from hypothesis import settings
from hypothesis import strategies as st

from tests.unit.routing.worlds import (
    CONVERTORS,
    LegacyRoute,
    Pieces,
    PortedRoute,
    Variable,
    World,
)

__all__ = ["examples", "paths", "requests", "worlds"]


def examples(number: int) -> settings:
    """At least so many examples; a profile that looks longer is let."""
    return settings(max_examples=max(number, settings().max_examples))


_NAMES = st.sampled_from(["a", "b", "ab", "items", "new"])
_LEGACY_CONVERTERS = st.sampled_from(
    [
        ("", ""),
        ("", ""),
        ("string", ""),
        ("string", "length=2"),
        ("string", "minlength=2, maxlength=3"),
        ("int", ""),
        ("int", ""),
        ("int", "min=2"),
        ("int", "max=20"),
        ("int", "fixed_digits=2"),
        ("int", "signed=True"),
        ("float", ""),
        ("float", "max=2.5"),
        ("path", ""),
        ("uuid", ""),
        ("any", "a, new"),
        ("any", "items"),
        ("letters", ""),
        ("picky", ""),
    ]
)
_PORTED_CONVERTERS = st.sampled_from(["", "", "", "str", "int", "float", "path", "uuid"])
_LEGACY_METHODS = st.sampled_from(
    [("GET",), ("GET",), ("POST",), ("GET", "POST"), ("PUT", "DELETE"), ("GET", "OPTIONS")]
)
_PORTED_METHODS = st.sampled_from(
    [{"GET"}, {"GET"}, {"POST"}, {"GET", "POST"}, {"DELETE"}, {"PUT", "DELETE"}, {"OPTIONS"}]
)
_TEXTS = st.sampled_from(
    [
        *("a", "b", "ab", "new", "items", "abc", "AB", "1", "2", "02", "10", "30", "-3", "1.5"),
        *("2.75", "é", "日本", "٣", ".", "..", "a b", "%41", "a;x", "a\\b", "a?b", "\x00"),
        "8d3ab53a-9a21-4b12-a7a0-4d4d2f9b1c11",
        "8D3AB53A-9A21-4B12-A7A0-4D4D2F9B1C11",
        "8d3ab53a-9a21-4b12-a7a0-4d4d2f9b1c1",
    ]
)


_USUAL = ("a", "new", "10", "ab")
_FITTING = {
    "string(length=2)": ("ab", "10"),
    "string(minlength=2, maxlength=3)": ("ab", "new"),
    "int": ("10", "2", "007"),
    "int(min=2)": ("2", "1", "10"),
    "int(max=20)": ("2", "20", "30"),
    "int(fixed_digits=2)": ("02", "10", "2"),
    "int(signed=True)": ("-3", "10"),
    "float": ("1.5", "2.75"),
    "float(max=2.5)": ("1.5", "2.75"),
    "path": ("a/b", "new", "a/10/ab", "a"),
    "uuid": ("8d3ab53a-9a21-4b12-a7a0-4d4d2f9b1c11", "8D3AB53A-9A21-4B12-A7A0-4D4D2F9B1C11"),
    "any(a, new)": ("a", "new", "b"),
    "any(items)": ("items", "item"),
    "letters": ("abc", "a"),
}
"""Texts that a converter takes, and some that it nearly takes."""


@st.composite
def _segment(draw: st.DrawFn, convert: st.SearchStrategy[tuple[str, str]]) -> Pieces:
    shape = draw(st.sampled_from(["static", "static", "variable", "variable", "prefix", "two"]))
    if shape == "static":
        return (draw(_NAMES),)
    first = Variable("", *draw(convert))
    if shape == "variable":
        return (first,)
    if shape == "prefix":
        return (draw(_NAMES), first)
    return (first, "-", Variable("", *draw(convert)))


@st.composite
def _template(draw: st.DrawFn, convert: st.SearchStrategy[tuple[str, str]]) -> Pieces:
    segments = draw(st.lists(_segment(convert), max_size=3))
    pieces: list[str | Variable] = ["/"]
    for number, segment in enumerate(segments):
        pieces += [*(["/"] if number else []), *segment]
    if segments and draw(st.integers(0, 3)) == 0:
        pieces.append("/")
    return _named(pieces, "v")


def _named(pieces: Iterable[str | Variable], prefix: str) -> Pieces:
    """Number the variables, and join texts that stand side by side."""
    result: list[str | Variable] = []
    for number, piece in enumerate(pieces):
        if isinstance(piece, Variable):
            result.append(Variable(f"{prefix}{number}", piece.converter, piece.arguments))
        elif result and isinstance(result[-1], str):
            result[-1] += piece
        else:
            result.append(piece)
    return tuple(result)


@st.composite
def _legacy_route(draw: st.DrawFn, earlier: Sequence[LegacyRoute]) -> list[LegacyRoute]:
    pieces = draw(_template(_LEGACY_CONVERTERS))
    if earlier and draw(st.integers(0, 3)) == 0:  # other methods of a path, as in a MethodView
        pieces = _named(draw(st.sampled_from(earlier)).pieces, "w")
    endpoint = f"view{len(earlier)}"
    if earlier and draw(st.integers(0, 3)) == 0:  # several rules, one view
        endpoint = draw(st.sampled_from(earlier)).endpoint
    route = LegacyRoute(
        pieces=pieces,
        methods=draw(_LEGACY_METHODS),
        endpoint=endpoint,
        strict_slashes=draw(st.sampled_from([None, None, False])),
        merge_slashes=draw(st.sampled_from([None, None, False])),
        automatic_options=draw(st.sampled_from([None, None, None, False])),
    )
    if draw(st.integers(0, 5)):
        return [route]
    last = f"{pieces[-1]}" if isinstance(pieces[-1], str) else ""
    number = (*pieces, *(() if last.endswith("/") else ("/",)), Variable("page", "int"))
    paged = LegacyRoute(_named_like(number), route.methods, endpoint)
    first = LegacyRoute(route.pieces, route.methods, endpoint, defaults=(("page", 1),))
    return [first, paged] if draw(st.booleans()) else [paged, first]


def _named_like(pieces: Pieces) -> Pieces:
    result: list[str | Variable] = []
    for piece in pieces:
        if isinstance(piece, str) and result and isinstance(result[-1], str):
            result[-1] += piece
        else:
            result.append(piece)
    return tuple(result)


@st.composite
def _twin(draw: st.DrawFn, route: LegacyRoute) -> PortedRoute:
    """Port a rule: other names, and a converter, none, or one that accepts other texts."""
    pieces: list[str | Variable] = []
    for number, piece in enumerate(route.pieces):
        if isinstance(piece, str):
            pieces.append(piece)
            continue
        same = piece.converter if piece.converter in CONVERTORS else ""
        pieces.append(Variable(f"p{number}", draw(st.one_of(st.just(same), _PORTED_CONVERTERS))))
    methods = draw(st.one_of(st.just(set(route.methods)), _PORTED_METHODS))
    return PortedRoute(tuple(pieces), frozenset(methods))


@st.composite
def _neighbour(draw: st.DrawFn, route: LegacyRoute) -> PortedRoute:
    """A route that shares paths with a rule, and is not its twin."""
    pieces: list[str | Variable] = []
    for piece in route.pieces:
        if isinstance(piece, str):
            pieces.append(piece)
        else:
            text = draw(st.sampled_from(_FITTING.get(piece.spelled, _USUAL)))
            static = draw(st.sampled_from([text, text, "new", None]))
            pieces.append(static or Variable(""))
    if draw(st.integers(0, 2)) == 0:
        slash = isinstance(pieces[-1], str) and pieces[-1].endswith("/")
        pieces += [*(() if slash else ("/",)), Variable("", "path")]
    methods = draw(st.one_of(st.just(set(route.methods)), _PORTED_METHODS))
    return PortedRoute(_named(pieces, "n"), frozenset(methods))


@st.composite
def _ported_route(draw: st.DrawFn, legacy: Sequence[LegacyRoute]) -> PortedRoute:
    kinds = ["twin", "twin", "neighbour", "neighbour", "other"] if legacy else ["other"]
    kind = draw(st.sampled_from(kinds))
    if kind == "twin":
        return draw(_twin(draw(st.sampled_from(legacy))))
    if kind == "neighbour":
        return draw(_neighbour(draw(st.sampled_from(legacy))))
    convert = _PORTED_CONVERTERS.map(lambda name: (name, ""))
    pieces = draw(_template(convert))
    if draw(st.integers(0, 7)) == 0:
        static = "/" + draw(_NAMES)
        return PortedRoute((f"{static}/", Variable("path", "path")), frozenset({"*"}))
    return PortedRoute(pieces, frozenset(draw(_PORTED_METHODS)))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw both applications' tables."""
    legacy: list[LegacyRoute] = []
    for _ in range(draw(st.sampled_from([1, 2, 3, 4, 0]))):
        legacy += draw(_legacy_route(legacy))
    return World(
        legacy=tuple(legacy),
        ported=tuple(draw(st.lists(_ported_route(legacy), min_size=1, max_size=4))),
        strict_slashes=draw(st.sampled_from([True, True, True, False])),
        merge_slashes=draw(st.sampled_from([True, True, True, False])),
        redirect_defaults=draw(st.sampled_from([True, True, True, False])),
    )


@st.composite
def paths(draw: st.DrawFn, world: World) -> str:
    """Draw a path that fits one of the templates, or nearly does."""
    return draw(_request(world))[1]


@st.composite
def _text(draw: st.DrawFn, variable: Variable) -> str:
    fitting = draw(st.integers(0, 4)) > 0
    texts = st.sampled_from(_FITTING.get(variable.spelled, _USUAL))
    return draw(texts if fitting else _TEXTS)


@st.composite
def _request(draw: st.DrawFn, world: World) -> tuple[str, str]:
    route = draw(st.sampled_from(world.routes))
    method = draw(st.sampled_from([*sorted(route.methods), "HEAD", "OPTIONS"]) | _METHODS)
    path = "".join(
        piece if isinstance(piece, str) else draw(_text(piece)) for piece in route.pieces
    )
    mutations = [None] * 10 + ["doubled slashes"] * 4 + list(_MUTATIONS)
    mutate = draw(st.sampled_from(mutations))
    return method, path if mutate is None else _MUTATIONS[mutate](path)


_METHODS = st.sampled_from(
    ["GET", "POST", "PUT", "DELETE", "get", "Head", "options", "PATCH", "PURGE", "TRACE"]
)
_MUTATIONS: Mapping[str, Callable[[str], str]] = {
    "another slash in front": lambda path: f"/{path}",
    "two more slashes in front": lambda path: f"//{path}",
    "doubled slashes": lambda path: re.sub(r"(?<=.)/", "//", path),
    "a slash at the end": lambda path: f"{path}/",
    "two slashes at the end": lambda path: f"{path}//",
    "no slash at the end": lambda path: path.rstrip("/"),
    "dots": lambda path: f"/a/..{path}",
    "a dot": lambda path: f"/.{path}",
    "upper case": str.upper,
    "one segment more": lambda path: f"{path}/b",
    "one segment less": lambda path: path.rpartition("/")[0],
    "a line's end": lambda path: f"{path}\n",
    "a parameter of a segment": lambda path: f"{path};x",
}


def requests(world: World) -> st.SearchStrategy[list[tuple[str, str]]]:
    """Draw a few methods and paths to try on a world."""
    return st.lists(_request(world), min_size=1, max_size=8)
