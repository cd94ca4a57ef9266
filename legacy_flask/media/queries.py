"""How the library is read; everybody sees the own items only."""

import math
from dataclasses import dataclass

from sqlalchemy import func, select

from legacy_flask.database import db
from shared.models import MAX_ID, Kind, Media

PER_PAGE = 20
LAST_PAGE = 100_000


@dataclass
class Listing:
    items: list[Media]
    page: int
    total: int

    @property
    def pages(self) -> int:
        return math.ceil(self.total / PER_PAGE)


def read_page(text: str | None) -> int | None:
    """The number of a page, or None when the text is no such number."""
    if text is None:
        return 1
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(LAST_PAGE)):
        return None
    return int(text) if 1 <= int(text) <= LAST_PAGE else None


def read_kind(text: str) -> Kind | None:
    return Kind(text) if text in set(Kind) else None


def list_media(owner_id: int, kind: Kind | None, page: int) -> Listing:
    conditions = [Media.owner_id == owner_id]
    if kind is not None:
        conditions.append(Media.kind == kind)
    total = db.session.scalar(select(func.count()).select_from(Media).where(*conditions)) or 0
    items = db.session.scalars(
        select(Media)
        .where(*conditions)
        .order_by(Media.added_at.desc(), Media.id.desc())
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    return Listing(list(items), page, total)


def find_media(owner_id: int, media_id: int) -> Media | None:
    if media_id > MAX_ID:
        return None
    return db.session.scalar(select(Media).where(Media.id == media_id, Media.owner_id == owner_id))


def count_kinds(owner_id: int) -> dict[Kind, int]:
    counts = select(Media.kind, func.count()).where(Media.owner_id == owner_id)
    return dict(db.session.execute(counts.group_by(Media.kind)).all())
