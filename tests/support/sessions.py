"""Flask's signed cookies and tokens, made without Flask and for any moment."""

import hashlib

from itsdangerous import TimestampSigner, URLSafeTimedSerializer

__all__ = ["csrf_token", "session_cookie"]


class EarlierSigner(TimestampSigner):
    """Signs as if it had done so `age` seconds ago."""

    age = 0

    def get_timestamp(self) -> int:
        return super().get_timestamp() - self.age


def session_cookie(key: str, content: object, age: int = 0) -> str:
    """Return the value of a `session` cookie."""
    serializer = URLSafeTimedSerializer(
        key,
        salt="cookie-session",
        signer=type("Signer", (EarlierSigner,), {"age": age}),
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha1},
    )
    return str(serializer.dumps(content))


def csrf_token(key: str, content: object, age: int = 0) -> str:
    """Return a token for a session whose `csrf_token` is `content`."""
    signer = type("Signer", (EarlierSigner,), {"age": age})
    return str(URLSafeTimedSerializer(key, salt="wtf-csrf-token", signer=signer).dumps(content))
