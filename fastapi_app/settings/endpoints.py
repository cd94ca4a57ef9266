"""`/api/settings`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from fastapi_app.bodies import ReceivedBody
from fastapi_app.responses import answer
from fastapi_app.security import CurrentUser, Principal, SessionDep, require_role, signed_in
from fastapi_app.settings.repository import SettingRepository
from fastapi_app.settings.schemas import CHANGE_BODY, SettingChange, SettingItem, SettingList
from fastapi_app.settings.service import SettingService
from shared.models import Role

__all__ = ["router"]

# The router refuses strangers by itself; no endpoint can forget to.
router = APIRouter(prefix="/api/settings", tags=["settings"], dependencies=[Depends(signed_in)])

Admin = Annotated[Principal, Depends(require_role(Role.ADMIN))]


def setting_service(session: SessionDep) -> SettingService:
    """Wire the service to the request's session."""
    return SettingService(SettingRepository(session))


Service = Annotated[SettingService, Depends(setting_service)]


@router.get("", response_model=SettingList)
async def list_settings(_user: CurrentUser, service: Service) -> Response:
    """List all settings by key."""
    return answer(await service.listing())


@router.get("/{key}", response_model=SettingItem)
async def show_setting(key: str, _user: CurrentUser, service: Service) -> Response:
    """Show one setting."""
    return answer(await service.item(key))


# The body stands before the user: it is received before a database connection is taken.
@router.put("/{key}", response_model=SettingItem, openapi_extra=dict(CHANGE_BODY))
async def change_setting(key: str, body: ReceivedBody, user: Admin, service: Service) -> Response:
    """Change one setting; needs the administrator's role."""
    change = SettingChange.from_json(body.parsed())
    return answer(await service.change(user, key, change))


@router.delete("/{key}", response_model=SettingItem)
async def reset_setting(key: str, user: Admin, service: Service) -> Response:
    """Put one setting back to its default; needs the administrator's role."""
    return answer(await service.reset(user, key))
