"""The copy of Flask's map answers as the original, and runs nothing of the application."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter, IntegerConverter, Map, MapAdapter, Rule, ValidationError

from gateway.routing.build import build
from gateway.routing.legacy_rules import LegacyRules, texts
from gateway.routing.matcher import NOBODY
from tests.unit.routing.drawing import examples, requests, worlds
from tests.unit.routing.worlds import World, flask_app, read


def application(*rules: str, **options: Any) -> Flask:
    app = Flask("legacy", static_folder=None)
    for number, rule in enumerate(rules):
        app.add_url_rule(rule, f"view{number}", view, **options)
    return app


def view(**_: object) -> str:
    return ""


def bound(table: Map) -> MapAdapter:
    table.update()
    return table.bind("localhost")


def answer(table: Map, method: str, path: str, *, websocket: bool = False) -> object:
    """What a map says of a request, without the converted values."""
    try:
        rule, _ = bound(table).match(path, method, return_rule=True, websocket=websocket)
    except HTTPException as error:
        return type(error), sorted(getattr(error, "valid_methods", None) or ())
    return rule.rule, rule.endpoint, sorted(rule.methods or ()), rule.defaults


@examples(200)
@given(world=worlds(), data=st.data())
def test_the_copy_answers_as_the_original(world: World, data: st.DataObject) -> None:
    app = flask_app(world).app
    copy = read(app)
    for method, path in data.draw(requests(world)):
        assert answer(copy.map, method, path) == answer(app.url_map, method, path)


@examples(100)
@given(world=worlds(), data=st.data())
def test_the_copy_hands_on_the_texts(world: World, data: st.DataObject) -> None:
    app = flask_app(world).app
    copy = read(app)
    for method, path in data.draw(requests(world)):
        try:
            rule, values = bound(copy.map).match(path, method, return_rule=True)
        except HTTPException:
            continue
        placeholders = [rule.template for rule in copy.rules if rule.rule.rule == rule.rule.rule]
        assert placeholders
        found = texts(list(values.values())[: len(values) - len(rule.defaults or ())])
        assert all(text in path for text in found), (path, found)


class TestOrder:
    """Rules of equal weight: the one that was declared first wins, as in Flask."""

    def test_a_view_with_two_rules_does_not_overtake_the_rule_between_them(self) -> None:
        app = Flask("legacy", static_folder=None)
        app.add_url_rule("/elsewhere", "first", view)
        app.add_url_rule("/items/<slug>", "second", view)
        app.add_url_rule("/items/<uuid:item>", "first", view)
        path = "/items/8d3ab53a-9a21-4b12-a7a0-4d4d2f9b1c11"
        assert answer(app.url_map, "GET", path) == answer(read(app).map, "GET", path)

    def test_the_rules_of_one_view_keep_their_order(self) -> None:
        app = Flask("legacy", static_folder=None)
        app.add_url_rule("/items/<slug>", "item", view)
        app.add_url_rule("/items/<uuid:item>", "item", view, defaults={"page": 1})
        path = "/items/8d3ab53a-9a21-4b12-a7a0-4d4d2f9b1c11"
        assert answer(app.url_map, "GET", path) == answer(read(app).map, "GET", path)


class TestWhatEmptyForgets:
    def test_merge_slashes_of_one_rule_is_kept(self) -> None:
        app = application("/a/<path:rest>", "/a/b", merge_slashes=False)
        copy = read(app).map
        for path in ("/a//b", "/a/b//c", "//a/b"):
            assert answer(copy, "GET", path) == answer(app.url_map, "GET", path)

    def test_merge_slashes_of_the_map_is_kept(self) -> None:
        app = application("/a/b")
        app.url_map.merge_slashes = False
        assert read(app).map.merge_slashes is False
        assert answer(read(app).map, "GET", "/a//b") == answer(app.url_map, "GET", "/a//b")

    def test_strict_slashes_are_kept(self) -> None:
        app = application("/a/", strict_slashes=False)
        copy = read(app).map
        for path in ("/a", "/a/", "/a//"):
            assert answer(copy, "GET", path) == answer(app.url_map, "GET", path)

    def test_a_rule_for_websockets_stays_one(self) -> None:
        app = application("/http")
        app.url_map.add(Rule("/live", endpoint="live", websocket=True))
        legacy = read(app)
        for path in ("/live", "/http"):
            for websocket in (True, False):
                assert answer(legacy.map, "GET", path, websocket=websocket) == answer(
                    app.url_map, "GET", path, websocket=websocket
                )

    def test_a_rule_for_websockets_is_no_route(self) -> None:
        app = application()
        app.url_map.add(Rule("/live", endpoint="live", websocket=True))
        routing = build(read(app), [])
        assert len(routing.table) == 0
        for websocket in (True, False):
            assert routing.matcher.match("GET", "/live", websocket=websocket) == NOBODY

    def test_an_upgrade_to_a_plain_rule_is_nobodys(self) -> None:
        routing = build(read(application("/http")), [])
        assert routing.matcher.match("GET", "/http", websocket=True) == NOBODY

    def test_a_rule_that_only_builds_is_left_out(self) -> None:
        app = application("/a")
        app.url_map.add(Rule("/cdn/<path:file>", endpoint="cdn", build_only=True))
        assert [rule.template.text for rule in read(app).rules] == ["/a"]

    def test_the_original_keeps_answering(self) -> None:
        app = application("/a/<int:number>")
        build(read(app), [])
        assert app.test_client().get("/a/7").status_code == 200


class Looking(BaseConverter):
    """Asks a database, as far as anybody can tell from outside."""

    calls: list[str] = []  # noqa: RUF012 - what this class is for

    def to_python(self, value: str) -> str:
        self.calls.append(f"to_python {value}")
        raise ValidationError

    def to_url(self, value: Any) -> str:
        self.calls.append(f"to_url {value}")
        return str(value.isoformat())


@pytest.fixture
def looking() -> Flask:
    Looking.calls.clear()
    app = Flask("legacy", static_folder=None)
    app.url_map.converters["looking"] = Looking
    return app


class TestNothingOfTheApplicationRuns:
    def test_a_converter_is_not_called(self, looking: Flask) -> None:
        looking.add_url_rule("/a/<looking:day>", "day", view)
        routing = build(read(looking), [])
        owner = routing.matcher.match("GET", "/a/today").owner
        assert owner is not None
        assert owner.opaque is not None
        assert "Looking" in owner.opaque
        assert Looking.calls == []

    def test_nor_where_flask_would_redirect_to_the_rule_with_the_default(
        self, looking: Flask
    ) -> None:
        looking.add_url_rule("/a/<looking:day>/", "day", view, defaults={"page": 1})
        looking.add_url_rule("/a/<looking:day>/<int:page>", "day", view)
        assert build(read(looking), []).matcher.match("GET", "/a/today/1") == NOBODY
        assert Looking.calls == []

    def test_nor_for_an_alias(self, looking: Flask) -> None:
        looking.add_url_rule("/a/<looking:day>", "day", view)
        looking.add_url_rule("/old/<looking:day>", "day", view, alias=True)
        assert build(read(looking), []).matcher.match("GET", "/old/today") == NOBODY
        assert Looking.calls == []

    def test_an_alias_of_a_rule_that_only_builds_redirects_as_in_flask(self) -> None:
        app = application()
        app.url_map.add(Rule("/cdn/<file>", endpoint="file", build_only=True))
        app.url_map.add(Rule("/file/<file>", endpoint="file", alias=True, methods=["GET"]))
        assert app.test_client().get("/file/a").location == "http://localhost/cdn/a"
        assert build(read(app), []).matcher.match("GET", "/file/a") == NOBODY

    def test_redirect_to_is_not_called(self) -> None:
        calls: list[object] = []

        def target(_: MapAdapter, **values: object) -> str:
            calls.append(values)
            return "/elsewhere"

        app = application("/elsewhere")
        app.url_map.add(Rule("/old/<int:number>", endpoint="old", redirect_to=target))
        routing = build(read(app), [])
        owner = routing.matcher.match("GET", "/old/7").owner
        assert owner is not None
        assert owner.opaque == "the rule redirects"
        assert calls == []


class Even(IntegerConverter):
    def to_python(self, value: str) -> int:
        number = int(super().to_python(value))
        if number % 2:
            raise ValidationError
        return number


class Hexadecimal(IntegerConverter):
    regex = "[0-9a-f]+"

    @staticmethod
    def num_convert(value: str) -> int:
        return int(value, 16)


class Slug(BaseConverter):
    regex = "[a-z-]+"


class Matching(BaseConverter):
    """The usual snippet: a converter whose pattern is its argument."""

    def __init__(self, table: Map, pattern: str) -> None:
        super().__init__(table)
        self.regex = pattern


CONVERTERS: list[tuple[str, bool]] = [
    ("string", False),
    ("string(length=3)", False),
    ("int", False),
    ("int(min=3, max=9)", False),
    ("float", False),
    ("path", False),
    ("uuid", False),
    ("any(a, b)", False),
    ("slug", False),
    ("matching('[ab]+')", False),
    ("even", True),
    ("hexadecimal", True),
    ("looking", True),
]


@pytest.mark.parametrize(("converter", "opaque"), CONVERTERS)
def test_a_route_is_opaque_if_its_converter_runs_code(converter: str, *, opaque: bool) -> None:
    app = Flask("legacy", static_folder=None)
    app.url_map.converters |= {
        "even": Even,
        "hexadecimal": Hexadecimal,
        "looking": Looking,
        "slug": Slug,
        "matching": Matching,
    }
    app.add_url_rule(f"/a/<{converter}:value>", "a", view)
    (rule,) = read(app).rules
    assert (rule.opaque is not None) is opaque
    if rule.opaque is not None:
        assert rule.opaque.startswith("the converter of <value> runs code (")


def test_a_default_of_a_type_of_its_own_redirects_as_in_flask() -> None:
    first = uuid.UUID("8d3ab53a-9a21-4b12-a7a0-4d4d2f9b1c11")
    app = Flask("legacy", static_folder=None)
    app.add_url_rule("/a/", "a", view, defaults={"item": first})
    app.add_url_rule("/a/<uuid:item>", "a", view)
    path = f"/a/{first}"
    assert answer(read(app).map, "GET", path) == answer(app.url_map, "GET", path)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("/<int:a>", "007"),
        ("/<int:a>", "٣"),
        ("/<int(signed=True):a>", "-0"),
        ("/<float:a>", "1.50"),
        ("/<float:a>", "00.5"),
        ("/<float:a>", "1" * 400 + ".0"),
        ("/<uuid:a>", "8D3AB53A-9A21-4B12-A7A0-4D4D2F9B1C11"),
        ("/<string:a>", "a b"),
        ("/<path:a>", "a/b//c"),
        ("/<any('a b', c):a>", "a b"),
    ],
)
def test_the_text_is_handed_on_as_it_came(rule: str, text: str) -> None:
    found = build(read(application(rule)), []).matcher.match("GET", f"/{text}")
    assert found.params == (text,)


@pytest.mark.parametrize("text", ["1" * 5000, "1" * 5000 + ".5", "٣" * 5000])
def test_a_number_python_does_not_read_is_refused_as_flask_refuses_it(text: str) -> None:
    app = application("/i/<int:a>", "/f/<float:a>")
    copy = read(app).map
    for path in (f"/i/{text}", f"/f/{text}"):
        assert answer(copy, "GET", path) == answer(app.url_map, "GET", path)


def by_host() -> Flask:
    app = Flask("legacy", static_folder=None, host_matching=True, static_host=None)
    app.add_url_rule("/a", "a", view, host="a.example")
    return app


def by_subdomain() -> Flask:
    app = Flask("legacy", static_folder=None, subdomain_matching=True)
    app.add_url_rule("/a", "a", view, subdomain="shop")
    return app


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (by_host, "the application matches hosts"),
        (by_subdomain, "the application matches subdomains"),
    ],
)
def test_an_application_that_routes_by_host_is_opaque(
    make: Callable[[], Flask], reason: str
) -> None:
    legacy = read(make())
    assert legacy.opaque == reason
    assert [rule.opaque for rule in legacy.rules] == [reason]
    assert build(legacy, []).matcher.match("GET", "/a") == NOBODY


def test_a_subdomain_without_subdomain_matching_is_never_reached() -> None:
    app = Flask("legacy", static_folder=None)
    app.add_url_rule("/a", "a", view, subdomain="shop")
    app.add_url_rule("/b", "b", view)
    assert app.test_client().get("/a").status_code == 404
    matcher = build(read(app), []).matcher
    assert matcher.match("GET", "/a") == NOBODY
    assert matcher.match("GET", "/b").owner is not None


def test_a_rule_for_every_method_is_opaque() -> None:
    app = application()
    app.url_map.add(Rule("/a", endpoint="a", methods=None))
    routing = build(read(app), [])
    assert [(route.id, route.opaque) for route in routing.table] == [
        ("* /a", "the rule takes every method")
    ]
    for method in ("GET", "PURGE", "OPTIONS"):
        owner = routing.matcher.match(method, "/a").owner
        assert owner is not None
        assert owner.key == "* /a"


class TestMethods:
    @pytest.mark.parametrize(
        ("options", "methods", "automatic"),
        [
            ({}, {"GET"}, True),
            ({"methods": ["POST", "GET"]}, {"GET", "POST"}, True),
            ({"methods": ["GET", "OPTIONS"]}, {"GET", "OPTIONS"}, False),
            ({"methods": ["HEAD"]}, {"HEAD"}, True),
            ({"methods": ["get"], "provide_automatic_options": False}, {"GET"}, False),
        ],
    )
    def test_automatic_ones_are_left_out(
        self, options: dict[str, Any], methods: set[str], *, automatic: bool
    ) -> None:
        (rule,) = read(application("/a", **options)).rules
        assert rule.methods == methods
        assert rule.automatic_options is automatic


def test_a_reason_from_outside_is_every_rules_reason() -> None:
    legacy: LegacyRules = read(application("/a", "/b"), opaque="middleware around it")
    assert {rule.opaque for rule in legacy.rules} == {"middleware around it"}
