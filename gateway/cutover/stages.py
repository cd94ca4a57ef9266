"""The stages a route goes through on its way from legacy to ported."""

from __future__ import annotations

import difflib
from enum import StrEnum

from gateway.errors import StageError
from gateway.routing.route import Route

__all__ = ["Stage", "first_stage", "parse_stage"]


class Stage(StrEnum):
    """Who serves a route."""

    LEGACY = "legacy"
    """The legacy application serves it; its ported handler never runs."""

    PORTED = "ported"
    """The ported handler serves it; legacy is one command away."""


def first_stage(route: Route) -> Stage:
    """Return the stage a route has while nobody has set one."""
    return Stage.PORTED if route.free else Stage.LEGACY


def parse_stage(text: str) -> Stage:
    """Read a stage's name.

    Raises:
        StageError: there is no such stage; the message lists those there are.
    """
    try:
        return Stage(text.strip().lower())
    except ValueError:
        allowed = ", ".join(Stage)
        near = difflib.get_close_matches(text.lower(), list(Stage), n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise StageError(f"no stage is called {text!r}{hint}; allowed: {allowed}") from None
