"""Flags, their audit and the published route table in SQL.

Each function works on one connection inside its caller's transaction. Commands call
them on a sync connection, the gateway through ``AsyncConnection.run_sync``: one
implementation for both.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import logging
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from gateway.cutover.snapshot import Flag, Snapshot
from gateway.cutover.stages import Stage, first_stage
from gateway.errors import StageError
from gateway.routing.route import Route
from gateway.state import schema

__all__ = ["Change", "actor", "history", "load", "publish", "revision", "routes", "set_stage"]

_LOGGER = logging.getLogger("gateway.cutover")


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a route's stage, as the audit keeps it.

    Attributes:
        revision: the revision of all flags that it made.
        at: when, in UTC, as ISO 8601 text.
        actor: who, as user@host.
        route_id: the route in the spelling it had then.
        before: the stage before.
        after: the stage after.
        reason: why, in the operator's words.
    """

    revision: int
    at: str
    actor: str
    route_id: str
    before: str
    after: str
    reason: str


def actor() -> str:
    """Return who is at the keyboard, as user@host."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in many containers
        user = "unknown"
    return f"{user}@{socket.gethostname()}"[:200]


def revision(connection: Connection) -> int:
    """Return the revision of the flags; cheap enough to ask all the time."""
    return int(connection.execute(select(schema.meta.c.revision)).scalar_one())


def load(connection: Connection) -> Snapshot:
    """Read all flags.

    A stage written by a newer version reads as legacy: the stack that always works.
    """
    # The revision first: a change in between is then seen again, never missed.
    number = revision(connection)
    flags = {}
    for key, name in connection.execute(select(schema.flag.c.route_key, schema.flag.c.stage)):
        if name not in set(Stage):
            _LOGGER.warning("%s has the stage %r, which this version does not know", key, name)
            name = Stage.LEGACY  # noqa: PLW2901 - the value to use from here on
        flags[key] = Flag(Stage(name))
    return Snapshot(number, MappingProxyType(flags))


def set_stage(
    connection: Connection, route: Route, stage: Stage, *, by: str, reason: str
) -> Change:
    """Set a route's stage, raise the revision and append to the audit.

    Args:
        connection: in a transaction of its own.
        route: the route, as published.
        stage: its new stage.
        by: who changes it.
        reason: why; must not be empty.

    Raises:
        StageError: the route cannot take this stage, or there is no reason.
    """
    if not reason.strip():
        raise StageError("a change needs a reason")
    if stage is not Stage.LEGACY and route.opaque is not None:
        raise StageError(f"{route.id} can only be served by legacy: {route.opaque}")
    if stage is not Stage.LEGACY and not route.ported:
        raise StageError(f"{route.id} has no ported handler: include one, then start the gateway")
    # Raising the revision first makes two operators wait for one another here.
    connection.execute(update(schema.meta).values(revision=schema.meta.c.revision + 1))
    number = revision(connection)
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    here = schema.flag.c.route_key == route.key
    found = connection.execute(select(schema.flag.c.stage).where(here)).scalar_one_or_none()
    before = found or first_stage(route).value
    values = {"stage": stage.value, "revision": number, "changed_at": now}
    if found is None:
        connection.execute(insert(schema.flag).values(route_key=route.key, **values))
    else:
        connection.execute(update(schema.flag).where(here).values(**values))
    connection.execute(
        insert(schema.audit).values(
            revision=number,
            at=now,
            actor=by[:200],
            route_key=route.key,
            route_id=route.id,
            before=json.dumps({"stage": before}),
            after=json.dumps({"stage": stage.value}),
            reason=reason.strip(),
        )
    )
    return Change(number, now, by, route.id, before, stage.value, reason.strip())


def history(connection: Connection, *, limit: int, key: str | None = None) -> list[Change]:
    """Read the newest changes, newest first; of one route if its key is given."""
    query = select(schema.audit).order_by(schema.audit.c.id.desc()).limit(limit)
    if key is not None:
        query = query.where(schema.audit.c.route_key == key)
    return [
        Change(
            revision=row.revision,
            at=row.at,
            actor=row.actor,
            route_id=row.route_id,
            before=json.loads(row.before)["stage"],
            after=json.loads(row.after)["stage"],
            reason=row.reason,
        )
        for row in connection.execute(query)
    ]


def publish(connection: Connection, table: Iterable[Route]) -> bool:
    """Publish the route table for commands that import no application.

    Every worker calls this when it starts; only a table that differs is written.

    Returns:
        Whether it differed.
    """
    rows = [
        {
            "route_key": route.key,
            "position": position,
            "route_id": route.id,
            "method": route.method,
            "template": route.template,
            "endpoint": route.endpoint,
            "ported": route.ported,
            "free": route.free,
            "opaque": route.opaque,
        }
        for position, route in enumerate(table)
    ]
    digest = hashlib.sha256(json.dumps(rows).encode()).hexdigest()
    # Compare and set in one statement, so that of several workers one writes.
    taken = connection.execute(
        update(schema.meta)
        .where(schema.meta.c.routes_digest != digest)
        .values(routes_digest=digest)
    )
    if taken.rowcount == 0:
        return False
    connection.execute(delete(schema.route))
    if rows:
        connection.execute(insert(schema.route), rows)
    return True


def routes(connection: Connection) -> list[Route]:
    """Read the published route table, in the order of declaration."""
    return [
        Route(
            key=row.route_key,
            id=row.route_id,
            method=row.method,
            template=row.template,
            endpoint=row.endpoint,
            legacy=True,
            ported=row.ported,
            free=row.free,
            opaque=row.opaque,
        )
        for row in connection.execute(select(schema.route).order_by(schema.route.c.position))
    ]
