"""The rules of the media library: everybody sees and deletes the own items only."""

import logging
import math

from fastapi_app.errors import NotFoundError
from fastapi_app.media.repository import MediaRepository
from fastapi_app.media.schemas import PER_PAGE, ListingQuery, MediaItem, MediaPage
from fastapi_app.security import Principal
from shared.models import MAX_ID

__all__ = ["MediaService"]

logger = logging.getLogger(__name__)


class MediaService:
    """One user's library.

    Args:
        repository: Where the items are.
    """

    def __init__(self, repository: MediaRepository) -> None:
        self._repository = repository

    async def listing(self, user: Principal, query: ListingQuery) -> MediaPage:
        """Return one page and the count of all; a page behind the last one is empty."""
        total = await self._repository.count(user.id, query.kind)
        offset = (query.page - 1) * PER_PAGE
        # Two round trips become one where the count has already answered.
        rows = (
            await self._repository.page(user.id, query.kind, limit=PER_PAGE, offset=offset)
            if offset < total
            else ()
        )
        return MediaPage(
            items=[MediaItem.model_validate(row) for row in rows],
            page=query.page,
            per_page=PER_PAGE,
            pages=math.ceil(total / PER_PAGE),
            total=total,
        )

    async def item(self, user: Principal, media_id: int) -> MediaItem:
        """Return one item.

        Raises:
            NotFoundError: It does not exist, or is somebody else's.
        """
        row = await self._repository.find(user.id, _possible(media_id))
        if row is None:
            raise NotFoundError
        return MediaItem.model_validate(row)

    async def delete(self, user: Principal, media_id: int) -> None:
        """Delete one item for good.

        Raises:
            NotFoundError: It does not exist, or is somebody else's.
        """
        if not await self._repository.delete(user.id, _possible(media_id)):
            raise NotFoundError
        logger.info("user %s deleted media %s", user.id, media_id)


def _possible(media_id: int) -> int:
    """Spare the drivers a number that no key can be; SQLite's raises on it."""
    if media_id > MAX_ID:
        raise NotFoundError
    return media_id
