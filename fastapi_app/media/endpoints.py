"""`/api/media`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from fastapi_app.media.repository import MediaRepository
from fastapi_app.media.schemas import LISTING_PARAMETERS, ListingQuery, MediaItem, MediaPage
from fastapi_app.media.service import MediaService
from fastapi_app.responses import answer
from fastapi_app.security import CurrentUser, Principal, SessionDep, require_role, signed_in
from shared.models import Role

__all__ = ["router"]

# The router refuses strangers by itself; no endpoint can forget to.
router = APIRouter(prefix="/api/media", tags=["media"], dependencies=[Depends(signed_in)])

Editor = Annotated[Principal, Depends(require_role(Role.EDITOR, Role.ADMIN))]
MediaId = Annotated[int, Path(ge=0)]


def media_service(session: SessionDep) -> MediaService:
    """Wire the service to the request's session."""
    return MediaService(MediaRepository(session))


Service = Annotated[MediaService, Depends(media_service)]


@router.get("", response_model=MediaPage, openapi_extra=dict(LISTING_PARAMETERS))
async def list_media(request: Request, user: CurrentUser, service: Service) -> Response:
    """List the user's own items, newest first, 20 a page."""
    query = ListingQuery.from_params(request.query_params)
    return answer(await service.listing(user, query))


@router.get("/{media_id:int}", response_model=MediaItem)
async def show_media(media_id: MediaId, user: CurrentUser, service: Service) -> Response:
    """Show one of the user's own items."""
    return answer(await service.item(user, media_id))


@router.delete("/{media_id:int}", status_code=204)
async def delete_media(media_id: MediaId, user: Editor, service: Service) -> Response:
    """Delete one of the user's own items; needs the editor's or the administrator's role."""
    await service.delete(user, media_id)
    # Flask names a type even for nothing.
    return Response(status_code=204, media_type="text/html", headers={"Vary": "Cookie"})
