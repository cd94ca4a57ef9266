"""What goes in and out of the media endpoints."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import QueryParams

from fastapi_app.errors import BadRequestError
from shared.models import Kind

__all__ = ["LISTING_PARAMETERS", "PER_PAGE", "ListingQuery", "MediaItem", "MediaPage"]

PER_PAGE: Final = 20
_LAST_PAGE: Final = 100_000


class MediaItem(BaseModel):
    """One item of the user's library; times are UTC."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: int
    type: Kind = Field(validation_alias="kind")
    title: str
    artist: str
    genre: str
    year: int
    minutes: int
    added_at: datetime


class MediaPage(BaseModel):
    """Up to 20 items, newest first; `total` counts all pages."""

    model_config = ConfigDict(frozen=True)

    items: list[MediaItem]
    page: int
    per_page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class ListingQuery:
    """Which part of the library is asked for.

    Attributes:
        kind: One kind only, or None for all.
        page: From 1 on.
    """

    kind: Kind | None = None
    page: int = 1

    @classmethod
    def from_params(cls, params: QueryParams) -> Self:
        """Read the query string with the monolith's rules.

        A parameter that is given twice counts once, and the first one wins, as in Werkzeug;
        FastAPI's own parameters would take the last.

        Raises:
            BadRequestError: `type` or `page` is not allowed.
        """
        kinds, pages = params.getlist("type"), params.getlist("page")
        return cls(kind=_kind(kinds[0]) if kinds else None, page=_page(pages[0]) if pages else 1)


def _kind(text: str) -> Kind:
    try:
        return Kind(text)
    except ValueError:
        raise BadRequestError(f"type takes one of: {', '.join(Kind)}.") from None


def _page(text: str) -> int:
    # Digits only: int() would also take "+1", "1_0", " 1" and the digits of other scripts.
    if text.isascii() and text.isdigit() and len(text) <= len(str(_LAST_PAGE)):
        page = int(text)
        if 1 <= page <= _LAST_PAGE:
            return page
    raise BadRequestError(f"page takes a whole number from 1 to {_LAST_PAGE}.")


LISTING_PARAMETERS: Mapping[str, Any] = {
    "parameters": [
        {
            "name": "type",
            "in": "query",
            "description": "One kind only.",
            "schema": {"type": "string", "enum": [kind.value for kind in Kind]},
        },
        {
            "name": "page",
            "in": "query",
            "schema": {"type": "integer", "minimum": 1, "maximum": _LAST_PAGE, "default": 1},
        },
    ]
}
"""The same rules for OpenAPI, which cannot see into `ListingQuery.from_params`."""
