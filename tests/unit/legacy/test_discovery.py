from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.lint import LintMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import Rule

from gateway.legacy.discovery import describe, is_flask


class Rewriter:
    """Middleware as people write it: nobody can tell what it does to a path."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["PATH_INFO"] = environ["PATH_INFO"].lower()
        answer: Iterable[bytes] = self.app(environ, start_response)
        return answer


HERE = f"{Rewriter.__module__}:Rewriter"


def flask() -> Any:
    app = Flask("legacy", static_folder=None)
    app.add_url_rule("/x/<int:number>", "x", str)
    return app


def test_a_flask_application_can_move() -> None:
    described = describe(flask())
    assert described.opaque is None
    assert [rule.template.text for rule in described.rules] == ["/x/<int:number>"]


def test_anything_else_is_one_opaque_whole() -> None:
    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        return []

    for app in (application, object(), DispatcherMiddleware(flask(), {"/other": application})):
        described = describe(app)
        if isinstance(app, DispatcherMiddleware):
            assert described.opaque is not None
            assert "DispatcherMiddleware" in described.opaque
        else:
            assert described.opaque == "the application is not a Flask application"
            assert described.rules == ()


def test_middleware_that_may_rewrite_paths_makes_every_route_opaque() -> None:
    inside = flask()
    inside.wsgi_app = Rewriter(inside.wsgi_app)
    for app in (inside, Rewriter(flask())):
        described = describe(app)
        assert described.opaque is not None
        assert HERE in described.opaque
        assert "legacy.transparent_middleware" in described.opaque
        assert all(rule.opaque == described.opaque for rule in described.rules)


def test_middleware_that_the_operator_vouches_for_does_not() -> None:
    app = flask()
    app.wsgi_app = Rewriter(Rewriter(app.wsgi_app))
    assert describe(app, (HERE,)).opaque is None
    assert describe(Rewriter(app), (HERE,)).opaque is None


def test_known_middleware_that_leaves_paths_alone_is_fine() -> None:
    app = flask()
    app.wsgi_app = LintMiddleware(ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1))
    assert describe(app).opaque is None


def test_a_proxy_fix_that_sets_the_prefix_changes_paths() -> None:
    app = flask()
    app.wsgi_app = ProxyFix(app.wsgi_app, x_prefix=1)
    assert describe(app).opaque is not None


def test_a_function_around_the_application_is_named() -> None:
    app = flask()
    inner = app.wsgi_app

    def wrapped(environ: dict[str, Any], start_response: Any) -> Any:
        return inner(environ, start_response)

    app.wsgi_app = wrapped
    described = describe(app)
    assert described.opaque is not None
    assert "wrapped" in described.opaque
    name = described.opaque.split()[3]
    assert describe(app, (name,)).opaque is None


def test_a_url_map_that_cannot_be_copied_is_opaque_with_the_reason() -> None:
    class Odd(Rule):
        def __init__(self, text: str, *, needed: int, **options: Any) -> None:
            super().__init__(text, **options)
            self.needed = needed

    app = flask()
    app.url_map.add(Odd("/odd", needed=1, endpoint="x"))
    described = describe(app)
    assert described.opaque is not None
    assert "cannot be copied: TypeError" in described.opaque


def test_is_flask_goes_by_what_an_object_has() -> None:
    assert is_flask(flask())
    assert not is_flask(flask().wsgi_app)
    assert not is_flask(None)
