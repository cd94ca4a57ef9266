"""Password hashes in Werkzeug's format, which the monolith's users already have."""

import hmac
from functools import cache

from werkzeug.security import check_password_hash, generate_password_hash

__all__ = ["check_password", "hash_password"]

# A request can carry megabytes here, and scrypt's first step reads all of it.
_LONGEST_PASSWORD = 1_024


def hash_password(password: str) -> str:
    """Return a salted scrypt hash, `scrypt:32768:8:1$<salt>$<hex>`.

    Raises:
        ValueError: The password is longer than 1,024 characters.
    """
    if len(password) > _LONGEST_PASSWORD:
        raise ValueError(f"a password has at most {_LONGEST_PASSWORD} characters")
    return generate_password_hash(password)


def check_password(password_hash: str | None, password: str) -> bool:
    """Tell whether the password belongs to the hash.

    Takes as long for an unknown user (`None`) as for a known one, so that the time of an answer
    does not tell which user names exist.

    Args:
        password_hash: The user's hash, or None when there is no such user.
        password: What was typed.

    Returns:
        True only for a known user's right password; False as well for a hash that is malformed or
        of a method Werkzeug no longer accepts.
    """
    if len(password) > _LONGEST_PASSWORD or not _encodable(password):
        return False
    if password_hash is None:
        check_password_hash(_dummy_hash(), password)
        return False
    try:
        return check_password_hash(password_hash, password)
    except (ValueError, TypeError, OverflowError, MemoryError):
        # Malformed parameters, or a method such as `md5$` that Werkzeug dropped.
        check_password_hash(_dummy_hash(), password)
        return False


def _encodable(password: str) -> bool:
    """JSON can carry half a surrogate pair, which no hash function takes."""
    try:
        password.encode()
    except UnicodeEncodeError:
        return False
    return True


@cache
def _dummy_hash() -> str:
    return generate_password_hash(hmac.digest(b"encore", b"nobody", "sha256").hex())
