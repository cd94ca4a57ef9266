"""``healthz``: alive, and nothing else. ``readyz``: whether to send traffic here."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.settings import Secret

__all__ = ["Readiness", "is_admin", "readiness"]


@dataclass(frozen=True, slots=True)
class Readiness:
    """What ``readyz`` is answered from.

    Attributes:
        revision: of the flags this worker runs.
        trouble: why the store does not answer; ``None`` if it does.
        routes: how many routes the table has.
        dispatch: ``direct`` or ``scan``.
        following: whether this worker follows changes of the flags.
        pid: this worker's process.
    """

    revision: int
    trouble: str | None
    routes: int
    dispatch: str
    following: bool
    pid: int


def is_admin(authorization: bytes, token: Secret | None) -> bool:
    """Whether a request carries the admin token as its bearer token."""
    scheme, _, given = authorization.partition(b" ")
    if token is None or scheme.lower() != b"bearer":
        return False
    return hmac.compare_digest(given.strip(), token.reveal().encode())


def readiness(state: Readiness, *, details: bool) -> Mapping[str, object]:
    """Describe a worker that serves; only admins are told more than the status.

    A store that does not answer degrades a worker, no more: it goes on with its flags,
    and taking it out of service would turn the store's outage into everybody's.
    """
    status = {"status": "ready" if state.trouble is None else "degraded"}
    if not details:
        return status
    return {
        **status,
        "revision": state.revision,
        "store": state.trouble or "answers",
        "routes": state.routes,
        "dispatch": state.dispatch,
        "following": state.following,
        "pid": state.pid,
    }
