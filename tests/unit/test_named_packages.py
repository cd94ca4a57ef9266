"""Packages this project was named for that nothing else here would exercise yet."""

from __future__ import annotations

import pytest
from jose import JWTError, jwt

KEY = "0123456789abcdef0123456789abcdef"


def test_python_jose_signs_and_reads_a_token() -> None:
    token = jwt.encode({"sub": "7", "aud": "encore"}, KEY, algorithm="HS256")
    assert jwt.decode(token, KEY, algorithms=["HS256"], audience="encore")["sub"] == "7"
    with pytest.raises(JWTError):
        jwt.decode(token, KEY[::-1], algorithms=["HS256"], audience="encore")


def test_python_jose_alone_accepts_a_token_without_the_audience_it_was_asked_for() -> None:
    """Why it may only ever stand behind checks of our own."""
    token = jwt.encode({"sub": "7"}, KEY, algorithm="HS256")
    assert jwt.decode(token, KEY, algorithms=["HS256"], audience="encore") == {"sub": "7"}
