"""``strangler history``: who moved what, when and why."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from gateway.cli.state import open_state
from gateway.cutover import store
from gateway.routing.route import resolve

__all__ = ["command"]


@click.command("history")
@click.argument("route", required=False)
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="A list of objects, for programs.")
def command(route: str | None, limit: int, as_json: bool) -> None:  # noqa: FBT001 - an option
    """Show the newest changes of all routes, or of ROUTE; times are UTC."""
    with open_state() as connection:
        key = None
        if route is not None:
            known = {found.key: found.id for found in store.routes(connection)}
            key = resolve(route, known)
        changes = store.history(connection, limit=limit, key=key)
    if as_json:
        click.echo(json.dumps([asdict(change) for change in changes], indent=2))
        return
    for change in changes:
        click.echo(
            f"{change.revision:>6}  {change.at[:19]}Z  {change.route_id}  "
            f"{change.before} -> {change.after}  {change.actor}  {change.reason}"
        )
    if not changes:
        click.echo("nothing has been changed yet")
