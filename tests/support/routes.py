"""Routes made by hand."""

from __future__ import annotations

from typing import Any

from gateway.routing.route import Route

__all__ = ["route"]


def route(key: str = "GET /x", **changes: Any) -> Route:
    """Make a route of both stacks that has not moved."""
    method, _, template = key.partition(" ")
    values: dict[str, Any] = {
        "key": key,
        "id": key,
        "method": method,
        "template": template,
        "endpoint": "x",
        "legacy": True,
        "ported": True,
        "free": False,
        **changes,
    }
    return Route(**values)
