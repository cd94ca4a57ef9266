"""Both tables as one: twins, keys, and who starts where."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from flask import Flask
from flask.views import MethodView
from hypothesis import given
from werkzeug.routing import Rule

from gateway.cutover.decide import Target, decide
from gateway.cutover.snapshot import EMPTY, Flag, Snapshot
from gateway.cutover.stages import Stage
from gateway.legacy.discovery import describe
from gateway.routing.build import PortedEndpoint, Routing, build
from gateway.routing.matcher import NOBODY
from gateway.routing.template import parse_fastapi
from tests.unit.routing.drawing import examples, worlds
from tests.unit.routing.worlds import Picky, World, flask_app, ported_endpoints, read


def application(*rules: tuple[str, str]) -> Flask:
    app = Flask("legacy", static_folder=None)
    for number, (method, rule) in enumerate(rules):
        app.add_url_rule(rule, f"view{number}", view, methods=method.split("/"))
    return app


def view(**_: object) -> str:
    return ""


def ported(*routes: tuple[str, str]) -> list[PortedEndpoint]:
    return [
        PortedEndpoint(
            index,
            frozenset(methods.split("/")),
            parse_fastapi(path, {"rest": (".*", True)}),
            f"handler{index}",
        )
        for index, (methods, path) in enumerate(routes)
    ]


def tables(legacy: Iterable[tuple[str, str]], port: Iterable[tuple[str, str]]) -> Routing:
    return build(read(application(*legacy)), ported(*port))


def at_ported(*keys: str) -> Snapshot:
    return Snapshot(1, {key: Flag(Stage.PORTED) for key in keys})


def served(routing: Routing, method: str, path: str, snapshot: Snapshot) -> str | int:
    """The handler that a request reaches, or the stack."""
    decision = decide(
        routing.matcher.match(method, path), snapshot, has_legacy=routing.table.has_legacy
    )
    if decision.target is not Target.PORTED or decision.route is None:
        return decision.target.value
    return routing.handler(decision.route, method)


class TestTwins:
    def test_a_port_joins_the_rule_with_its_method_and_template(self) -> None:
        routing = tables([("GET", "/a/<int:x>")], [("GET", "/a/{y}")])
        (route,) = routing.table
        assert (route.key, route.id) == ("GET /a/{}", "GET /a/<int:x>")
        assert (route.endpoint, route.legacy, route.ported, route.free) == (
            "view0",
            True,
            True,
            False,
        )

    def test_another_method_is_another_route(self) -> None:
        routing = tables([("GET", "/a")], [("POST", "/a")])
        assert {route.key: (route.legacy, route.ported) for route in routing.table} == {
            "GET /a": (True, False),
            "POST /a": (False, True),
        }

    @pytest.mark.parametrize("path", ["/a/", "/A", "/a/b", "/{x}"])
    def test_another_template_is_another_route(self, path: str) -> None:
        routing = tables([("GET", "/a")], [("GET", path)])
        assert [route.legacy and route.ported for route in routing.table] == [False, False]

    def test_each_method_of_a_view_has_a_flag_of_its_own(self) -> None:
        class Item(MethodView):
            def get(self) -> str:
                return ""

            def delete(self) -> str:
                return ""

        app = Flask("legacy", static_folder=None)
        app.add_url_rule("/item", view_func=Item.as_view("item"))
        routing = build(read(app), ported(("GET/DELETE", "/item")))
        assert [route.key for route in routing.table] == ["GET /item", "DELETE /item"]
        moved = at_ported("GET /item")
        assert [served(routing, method, "/item", moved) for method in ("GET", "DELETE")] == [
            0,
            "legacy",
        ]

    def test_a_rule_stated_twice_is_one_route(self) -> None:
        routing = tables([("GET", "/a/<x>"), ("GET", "/a/<y>")], [("GET", "/a/{z}")])
        (route,) = routing.table
        assert route.endpoint == "view0"

    def test_text_in_braces_is_not_a_placeholder(self) -> None:
        routing = tables([("GET", "/a/{}"), ("GET", "/a/<x>")], [("GET", "/a/{y}")])
        assert len({route.key for route in routing.table}) == 2
        everything = at_ported(*(route.key for route in routing.table))
        assert served(routing, "GET", "/a/{}", everything) == "legacy"
        assert served(routing, "GET", "/a/b", everything) == 0

    def test_a_rule_stated_again_does_not_make_an_opaque_route_move(self) -> None:
        app = application()
        app.url_map.add(Rule("/a", methods=["GET"], endpoint="old", redirect_to="/b"))
        app.add_url_rule("/a", "new", view)
        routing = build(read(app), ported(("GET", "/a")))
        (route,) = routing.table
        assert route.opaque == "the rule redirects"
        assert served(routing, "GET", "/a", at_ported("GET /a")) == "legacy"


class TestConverters:
    legacy = (("GET", "/a/<int:x>"), ("GET", "/a/<x>"), ("POST", "/a/<x>"))

    def test_where_only_they_differ_they_are_part_of_the_key(self) -> None:
        routing = tables(self.legacy, [])
        assert [route.key for route in routing.table] == ["GET /a/{int}", "GET /a/{}", "POST /a/{}"]

    def test_and_must_agree(self) -> None:
        routing = tables(self.legacy, [("GET", "/a/{y:int}"), ("GET", "/a/{y}")])
        moved = at_ported("GET /a/{int}")
        assert served(routing, "GET", "/a/7", moved) == 0
        assert served(routing, "GET", "/a/b", moved) == "legacy"
        moved = at_ported("GET /a/{}")
        assert served(routing, "GET", "/a/7", moved) == "legacy"
        assert served(routing, "GET", "/a/b", moved) == 1

    def test_elsewhere_they_do_not_matter(self) -> None:
        routing = tables([("GET", "/a/<int:x>"), ("POST", "/a/<x>")], [("GET/POST", "/a/{y:int}")])
        assert [route.key for route in routing.table] == ["GET /a/{}", "POST /a/{}"]
        assert all(route.ported for route in routing.table)

    def test_arguments_count_too(self) -> None:
        routing = tables([("GET", "/<any(a, b):x>"), ("GET", "/<any(c, d):x>")], [])
        assert [route.key for route in routing.table] == ["GET /{any(a, b)}", "GET /{any(c, d)}"]


class TestRefusedText:
    def test_it_reaches_the_port_only_at_ported(self) -> None:
        routing = tables([("GET", "/a/<int:x>")], [("GET", "/a/{y}")])
        assert served(routing, "GET", "/a/b", EMPTY) == "legacy"
        assert served(routing, "GET", "/a/b", at_ported("GET /a/{}")) == 0
        assert served(routing, "HEAD", "/a/b", at_ported("GET /a/{}")) == 0

    def test_another_rule_that_takes_it_keeps_it(self) -> None:
        routing = tables([("GET", "/a/<int:x>"), ("GET", "/<path:rest>")], [("GET", "/a/{y}")])
        assert served(routing, "GET", "/a/b", at_ported("GET /a/{}")) == "legacy"

    def test_a_slash_that_flask_would_add_is_flasks_to_add(self) -> None:
        routing = tables(
            [("GET", "/a/<any(b):x>"), ("GET", "/a/<int:number>/")], [("GET", "/a/{x}")]
        )
        moved = at_ported("GET /a/{}")
        assert served(routing, "GET", "/a/7", moved) == "legacy"
        assert served(routing, "GET", "/a/c", moved) == 0

    def test_text_with_slashes_that_the_port_takes_and_the_rule_does_not(self) -> None:
        routing = tables([("GET", "/a/<x>")], [("GET", "/a/{rest:path}")])
        assert served(routing, "GET", "/a/b/c", EMPTY) == "legacy"
        assert served(routing, "GET", "/a/b/c", at_ported("GET /a/{}")) == 0

    def test_an_upgrade_is_not_refused_text(self) -> None:
        routing = tables([("GET", "/a/<int:x>"), ("GET", "/b")], [("GET", "/a/{y}"), ("GET", "/b")])
        for path in ("/a/7", "/b"):
            assert routing.matcher.match("GET", path, websocket=True) == NOBODY


class TestWithoutTwin:
    def test_a_port_no_rule_can_meet_serves_from_the_start(self) -> None:
        routing = tables([("GET", "/a")], [("GET", "/b"), ("POST", "/c/{x}")])
        assert [route.free for route in routing.table] == [False, True, True]
        assert served(routing, "GET", "/b", EMPTY) == 0
        assert served(routing, "POST", "/c/7", EMPTY) == 1
        assert routing.overlaps == {}

    def test_a_port_that_meets_one_waits_and_says_which(self) -> None:
        routing = tables([("GET", "/<x>"), ("POST", "/b")], [("GET", "/b")])
        assert routing.overlaps == {"GET /b": ("GET /<x>", "POST /b")}
        assert served(routing, "GET", "/b", EMPTY) == "legacy"
        assert served(routing, "GET", "/b", at_ported("GET /b")) == 0

    def test_a_static_rule_wins_over_a_ported_placeholder(self) -> None:
        routing = tables([("GET", "/videos/search")], [("GET", "/videos/{x}")])
        moved = at_ported("GET /videos/{}")
        assert served(routing, "GET", "/videos/search", moved) == "legacy"
        assert served(routing, "GET", "/videos/7", moved) == 0

    def test_a_catch_all_keeps_what_nobody_has_moved(self) -> None:
        routing = tables([("GET", "/<path:rest>")], [("GET", "/b/{x}")])
        assert served(routing, "GET", "/b/7", EMPTY) == "legacy"
        assert served(routing, "GET", "/b/7", at_ported("GET /b/{}")) == 0
        assert served(routing, "GET", "/c", at_ported("GET /b/{}")) == "legacy"


class TestHead:
    def test_it_is_its_gets(self) -> None:
        routing = tables([("GET", "/a")], [("GET", "/a")])
        assert [route.key for route in routing.table] == ["GET /a"]
        assert served(routing, "HEAD", "/a", EMPTY) == "legacy"
        assert served(routing, "HEAD", "/a", at_ported("GET /a")) == 0

    def test_a_handler_for_head_joins_its_get(self) -> None:
        routing = tables([("GET", "/a")], [("HEAD", "/a"), ("GET", "/a")])
        assert [route.key for route in routing.table] == ["GET /a"]
        assert routing.handlers["GET /a"] == {"GET": 1, "HEAD": 0}
        assert served(routing, "HEAD", "/a", at_ported("GET /a")) == 0
        assert served(routing, "GET", "/a", at_ported("GET /a")) == 1

    def test_without_a_get_it_is_a_route(self) -> None:
        routing = tables([], [("HEAD", "/a")])
        assert [route.key for route in routing.table] == ["HEAD /a"]
        assert served(routing, "HEAD", "/a", EMPTY) == 0

    def test_a_view_for_head_alone_stays_legacys(self) -> None:
        routing = tables([("HEAD", "/a"), ("POST", "/a")], [("POST", "/a")])
        moved = at_ported("POST /a")
        assert served(routing, "POST", "/a", moved) == 0
        assert served(routing, "HEAD", "/a", moved) == "legacy"
        assert served(routing, "OPTIONS", "/a", moved) == "legacy"
        assert served(routing, "DELETE", "/a", moved) == "legacy"


class TestOptions:
    def test_a_handler_joins_the_rule_that_answers_by_itself(self) -> None:
        routing = tables([("GET", "/a")], [("GET", "/a"), ("OPTIONS", "/a")])
        assert {route.key: route.legacy for route in routing.table} == {
            "GET /a": True,
            "OPTIONS /a": True,
        }
        assert served(routing, "OPTIONS", "/a", at_ported("OPTIONS /a")) == "legacy"
        assert served(routing, "OPTIONS", "/a", at_ported("GET /a")) == "gateway"
        assert served(routing, "OPTIONS", "/a", at_ported("GET /a", "OPTIONS /a")) == 1

    def test_a_view_for_it_is_a_route_like_any(self) -> None:
        routing = tables([("GET/OPTIONS", "/a")], [("GET", "/a"), ("OPTIONS", "/a")])
        assert served(routing, "OPTIONS", "/a", at_ported("GET /a")) == "legacy"
        assert served(routing, "OPTIONS", "/a", at_ported("OPTIONS /a")) == 1

    def test_a_view_that_flask_never_asks_does_not_count(self) -> None:
        routing = tables([("GET", "/a"), ("OPTIONS", "/a")], [("GET", "/a"), ("OPTIONS", "/a")])
        assert served(routing, "OPTIONS", "/a", at_ported("OPTIONS /a")) == "legacy"
        assert served(routing, "OPTIONS", "/a", at_ported("GET /a", "OPTIONS /a")) == 1

    def test_a_handler_over_an_opaque_rule_is_opaque_too(self) -> None:
        app = application()
        app.url_map.converters["picky"] = Picky
        app.add_url_rule("/<picky:x>/<int:y>", "a", view)
        routing = build(read(app), ported(("OPTIONS", "/{x}/{y}")))
        assert all(route.opaque for route in routing.table)
        everything = at_ported(*(route.key for route in routing.table))
        for path in ("/a/7", "/a/b"):
            assert served(routing, "OPTIONS", path, everything) == "legacy"

    def test_such_a_view_holds_back_the_answer_to_other_methods(self) -> None:
        routing = tables([("GET/OPTIONS", "/a")], [("GET", "/a")])
        assert served(routing, "PUT", "/a", at_ported("GET /a")) == "legacy"

    def test_a_path_without_its_slash_is_known_where_slashes_are_not_strict(self) -> None:
        app = Flask("legacy", static_folder=None)
        app.add_url_rule("/a/", "a", view, strict_slashes=False)
        routing = build(read(app), ported(("GET", "/a/")))
        assert served(routing, "GET", "/a", at_ported("GET /a/")) == 0
        assert served(routing, "OPTIONS", "/a", at_ported("GET /a/")) == "gateway"


class TestMounts:
    def test_one_takes_every_method_below_its_path(self) -> None:
        routing = tables([("GET", "/a")], [("*", "/m/{rest:path}")])
        assert [route.key for route in routing.table] == ["GET /a", "* /m/{}"]
        for method in ("GET", "HEAD", "OPTIONS", "PURGE"):
            assert served(routing, method, "/m/x/y", EMPTY) == 0
        assert served(routing, "GET", "/m/", EMPTY) == 0

    def test_one_over_a_rule_waits(self) -> None:
        routing = tables([("GET", "/m/<path:file>")], [("*", "/m/{rest:path}")])
        assert routing.overlaps == {"* /m/{}": ("GET /m/<path:file>",)}
        assert served(routing, "GET", "/m/x", EMPTY) == "legacy"


class TestRepeated:
    def test_the_first_declared_serves(self) -> None:
        routing = tables([], [("GET", "/a/{x}"), ("GET/POST", "/a/{y}")])
        assert routing.repeated == (1,)
        assert served(routing, "GET", "/a/7", EMPTY) == 0
        assert served(routing, "POST", "/a/7", EMPTY) == 1


def test_a_method_of_a_path_that_a_converter_refuses_does_not_run_in_circles() -> None:
    # Werkzeug: GET is refused by the number, and the path is known by POST: 405.
    routing = tables([("POST", "/a/0"), ("GET", "/a/<int(min=1):x>")], [("POST", "/a/0")])
    assert served(routing, "GET", "/a/0", EMPTY) == "legacy"
    assert served(routing, "GET", "/a/0", at_ported("POST /a/0")) == "gateway"


def test_a_key_too_long_for_the_store_makes_a_route_opaque() -> None:
    long = "/" + "a" * 500
    routing = tables([("GET", long)], [("GET", long), ("POST", long)])
    assert [route.opaque for route in routing.table] == [
        "its key is longer than 500 characters"
    ] * 2
    key = f"GET {long}"
    assert served(routing, "GET", long, at_ported(key)) == "legacy"


def not_flask(_: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
    start_response("200 OK", [])
    return [b""]


class TestOtherApplications:
    def test_one_that_is_not_flask_is_one_opaque_route(self) -> None:
        routing = build(describe(not_flask), ported(("GET", "/new")))
        assert [(route.key, route.opaque) for route in routing.table] == [
            ("* /{}", "the application is not a Flask application"),
            ("GET /new", None),
        ]
        assert served(routing, "GET", "/new", EMPTY) == "legacy"
        assert served(routing, "GET", "/old", EMPTY) == "legacy"
        assert served(routing, "GET", "/new", at_ported("GET /new", "* /{}")) == 0
        assert served(routing, "GET", "/old", at_ported("GET /new", "* /{}")) == "legacy"

    def test_flask_behind_unknown_middleware_does_not_move(self) -> None:
        app = application(("GET", "/a"))
        wrapped = type("Middleware", (), {"app": app, "__call__": not_flask})()
        routing = build(describe(wrapped), ported(("GET", "/a")))
        (route,) = routing.table
        assert route.opaque is not None
        assert served(routing, "GET", "/a", at_ported("GET /a")) == "legacy"

    def test_without_legacy_everything_ported_serves(self) -> None:
        routing = build(None, ported(("GET", "/a"), ("GET", "/b/{x}")))
        assert not routing.table.has_legacy
        assert all(route.free for route in routing.table)
        assert served(routing, "GET", "/b/7", at_ported()) == 1
        assert routing.matcher.match("GET", "/c") == NOBODY


@examples(150)
@given(world=worlds())
def test_the_table_names_every_route_once(world: World) -> None:
    routing = build(read(flask_app(world).app), ported_endpoints(world.ported))
    keys = [route.key for route in routing.table]
    assert len(keys) == len(set(keys))
    for route in routing.table:
        assert route.key.partition(" ")[0] == route.method
        assert route.id == f"{route.method} {route.template}"
        assert route.legacy or route.ported
        assert not (route.free and route.legacy)
        assert route.free or route.legacy or route.key in routing.overlaps or route.opaque
        if route.ported:
            assert 0 <= routing.handler(route, route.method) < len(world.ported)
    listed = {route.id for route in routing.table if route.legacy}
    for declared in world.legacy:
        for method in declared.methods:
            twin = {identifier.partition(" ")[2] for identifier in listed}
            assert any(identifier.startswith(f"{method} ") for identifier in listed), twin
