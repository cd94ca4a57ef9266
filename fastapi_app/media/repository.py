"""SQL of the media library.

Columns, not entities: a listing builds 20 items per request, and the unit of work that comes with
entities costs more than the query.
"""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Row, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.models import Kind, Media

__all__ = ["MediaRepository"]

_COLUMNS = (
    Media.id,
    Media.kind,
    Media.title,
    Media.artist,
    Media.genre,
    Media.year,
    Media.minutes,
    Media.added_at,
)


class MediaRepository:
    """Everybody's items; each method keeps to one owner.

    Args:
        session: The request's session; the repository neither commits nor closes it.
    """

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def count(self, owner_id: int, kind: Kind | None) -> int:
        """Count the owner's items, of one kind or of all."""
        statement = select(func.count()).select_from(Media).where(*_owned(owner_id, kind))
        return (await self._session.execute(statement)).scalar_one()

    async def page(
        self, owner_id: int, kind: Kind | None, *, limit: int, offset: int
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """Return a part of the owner's items, newest first."""
        statement = (
            select(*_COLUMNS)
            .where(*_owned(owner_id, kind))
            .order_by(Media.added_at.desc(), Media.id.desc())
            .limit(limit)
            .offset(offset)
        )
        return (await self._session.execute(statement)).all()

    async def find(self, owner_id: int, media_id: int) -> Row[*tuple[Any, ...]] | None:
        """Return one item, or None when it does not exist or is somebody else's."""
        statement = select(*_COLUMNS).where(Media.id == media_id, *_owned(owner_id, None))
        return (await self._session.execute(statement)).one_or_none()

    async def delete(self, owner_id: int, media_id: int) -> bool:
        """Delete one item in one statement; False when there was none of this owner's."""
        statement = delete(Media).where(Media.id == media_id, *_owned(owner_id, None))
        result = await self._session.execute(
            statement, execution_options={"synchronize_session": False}
        )
        # A DELETE returns a cursor's result; the session's signature does not tell.
        return bool(cast("CursorResult[Any]", result).rowcount)


def _owned(owner_id: int, kind: Kind | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Media.owner_id == owner_id]
    if kind is not None:
        conditions.append(Media.kind == kind)
    return conditions
