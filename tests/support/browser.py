"""A browser for the monolith's pages, without the browser."""

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.seed import DEMO_PASSWORD

__all__ = ["Browser"]


class Browser:
    """A Flask test client that finds the CSRF token of its session by itself."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.get = client.get

    def token(self) -> str:
        """Return a token of this session, from a page that everybody may see."""
        page = self.client.get("/login", follow_redirects=True).text
        found = re.search(r'name="csrf-token" content="([^"]+)"', page)
        assert found, page
        return found[1]

    def post(self, path: str, /, **fields: str) -> TestResponse:
        """Send a form as its page would."""
        return self.client.post(path, data={"csrf_token": self.token(), **fields})

    def log_in(
        self, username: str, password: str = DEMO_PASSWORD, path: str = "/login"
    ) -> TestResponse:
        """Fill in the login page."""
        return self.post(path, username=username, password=password)
