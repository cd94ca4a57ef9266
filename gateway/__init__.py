"""Strangler Gateway: a FastAPI root that carries a Flask monolith, and moves it route by route."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from gateway.version import __version__

if TYPE_CHECKING:
    from gateway.app import Gateway

__all__ = ["Gateway", "__version__"]


def __getattr__(name: str) -> object:
    """Import FastAPI only for those who ask for ``Gateway``: commands must answer at once."""
    if name == "Gateway":
        return import_module("gateway.app").Gateway
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
