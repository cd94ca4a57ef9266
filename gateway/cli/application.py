"""Find the gateway that a command is about."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import click

from gateway.errors import ConfigurationError
from gateway.legacy.loading import import_application, shadowed_package
from gateway.settings import Settings, load_settings

if TYPE_CHECKING:
    from gateway.app import Gateway

__all__ = ["load_gateway", "load_in_child"]


def load_gateway(settings: Settings) -> Gateway:
    """Import the composition root, or put a gateway in front of the legacy application.

    Args:
        settings: ``app`` names the root; without it, ``legacy.app`` is enough.

    Raises:
        ConfigurationError: neither is named, or ``app`` is no ``Gateway``.
        ImportStringError: what is named does not import.
    """
    _tell_of_variables_no_more()
    # Imported here: commands that read the store alone must not wait for FastAPI.
    from gateway.app import Gateway  # noqa: PLC0415

    if warning := shadowed_package():
        click.echo(f"strangler: {warning}", err=True)
    if settings.app is None:
        if settings.legacy.app is None:
            raise ConfigurationError(
                "no application is named: give --legacy module:app, or set app or legacy.app "
                "in strangler.toml (strangler init writes one)"
            )
        return Gateway(settings=settings)
    found = import_application(settings.app)
    if not isinstance(found, Gateway):
        raise ConfigurationError(
            f"app = {settings.app!r} is not allowed: it is a {type(found).__name__}, not a "
            "gateway.Gateway; for a Flask application use --legacy"
        )
    return found


def load_in_child() -> Gateway:
    """Load the gateway that the environment names, in a process that a command started.

    Raises:
        GatewayError: as the command itself would have raised it.
    """
    _tell_of_variables_no_more()
    return load_gateway(load_settings())


def _tell_of_variables_no_more() -> None:
    """Settings are read again in children and composition roots; one warning is enough."""
    logging.getLogger("gateway.settings").setLevel(logging.ERROR)
