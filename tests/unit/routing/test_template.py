"""Both spellings of a template, taken apart, and the key they share."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import compile_path

from gateway.routing.template import (
    Placeholder,
    Template,
    parse_fastapi,
    parse_flask,
    parse_route_id,
)
from tests.unit.routing.drawing import examples, worlds
from tests.unit.routing.worlds import LegacyRoute, PortedRoute, Variable, World

NAMES = st.text(string.ascii_letters + "_", min_size=1, max_size=8)
LITERALS = st.text(st.characters(blacklist_characters="<>{}/", codec="utf-8"), max_size=5)


@pytest.mark.parametrize(
    ("flask", "fastapi", "key"),
    [
        ("/", "/", "/"),
        ("/videos/", "/videos/", "/videos/"),
        ("/videos/<int:video_id>", "/videos/{id}", "/videos/{}"),
        ("/videos/<int:video_id>", "/videos/{id:int}", "/videos/{}"),
        ("/<a>-<b>/x", "/{one}-{two}/x", "/{}-{}/x"),
        ("/files/<path:name>", "/files/{rest:path}", "/files/{}"),
        ("/<any('a b', c):kind>", "/{kind}", "/{}"),
        ("/ü/<string(length=2):lang>", "/ü/{lang}", "/ü/{}"),
    ],
)
def test_both_spellings_share_a_key(flask: str, fastapi: str, key: str) -> None:
    assert parse_flask(flask).key() == parse_fastapi(fastapi).key() == key


@pytest.mark.parametrize(
    ("flask", "fastapi"),
    [
        ("/<int:a>", "/{b:int}"),
        ("/<a>", "/{b}"),
        ("/<string:a>", "/{b:str}"),
        ("/<default:a>", "/{b}"),
        ("/<uuid:a>/<path:b>", "/{c:uuid}/{d:path}"),
    ],
)
def test_converters_are_spelled_alike_where_they_mean_the_same(flask: str, fastapi: str) -> None:
    assert parse_flask(flask).key(spelled=True) == parse_fastapi(fastapi).key(spelled=True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/<int:a>", "/<a>"),
        ("/<int(min=1):a>", "/<int:a>"),
        ("/<string(length=2):a>", "/<string(length=3):a>"),
        ("/<path:a>", "/<string:a>"),
    ],
)
def test_converters_that_differ_are_spelled_differently(one: str, other: str) -> None:
    assert parse_flask(one).key(spelled=True) != parse_flask(other).key(spelled=True)
    assert parse_flask(one).key() == parse_flask(other).key()


def test_arguments_may_hold_every_bracket() -> None:
    (kind,) = parse_flask("""/<any("a)", "<b>", "c:d"):kind>""").placeholders
    assert (kind.name, kind.converter, kind.arguments) == ("kind", "any", '"a)", "<b>", "c:d"')


def test_a_placeholder_takes_the_pattern_of_its_application() -> None:
    template = parse_flask("/<int:a>/<b>", {"a": (r"-?\d+", False), "b": (".*", True)})
    assert template.placeholders == (
        Placeholder("a", "int", "", r"-?\d+", spans=False),
        Placeholder("b", "", "", ".*", spans=True),
    )


def test_only_a_path_spans_by_itself() -> None:
    template = parse_fastapi("/{a}/{b:int}/{c:path}")
    assert [placeholder.spans for placeholder in template.placeholders] == [False, False, True]


@examples(100)
@given(world=worlds())
def test_the_text_of_a_template_is_its_pieces(world: World) -> None:
    for route in world.routes:
        legacy = isinstance(route, LegacyRoute)
        template = (parse_flask if legacy else parse_fastapi)(route.text)
        assert template.text == route.text
        assert spelled_again(template, route) == route.text
        assert [piece.name for piece in template.placeholders] == [
            piece.name for piece in route.pieces if isinstance(piece, Variable)
        ]


def spelled_again(template: Template, route: LegacyRoute | PortedRoute) -> str:
    declared = iter([piece for piece in route.pieces if isinstance(piece, Variable)])
    spell = "flask" if isinstance(route, LegacyRoute) else "fastapi"
    return "".join(
        piece if isinstance(piece, str) else str(getattr(next(declared), spell))
        for piece in template.pieces
    )


@examples(100)
@given(literals=st.lists(LITERALS, min_size=1, max_size=4), names=st.sets(NAMES, min_size=4))
def test_starlette_reads_a_path_as_it_is_read_here(literals: list[str], names: set[str]) -> None:
    text = "/" + "/".join(
        f"{literal}{{{name}}}" for literal, name in zip(literals, sorted(names), strict=False)
    )
    template = parse_fastapi(text)
    _, path_format, convertors = compile_path(text)
    assert [placeholder.name for placeholder in template.placeholders] == list(convertors)
    assert path_format == text


@pytest.mark.parametrize(
    ("text", "method", "key"),
    [
        ("GET /a/<int:b>", "GET", "/a/{}"),
        ("get /a/{b}", "GET", "/a/{}"),
        ("  POST   /a/{}  ", "POST", "/a/{}"),
        ("* /static/{path:path}", "*", "/static/{}"),
        ("GET /a b", "GET", "/a b"),
    ],
)
def test_a_route_id_is_read_in_every_spelling(text: str, method: str, key: str) -> None:
    parsed = parse_route_id(text)
    assert parsed is not None
    assert parsed[0] == method
    assert parsed[1].key() == key


@pytest.mark.parametrize("text", ["", "GET", "/a", "GET a", "G3T /a", "GET  ", "GET/a"])
def test_other_texts_are_no_route_ids(text: str) -> None:
    assert parse_route_id(text) is None


def test_a_key_read_again_is_the_same_key() -> None:
    parsed = parse_route_id("GET /a/{}/{}")
    assert parsed is not None
    assert parsed[1].key() == "/a/{}/{}"
