"""``strangler check``: what stands between a route and its cutover."""

from __future__ import annotations

import asyncio

import click

from gateway.cli.application import load_gateway
from gateway.settings import load_settings

__all__ = ["command"]


@click.command("check")
@click.option("--legacy", metavar="MODULE:APP", help="The WSGI application to carry.")
def command(legacy: str | None) -> None:
    """Name routes that cannot move, and ported routes that wait, with the reason."""
    gateway = load_gateway(load_settings(arguments={"legacy.app": legacy}))
    findings = asyncio.run(gateway.read_tables()).findings()
    for finding in findings:
        click.echo(f"{finding.route}: {finding.text}")
    click.echo(f"{len(findings)} findings" if findings else "nothing to report")
