"""``strangler stage``: move a route to another stage."""

from __future__ import annotations

import click

from gateway.cli.state import open_state
from gateway.cutover import store
from gateway.cutover.stages import Stage, parse_stage
from gateway.errors import UnknownRouteError
from gateway.routing.route import resolve

__all__ = ["command"]


@click.command("stage")
@click.argument("route")
@click.argument("stage")
@click.option("--reason", required=True, help="Why; kept in the history.")
def command(route: str, stage: str, reason: str) -> None:
    """Set the STAGE of ROUTE: "GET /api/media" ported.

    Running gateways follow within their poll interval; nothing is restarted.
    """
    wanted = parse_stage(stage)
    with open_state() as connection:
        known = {found.key: found for found in store.routes(connection)}
        if not known:
            raise UnknownRouteError(
                f"no route is called {route!r}: no gateway has published its routes yet; "
                "start it once with strangler serve"
            )
        key = resolve(route, {found.key: found.id for found in known.values()})
        change = store.set_stage(connection, known[key], wanted, by=store.actor(), reason=reason)
    click.echo(f"{change.route_id}: {change.before} -> {change.after} (revision {change.revision})")
    if Stage(change.before) is wanted:
        click.echo("it had this stage already; the reason is in the history")
