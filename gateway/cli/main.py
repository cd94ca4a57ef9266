"""``strangler``: finds the command, and puts an error into one line."""

from __future__ import annotations

import importlib
import logging
import sys

import click

from gateway.errors import GatewayError
from gateway.version import __version__

__all__ = ["main", "strangler"]

_COMMANDS = ("serve", "init", "routes", "stage", "history", "check", "db")


class _Commands(click.Group):
    """Imports a command when it is asked for: ``stage`` must not wait for FastAPI."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"gateway.cli.{cmd_name}").command
        return command


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="strangler")
def strangler() -> None:
    """Move a Flask application to FastAPI, one route at a time."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Returns:
        0; 2 for an error that the operator can mend, which is told in one line.
    """
    logging.basicConfig(level=logging.WARNING, format="strangler: %(message)s")
    try:
        result = strangler.main(args=arguments, prog_name="strangler", standalone_mode=False)
    except GatewayError as error:
        click.echo(f"strangler: {error}", err=True)
        return 2
    except click.exceptions.Abort:
        return 130
    except click.exceptions.NoArgsIsHelpError as error:
        command = error.ctx.command_path
        click.echo(f"strangler: {command} needs a command; see {command} --help", err=True)
        return 2
    except click.ClickException as error:
        click.echo(f"strangler: {error.format_message()}", err=True)
        return 2
    return result if isinstance(result, int) else 0


if __name__ == "__main__":
    sys.exit(main())
