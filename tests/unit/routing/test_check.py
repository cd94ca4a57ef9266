"""What `check` says of two route tables."""

from __future__ import annotations

from flask import Flask

from gateway.routing.build import PortedEndpoint, build
from gateway.routing.check import Finding, check
from gateway.routing.template import parse_fastapi
from tests.unit.routing.worlds import Picky, read


def application(*rules: str) -> Flask:
    app = Flask("legacy", static_folder=None)
    app.url_map.converters["picky"] = Picky
    for number, rule in enumerate(rules):
        app.add_url_rule(rule, f"view{number}", lambda **_: "")
    return app


def ported(*paths: str) -> tuple[PortedEndpoint, ...]:
    return tuple(
        PortedEndpoint(index, frozenset({"GET"}), parse_fastapi(path), f"app.handler{index}")
        for index, path in enumerate(paths)
    )


def findings(app: Flask, endpoints: tuple[PortedEndpoint, ...]) -> list[Finding]:
    return check(build(read(app), endpoints), endpoints)


def test_two_tables_that_fit_have_no_findings() -> None:
    assert findings(application("/a/<int:b>", "/c"), ported("/a/{b}", "/new")) == []


def test_an_opaque_route_is_named_with_the_reason() -> None:
    (found,) = findings(application("/<picky:x>"), ported("/{x}"))
    assert found.route == "GET /<picky:x>"
    assert found.text.startswith("can only be served by legacy: the converter of <x> runs code")


def test_a_port_that_overlaps_names_what_it_overlaps() -> None:
    (found,) = findings(application("/<x>"), ported("/new"))
    assert found == Finding(
        "GET /new",
        "has no legacy twin but overlaps GET /<x>: "
        "it starts at legacy, and wins only where it is the more specific of the two",
    )


def test_more_than_three_are_counted() -> None:
    app = application("/<a>/x", "/<b>/<c>", "/<path:d>", "/<any(new, old):e>/<f>")
    (found,) = findings(app, ported("/new/x"))
    assert found.text.endswith(
        "and 1 more: it starts at legacy, and wins only where it is the more specific of the two"
    )


def test_an_application_that_is_one_opaque_whole_is_named_so() -> None:
    endpoints = ported("/new")
    legacy = read(application("/a"), opaque="so")
    texts = [found.text for found in check(build(legacy, endpoints), endpoints)]
    assert "can only be served by legacy: so" in texts
    assert any("overlaps the legacy application" in text for text in texts)


def test_a_handler_that_an_earlier_one_hides_is_named() -> None:
    (found,) = findings(application(), ported("/a/{b}", "/a/{c}"))
    assert found == Finding(
        "GET /a/{c}", "is declared twice; the handler app.handler1 is never reached"
    )
