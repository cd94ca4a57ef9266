"""Speak to a WSGI app the way servers do."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["with_wsgi_paths"]


def with_wsgi_paths(app: WSGIApplication) -> WSGIApplication:
    """Mend `httpx.WSGITransport`, which hands over decoded text as PATH_INFO.

    PEP 3333 wants the path's bytes, dressed up as latin-1; Werkzeug fails on anything else.
    """

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["PATH_INFO"] = environ["PATH_INFO"].encode().decode("latin-1")
        return app(environ, start_response)

    return application
