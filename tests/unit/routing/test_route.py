"""The route a person means."""

from __future__ import annotations

import pytest
from flask import Flask

from gateway.errors import UnknownRouteError
from gateway.routing.build import build
from gateway.routing.route import RouteTable, resolve
from tests.support.routes import route
from tests.unit.routing.worlds import read

IDS = {
    "GET /videos/{}": "GET /videos/<int:video_id>",
    "POST /videos": "POST /videos",
    "GET /new/{}": "GET /new/{name}",
    "* /static/{}": "* /static/{path}",
}


@pytest.mark.parametrize(
    "text",
    [
        "GET /videos/<int:video_id>",
        "GET /videos/<video_id>",
        "GET /videos/<int:anything>",
        "GET /videos/{id}",
        "GET /videos/{id:int}",
        "GET /videos/{}",
        "get /videos/{id}",
        "  GET   /videos/{id} ",
    ],
)
def test_a_route_is_found_in_every_spelling(text: str) -> None:
    assert resolve(text, IDS) == "GET /videos/{}"


def test_a_mount_is_found() -> None:
    assert resolve("* /static/{path}", IDS) == "* /static/{}"


@pytest.mark.parametrize("text", ["GET /vids/<int:video_id>", "DELETE /videos/{}", "videos", ""])
def test_an_unknown_route_names_the_three_nearest(text: str) -> None:
    with pytest.raises(UnknownRouteError) as caught:
        resolve(text, IDS)
    message = str(caught.value)
    assert message.startswith(f"no route is called {text!r}; nearest: ")
    assert sum(known in message for known in IDS.values()) == 3


def test_without_routes_it_says_so() -> None:
    with pytest.raises(UnknownRouteError, match="no route is known"):
        resolve("GET /a", {})


def test_where_only_converters_differ_they_decide() -> None:
    app = Flask("legacy", static_folder=None)
    app.add_url_rule("/a/<int:x>", "number", lambda **_: "")
    app.add_url_rule("/a/<name>", "name", lambda **_: "")
    ids = {route.key: route.id for route in build(read(app), []).table}
    assert resolve("GET /a/<int:anything>", ids) == "GET /a/{int}"
    assert resolve("GET /a/{anything:int}", ids) == "GET /a/{int}"
    assert resolve("GET /a/{anything}", ids) == "GET /a/{}"
    assert resolve("GET /a/<name>", ids) == "GET /a/{}"


def test_a_table_is_read_in_its_order_and_by_key() -> None:
    first, second = route("GET /b"), route("GET /a")
    table = RouteTable({"GET /b": first, "GET /a": second}, has_legacy=True)
    assert list(table) == [first, second]
    assert len(table) == 2
    assert table["GET /a"] is second
    assert table["GET /b"] is first


def test_a_table_does_not_change_with_what_it_was_made_from() -> None:
    routes = {"GET /a": route("GET /a")}
    table = RouteTable(routes, has_legacy=True)
    routes.clear()
    assert len(table) == 1
