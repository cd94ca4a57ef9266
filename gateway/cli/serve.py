"""``strangler serve``: take the traffic."""

from __future__ import annotations

import ipaddress
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
from typing import Any

import click

from gateway.cli.application import load_gateway, load_in_child
from gateway.errors import ConfigurationError, GatewayError
from gateway.settings import Settings, environment_name, load_settings
from gateway.state.upgrade import ensure
from gateway.state.url import is_embedded, parse_state_url
from gateway.version import __version__

__all__ = ["command", "create_app"]

_BACKLOG = 2048


@click.command("serve")
@click.argument("app", required=False, metavar="[MODULE:APP]")
@click.option("--legacy", metavar="MODULE:APP", help="The WSGI application to carry.")
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=int, help="Port to listen on; 0 takes a free one.  [default: 8000]")
@click.option("--workers", type=int, help="Processes that serve.  [default: 1]")
@click.option("--single-host", is_flag=True, default=None, help="No other host shares the flags.")
def command(
    app: str | None,
    legacy: str | None,
    host: str | None,
    port: int | None,
    workers: int | None,
    single_host: bool | None,  # noqa: FBT001 - an option
) -> None:
    """Serve the composition root MODULE:APP, or a gateway in front of --legacy alone."""
    arguments = {
        "app": app,
        "legacy.app": legacy,
        "host": host,
        "port": port,
        "workers": workers,
        "single_host": single_host,
    }
    settings = load_settings(arguments=arguments)
    # Workers are processes of their own: they read their settings from here.
    os.environ.update(
        {environment_name(key): str(value) for key, value in arguments.items() if value is not None}
    )
    _refuse_split_flags(settings)
    listener = _listen(settings.host, settings.port)
    with listener:
        ensure(parse_state_url(settings.state_url))
        _serve(settings, listener)


def create_app() -> Any:  # noqa: ANN401 - the ASGI application, for uvicorn
    """Make the application inside a worker; uvicorn's factory."""
    _end_with_supervisor()
    return load_in_child()


def _end_with_supervisor() -> None:
    """Stop when the supervisor has gone without a word, as when it is killed.

    Otherwise this worker would hold the port, and serve, for ever.
    """
    supervisor = multiprocessing.parent_process()
    if supervisor is None:
        return

    def wait() -> None:
        supervisor.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="strangler-supervisor", daemon=True).start()


def _serve(settings: Settings, listener: socket.socket) -> None:
    # Imported here: `strangler serve --help` need not wait for them.
    from uvicorn import Config, Server  # noqa: PLC0415
    from uvicorn.supervisors import Multiprocess  # noqa: PLC0415

    application: Any
    if settings.workers == 1:
        application = load_gateway(settings)
    else:
        # This process never imports the application: what that starts (a scheduler,
        # a thread) must run in workers only. A process of its own tells, in one line,
        # whether it imports; a worker that cannot start would be restarted for ever.
        application = "gateway.cli.serve:create_app"
        trial = subprocess.run([sys.executable, "-m", "gateway.cli.trial"], check=False)
        if trial.returncode:
            sys.exit(trial.returncode)
    config = Config(
        application,
        factory=settings.workers > 1,
        host=settings.host,
        port=listener.getsockname()[1],
        workers=settings.workers,
        log_config=_log_config(settings),
        access_log=settings.log.access,
        server_header=False,  # legacy's own answer, or none
        proxy_headers=False,  # the edge reads the scheme; legacy's ProxyFix reads the rest
        lifespan="on",
        timeout_graceful_shutdown=30,
    )
    address, port = listener.getsockname()[:2]
    shown = f"[{address}]" if ":" in address else address
    carried = settings.app or settings.legacy.app
    click.echo(
        f"Strangler Gateway {__version__} carries {carried} on http://{shown}:{port} "
        f"({settings.workers} worker{'s' if settings.workers > 1 else ''})"
    )
    if settings.workers > 1:
        Multiprocess(config, sockets=[listener]).run()
        return
    server = Server(config)
    server.run(sockets=[listener])
    if not server.started:
        sys.exit(3)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family)
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        reason = error.strerror or str(error)
        raise GatewayError(
            f"cannot listen on {host} port {port}: {reason}; choose another with --port or PORT"
        ) from None
    listener.set_inheritable(True)
    return listener


def _refuse_split_flags(settings: Settings) -> None:
    """A SQLite file is one host's: with two hosts, each would have flags of its own."""
    if settings.single_host or not is_embedded(parse_state_url(settings.state_url)):
        return
    try:
        is_loopback = ipaddress.ip_address(settings.host).is_loopback
    except ValueError:
        is_loopback = settings.host == "localhost"
    if not is_loopback:
        raise ConfigurationError(
            f"host = {settings.host!r} is not allowed with the state in SQLite, which other hosts "
            "cannot share: set state.url, or say --single-host"
        )


def _log_config(settings: Settings) -> dict[str, Any]:
    level = settings.log.level.upper()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "gateway": {"level": level},
            "uvicorn": {"level": level},
            "uvicorn.access": {"level": "INFO"},
        },
    }
