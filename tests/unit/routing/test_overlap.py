"""Whether two templates can meet: never "no" where one path matches both."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from hypothesis import assume, event, given
from hypothesis import strategies as st
from starlette.routing import compile_path
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from gateway.routing.legacy_rules import LegacyRule
from gateway.routing.overlap import overlap, shape
from gateway.routing.template import Template, parse_fastapi, parse_flask
from tests.unit.routing.drawing import examples, paths, worlds
from tests.unit.routing.worlds import LegacyRoute, World, flask_app, ported_endpoints, read


def meet(one: Template, other: Template) -> bool:
    return overlap(shape(one), shape(other))


def answers(app: Flask, path: str, *, strictly: bool = True) -> bool:
    """Whether Flask has a rule for a path; one that it redirects to counts as well."""
    adapter = app.url_map.bind("localhost")
    try:
        adapter.match(path, "GET")
    except RequestRedirect:
        return not strictly
    except HTTPException:
        return False
    return True


def of(route: LegacyRoute, world: World) -> tuple[Flask, LegacyRule]:
    """One rule alone in its application."""
    alone = LegacyRoute(
        route.pieces,
        ("GET",),
        "alone",
        route.defaults,
        route.strict_slashes,
        route.merge_slashes,
    )
    app = flask_app(World((alone,), (), world.strict_slashes, world.merge_slashes)).app
    (rule,) = read(app).rules
    return app, rule


@examples(200)
@given(world=worlds(), data=st.data())
def test_templates_that_share_a_path_overlap(world: World, data: st.DataObject) -> None:
    assume(world.legacy and world.ported)
    path = data.draw(paths(world))
    ported = [
        endpoint.template
        for endpoint, route in zip(ported_endpoints(world.ported), world.ported, strict=True)
        if compile_path(route.text)[0].match(path)
    ]
    if not ported:
        return
    for route in world.legacy:
        app, rule = of(route, world)
        if answers(app, path, strictly=False):
            event("shared")
            for template in ported:
                assert meet(template, rule.template), (path, template.text, rule.template.text)
                assert meet(rule.template, template)


@examples(100)
@given(world=worlds())
def test_it_makes_no_difference_which_is_asked(world: World) -> None:
    templates = [parse_fastapi(route.text) for route in world.ported]
    templates += [parse_flask(route.text) for route in world.legacy]
    for one in templates:
        assert meet(one, one)
        for other in templates:
            assert meet(one, other) == meet(other, one)


@pytest.mark.parametrize(
    ("flask", "fastapi"),
    [
        ("/a", "/a"),
        ("/a/", "/a"),
        ("/a", "/a/"),
        ("/a//b", "/a/b"),
        ("/<x>", "/{y}"),
        ("/<x>", "/new"),
        ("/new", "/{y}"),
        ("/<int:x>", "/{y}"),
        ("/<int:x>", "/{y:int}"),
        ("/<int(min=5):x>", "/3"),
        ("/<path:x>", "/a/b/c"),
        ("/a/<path:x>", "/a/{y}/b"),
        ("/<path:x>/end", "/a/b/end"),
        ("/<x>/end", "/a/{y:path}"),
        ("/a", "/a/{y:path}"),
        ("/pre<x>", "/prefix{y}"),
        ("/<x>.json", "/{y}.json"),
        ("/<x>.json", "/{y}"),
        ("/<any(a, b):x>", "/b"),
        ("/", "/{y:path}"),
    ],
)
def test_these_overlap(flask: str, fastapi: str) -> None:
    app = Flask("legacy", static_folder=None)
    app.add_url_rule(flask, "a", lambda **_: "")
    (rule,) = read(app).rules
    assert meet(rule.template, parse_fastapi(fastapi))


@pytest.mark.parametrize(
    ("flask", "fastapi"),
    [
        ("/a", "/b"),
        ("/a", "/a/b"),
        ("/a/<x>", "/b/{y}"),
        ("/<int:x>", "/new"),
        ("/<int:x>", "/{y}/z"),
        ("/<any(a, b):x>", "/c"),
        ("/<uuid:x>", "/new"),
        ("/a/<path:x>", "/b/{y:path}"),
        ("/a-<x>", "/b-{y}"),
        ("/A", "/a"),
        ("/api/<x>", "/apix/{y}"),
    ],
)
def test_these_do_not(flask: str, fastapi: str) -> None:
    app = Flask("legacy", static_folder=None)
    app.add_url_rule(flask, "a", lambda **_: "")
    (rule,) = read(app).rules
    assert not meet(rule.template, parse_fastapi(fastapi))


def test_a_pattern_of_the_applications_own_is_asked() -> None:
    code = parse_flask("/<code:x>", {"x": ("[A-Z]{3}", False)})
    assert meet(code, parse_fastapi("/ABC"))
    assert not meet(code, parse_fastapi("/abc"))


def test_a_line_end_in_a_path_hides_no_overlap() -> None:
    # Starlette's patterns end in "$", which lets one line end pass.
    assert re.match("^/a$", "/a\n")
    assert meet(parse_flask("/<x>"), parse_fastapi("/a"))
