"""Bring the app's tables up to date.

    python -m migrations.upgrade

Exit code 0 when the database is at head, 2 when a setting is wrong or the database does not answer;
then one line on stderr says so, without the password.
"""

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.exc import SQLAlchemyError

from shared.engines import create_sync_engine, safe_url
from shared.errors import SettingError
from shared.settings import Settings

__all__ = ["HEAD", "DatabaseDownError", "alembic_config", "main", "upgrade"]

HEAD = "app@head"


class DatabaseDownError(Exception):
    """The database does not answer; the text is one line without the password."""


def alembic_config(database_url: str) -> Config:
    """Return Alembic's configuration for the app's branch on that database."""
    config = Config(Path(__file__).parent / "alembic.ini")
    config.attributes["database_url"] = database_url
    return config


def upgrade(database_url: str) -> None:
    """Upgrade to head; does nothing when the database is there already.

    Must not be called from inside a running event loop, because Alembic's environment starts one.

    Raises:
        DatabaseDownError: No connection.
        SettingError: The URL cannot be used.
    """
    _knock(database_url)
    command.upgrade(alembic_config(database_url), HEAD)


def _knock(database_url: str) -> None:
    """Tell "no database" from "a migration failed": only the first is the operator's fault."""
    engine = create_sync_engine(database_url)
    try:
        with engine.connect():
            pass
    except SQLAlchemyError as error:
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        raise DatabaseDownError(f"{safe_url(database_url)} does not answer: {reason}") from error
    finally:
        engine.dispose()


def main() -> int:
    """Upgrade the database of the environment."""
    try:
        upgrade(Settings.from_environ().database_url)
    except (DatabaseDownError, SettingError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command's output
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
