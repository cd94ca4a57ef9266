"""``strangler routes``: every route, with its stage."""

from __future__ import annotations

import asyncio
import json

import click

from gateway.cli.application import load_gateway
from gateway.cutover import store
from gateway.cutover.decide import stage_of
from gateway.cutover.snapshot import Snapshot
from gateway.cutover.stages import Stage
from gateway.routing.route import Route
from gateway.settings import load_settings
from gateway.state.engine import connect
from gateway.state.upgrade import ensure
from gateway.state.url import parse_state_url

__all__ = ["command"]

_WHOLE = 100


@click.command("routes")
@click.option("--legacy", metavar="MODULE:APP", help="The WSGI application to carry.")
@click.option("--json", "as_json", is_flag=True, help="A list of objects, for programs.")
def command(legacy: str | None, as_json: bool) -> None:  # noqa: FBT001 - an option
    """List the routes of both applications with the stage each one has."""
    settings = load_settings(arguments={"legacy.app": legacy})
    gateway = load_gateway(settings)
    url = parse_state_url(settings.state_url)
    ensure(url)
    with connect(url) as connection:
        snapshot = store.load(connection)
    tables = asyncio.run(gateway.read_tables())
    table = tables.routing.table
    if as_json:
        click.echo(json.dumps([_row(route, snapshot) for route in table], indent=2))
        return
    _print(list(table), snapshot)


def _row(route: Route, snapshot: Snapshot) -> dict[str, object]:
    stage = stage_of(route, snapshot)
    return {
        "id": route.id,
        "method": route.method,
        "template": route.template,
        "endpoint": route.endpoint,
        "ported": route.ported,
        "stage": stage.value,
        "weight": _WHOLE if stage is Stage.PORTED else 0,
    }


def _print(routes: list[Route], snapshot: Snapshot) -> None:
    width = max((len(route.id) for route in routes), default=0)
    for route in routes:
        handler = "port" if route.ported else "-"
        stage = stage_of(route, snapshot)
        note = f"  ({route.opaque})" if route.opaque else ""
        click.echo(f"{route.id:<{width}}  {stage:<7}  {handler:<4}  {route.endpoint}{note}")
    ported = sum(route.ported for route in routes)
    moved = sum(stage_of(route, snapshot) is Stage.PORTED for route in routes)
    click.echo(f"{len(routes)} routes, {ported} with a ported handler, {moved} served by it")
