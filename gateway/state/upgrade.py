"""Bring the gateway's tables to the revision this code needs."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import URL, Connection

from gateway.errors import StateOutdated
from gateway.state.engine import connect
from gateway.state.schema import HEAD, VERSION_TABLE
from gateway.state.url import is_embedded, shown

__all__ = ["current", "ensure", "upgrade"]

_MIGRATIONS = Path(__file__).with_name("migrations")


def current(connection: Connection) -> str | None:
    """Return the revision the tables are at; ``None`` where there are none."""
    if not connection.dialect.has_table(connection, VERSION_TABLE):
        return None
    found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608 - our constant
    return found.scalar_one_or_none()


def ensure(url: URL) -> None:
    """Make sure that the tables are there and are this code's.

    An embedded state is created and upgraded; any other belongs to its operator,
    who runs ``strangler db upgrade``.

    Raises:
        StateOutdated: the tables are at another revision.
        StateUnreachable: the database does not answer.
    """
    with connect(url) as connection:
        revision = current(connection)
    if revision == HEAD:
        return
    if is_embedded(url) and (revision is None or revision < HEAD):
        upgrade(url)
        return
    if revision is not None and revision > HEAD:
        raise StateOutdated(
            f"the state {shown(url)} is at {revision}, newer than this version's {HEAD}: "
            "upgrade strangler-gateway"
        )
    raise StateOutdated(
        f"the state {shown(url)} is at {revision or 'no revision'}, this version needs {HEAD}: "
        "run strangler db upgrade"
    )


def upgrade(url: URL) -> str | None:
    """Upgrade the tables, whatever holds them. Running it twice changes nothing.

    Returns:
        The revision they were at before; ``None`` where there were none.
    """
    # Imported here: Alembic costs every other command a tenth of a second.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with connect(url) as connection:
        if is_embedded(url):
            # Workers may start at the same moment: the first upgrades, the others wait.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        before = current(connection)
        if before != HEAD:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    return before
