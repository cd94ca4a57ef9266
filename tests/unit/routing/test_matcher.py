"""What the matcher remembers changes no answer, and cannot be made to grow from outside."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.routing import Rule

from gateway.routing.build import PortedEndpoint, Routing, build
from gateway.routing.template import parse_fastapi
from tests.unit.routing.drawing import examples, requests, worlds
from tests.unit.routing.worlds import World, flask_app, ported_endpoints, read


def tables(*rules: str, ported: tuple[tuple[str, str], ...] = ()) -> Routing:
    app = Flask("legacy", static_folder=None)
    for number, rule in enumerate(rules):
        app.add_url_rule(rule, f"view{number}", lambda **_: "")
    app.url_map.add(Rule("/any", endpoint="any", methods=None))
    return build(
        read(app),
        [
            PortedEndpoint(index, frozenset({method}), parse_fastapi(path), f"handler{index}")
            for index, (method, path) in enumerate(ported)
        ],
    )


def fresh(world: World) -> Routing:
    return build(read(flask_app(world).app), ported_endpoints(world.ported))


@examples(60)
@given(world=worlds(), data=st.data())
def test_a_request_is_answered_as_if_it_were_the_first(world: World, data: st.DataObject) -> None:
    asked = [
        (method, path, data.draw(st.booleans(), "websocket"))
        for method, path in data.draw(requests(world))
    ]
    used = fresh(world)
    for _ in range(2):
        for method, path, websocket in asked:
            used.matcher.match(method, path, websocket=websocket)
    unused = fresh(world)
    for method, path, websocket in reversed(asked):
        ours = used.matcher.match(method, path, websocket=websocket)
        assert ours == unused.matcher.match(method, path, websocket=websocket)


def test_a_request_that_asks_for_a_websocket_leaves_nothing_behind() -> None:
    for first in (True, False):
        routing = tables("/<x>", ported=(("GET", "/new"), ("GET", "/{x}")))
        routing.matcher.match("GET", "/new", websocket=first)
        found = routing.matcher.match("GET", "/new")
        assert found.owner is routing.table["GET /{}"]
        assert found.port is routing.table["GET /new"]


@pytest.mark.parametrize("path", ["/any", "/page", "/a", "/a/1", "/nobody"])
def test_methods_and_paths_of_a_clients_choice_are_not_kept(path: str) -> None:
    routing = tables("/a", "/a/<x>", ported=(("*", "/page"),))
    kept = routing.matcher._static
    for number in range(100):
        routing.matcher.match(f"M{number}", path)
        routing.matcher.match("GET", f"{path}/{number}")
    assert len(kept) <= len(routing.table)
