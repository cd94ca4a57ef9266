"""SQL of the settings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.models import Setting

__all__ = ["SettingRepository"]

_COLUMNS = (
    Setting.key,
    Setting.value,
    Setting.default_value,
    Setting.kind,
    Setting.choices,
    Setting.minimum,
    Setting.maximum,
    Setting.description,
    Setting.updated_at,
    Setting.updated_by,
)


class SettingRepository:
    """The installation's settings.

    Args:
        session: The request's session; the repository neither commits nor closes it.
    """

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def all(self) -> Sequence[Row[*tuple[Any, ...]]]:
        """Return all settings by key."""
        return (await self._session.execute(select(*_COLUMNS).order_by(Setting.key))).all()

    async def find(self, key: str) -> Row[*tuple[Any, ...]] | None:
        """Return one setting, or None."""
        statement = select(*_COLUMNS).where(Setting.key == key)
        return (await self._session.execute(statement)).one_or_none()

    async def store(self, key: str, value: object, *, at: datetime, by: str) -> None:
        """Write a value that was checked."""
        await self._session.execute(
            update(Setting)
            .where(Setting.key == key)
            .values(value=value, updated_at=at, updated_by=by),
            execution_options={"synchronize_session": False},
        )
