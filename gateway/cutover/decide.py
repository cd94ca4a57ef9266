"""Which stack serves a request: pure, synchronous, no I/O.

Called once per request with what the matcher found and the current snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gateway.cutover.snapshot import Snapshot
from gateway.cutover.stages import Stage, first_stage
from gateway.routing.matcher import Match
from gateway.routing.route import Route

__all__ = ["Decision", "Target", "decide", "stage_of"]


class Target(StrEnum):
    """Who answers; also the value of the ``x-served-by`` header."""

    LEGACY = "legacy"
    PORTED = "ported"
    GATEWAY = "gateway"


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome for one request.

    Attributes:
        route: the route that decided; ``None`` where no table knows the path.
        target: the stack that serves.
        stage: the route's stage at this revision; ``None`` without a route.
        reason: why, in words for ``strangler why`` and the log.
        unit: what the request was bucketed by; ``None`` where no percentage was asked.
        params: the texts of the path's placeholders, by position.
        allow: for ``Target.GATEWAY``, the methods of the path.
    """

    route: Route | None
    target: Target
    stage: Stage | None
    reason: str
    unit: str | None = None
    params: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()


_UNKNOWN_PATH = Decision(None, Target.LEGACY, None, "no route of this path: legacy's to answer")
_SHARED_PATH = Decision(
    None, Target.LEGACY, None, "speaks for the whole path, which still has legacy methods"
)
_NO_LEGACY = Decision(None, Target.PORTED, None, "no legacy application")


def stage_of(route: Route, snapshot: Snapshot) -> Stage:
    """Return the stage a route has at this revision: the flag's, else its first."""
    if route.opaque is not None:
        return Stage.LEGACY
    flag = snapshot.flags.get(route.key)
    return first_stage(route) if flag is None else flag.stage


def decide(match: Match, snapshot: Snapshot, *, has_legacy: bool = True) -> Decision:
    """Choose the stack that serves a request.

    Args:
        match: who has a claim on it.
        snapshot: the flags.
        has_legacy: whether there is a legacy application to fall back on.
    """
    if not has_legacy:
        return _without_legacy(match)
    if match.siblings:
        return _for_whole_path(match, snapshot)
    if match.port is not None and _is_ported(match.port, snapshot):
        return Decision(
            match.port,
            Target.PORTED,
            Stage.PORTED,
            "its stage is ported",
            params=match.port_params,
        )
    if match.owner is not None:
        return _for_owner(match.owner, match.params, snapshot)
    return _UNKNOWN_PATH if match.port is None else _waiting(match.port)


def _for_owner(owner: Route, params: tuple[str, ...], snapshot: Snapshot) -> Decision:
    if owner.opaque is not None:
        return Decision(owner, Target.LEGACY, Stage.LEGACY, owner.opaque)
    stage = stage_of(owner, snapshot)
    if stage is not Stage.PORTED:
        return Decision(owner, Target.LEGACY, stage, "its stage is legacy")
    if not owner.ported:
        return Decision(owner, Target.LEGACY, stage, "no ported handler in this build")
    return Decision(owner, Target.PORTED, stage, "its stage is ported", params=params)


def _is_ported(route: Route, snapshot: Snapshot) -> bool:
    return route.ported and stage_of(route, snapshot) is Stage.PORTED


def _waiting(port: Route) -> Decision:
    return Decision(port, Target.LEGACY, Stage.LEGACY, "its stage is legacy")


def _without_legacy(match: Match) -> Decision:
    route, params = match.port, match.port_params
    if route is None or not route.ported:
        return _NO_LEGACY
    return Decision(route, Target.PORTED, Stage.PORTED, _NO_LEGACY.reason, params=params)


def _for_whole_path(match: Match, snapshot: Snapshot) -> Decision:
    """``OPTIONS``, and a method the path has not: legacy's until all of it is ported."""
    moved = [route for route in match.siblings if _is_ported(route, snapshot)]
    if not moved or any(route.legacy and route not in moved for route in match.siblings):
        return _SHARED_PATH
    if match.owner is not None and _is_ported(match.owner, snapshot):
        return Decision(
            match.owner,
            Target.PORTED,
            Stage.PORTED,
            "every method of the path is ported",
            params=match.params,
        )
    methods = {route.method for route in moved}
    methods |= {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
    return Decision(
        None,
        Target.GATEWAY,
        Stage.PORTED,
        "every method of the path is ported",
        allow=tuple(sorted(methods)),
    )
