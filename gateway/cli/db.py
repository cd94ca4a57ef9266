"""``strangler db``: the gateway's own tables."""

from __future__ import annotations

import click

from gateway.settings import load_settings
from gateway.state.schema import HEAD
from gateway.state.upgrade import upgrade
from gateway.state.url import parse_state_url, shown

__all__ = ["command"]


@click.group("db")
def command() -> None:
    """Look after the gateway's own tables."""


@command.command("upgrade")
def upgrade_command() -> None:
    """Create or upgrade the tables; running it twice changes nothing."""
    url = parse_state_url(load_settings().state_url)
    before = upgrade(url)
    if before == HEAD:
        click.echo(f"{shown(url)} is at {HEAD} already")
    else:
        click.echo(f"{shown(url)}: {before or 'empty'} -> {HEAD}")
