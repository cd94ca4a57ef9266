"""All flags at one revision, as one immutable value that is swapped whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from gateway.cutover.stages import Stage

__all__ = ["EMPTY", "Flag", "Snapshot"]


@dataclass(frozen=True, slots=True)
class Flag:
    """What an operator has set for one route."""

    stage: Stage


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The flags as they stood at one revision.

    Attributes:
        revision: raised by one with each change; 0 before the first.
        flags: route key → flag, for the routes somebody has set.
    """

    revision: int = 0
    flags: Mapping[str, Flag] = field(default_factory=lambda: MappingProxyType({}))


EMPTY = Snapshot()
