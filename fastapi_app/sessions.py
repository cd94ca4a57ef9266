"""Flask's session cookie and Flask-WTF's tokens, read with itsdangerous alone.

The formats are those of `flask.sessions.SecureCookieSessionInterface` and `flask_wtf.csrf`. Nothing
is written here: only the monolith logs people in.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Any, Final

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

__all__ = ["CsrfError", "FlaskSessions"]

_COOKIE: Final = "session"
_SESSION_AGE_S: Final = 31 * 24 * 3600
_CSRF_AGE_S: Final = 3600
_CSRF_KEY: Final = "csrf_token"


class CsrfError(Exception):
    """The token does not prove that our own page sent the request; the text is Flask-WTF's."""


class FlaskSessions:
    """Reader of one Flask app's sessions.

    Args:
        secret_key: The `SECRET_KEY` both stacks share.
    """

    def __init__(self, secret_key: str) -> None:
        self._sessions = URLSafeTimedSerializer(
            secret_key,
            salt="cookie-session",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha1},
        )
        self._tokens = URLSafeTimedSerializer(secret_key, salt="wtf-csrf-token")

    def read(self, cookie_headers: Iterable[str]) -> Mapping[str, Any]:
        """Return the session of a request.

        Args:
            cookie_headers: Values of all `Cookie` headers, in the order they arrived.

        Returns:
            The session's content; empty without a cookie and for one that is forged or too old.
        """
        value = _first_cookie(cookie_headers, _COOKIE)
        if not value:
            return {}
        try:
            session = self._sessions.loads(value, max_age=_SESSION_AGE_S)
        except BadData:
            return {}
        return session if isinstance(session, dict) else {}

    def check_csrf(self, session: Mapping[str, Any], token: str | None) -> None:
        """Do as `flask_wtf.csrf.validate_csrf` does.

        Raises:
            CsrfError: With the same words as Flask-WTF's.
        """
        if not token:
            raise CsrfError("The CSRF token is missing.")
        expected = session.get(_CSRF_KEY)
        if not isinstance(expected, str):
            raise CsrfError("The CSRF session token is missing.")
        try:
            found = self._tokens.loads(token, max_age=_CSRF_AGE_S)
        except SignatureExpired:
            raise CsrfError("The CSRF token has expired.") from None
        except BadData:
            raise CsrfError("The CSRF token is invalid.") from None
        if not hmac.compare_digest(expected.encode(), str(found).encode()):
            raise CsrfError("The CSRF tokens do not match.")


def _first_cookie(headers: Iterable[str], name: str) -> str | None:
    """Find a cookie as Werkzeug does: the first of that name wins, quotes are taken off.

    Starlette lets the last one win. Were the port to follow it, one request could be two people.
    """
    for header in headers:
        for part in header.split(";"):
            key, separator, value = part.partition("=")
            if separator and key.strip() == name:
                value = value.strip()
                quoted = value.startswith('"') and value.endswith('"')
                return value[1:-1] if quoted else value
    return None
