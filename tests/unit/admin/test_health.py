from __future__ import annotations

import pytest

from gateway.admin.health import Readiness, is_admin, readiness
from gateway.settings import Secret

STATE = Readiness(revision=3, trouble=None, routes=9, dispatch="direct", following=True, pid=1)


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [
        (b"Bearer hush", True),
        (b"bearer hush", True),
        (b"Bearer  hush", True),
        (b"Bearer hus", False),
        (b"Bearer hushh", False),
        (b"Basic hush", False),
        (b"hush", False),
        (b"Bearer", False),
        (b"", False),
        ("Bearer hüsh".encode(), False),
    ],
)
def test_the_admin_token_is_a_bearer_token(authorization: bytes, expected: bool) -> None:  # noqa: FBT001 - a table
    assert is_admin(authorization, Secret("hush")) is expected


def test_without_a_token_nobody_is_admin() -> None:
    assert not is_admin(b"Bearer ", None)
    assert not is_admin(b"Bearer None", None)


def test_the_public_learns_the_status_and_no_more() -> None:
    assert readiness(STATE, details=False) == {"status": "ready"}


def test_an_admin_learns_the_rest() -> None:
    told = readiness(STATE, details=True)
    assert told["revision"] == 3
    assert told["store"] == "answers"


def test_a_store_in_trouble_degrades_and_no_more() -> None:
    state = Readiness(
        revision=3, trouble="it is down", routes=9, dispatch="direct", following=True, pid=1
    )
    assert readiness(state, details=False) == {"status": "degraded"}
    assert readiness(state, details=True)["store"] == "it is down"
