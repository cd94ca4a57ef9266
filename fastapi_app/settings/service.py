"""The rules of the settings: everybody reads them, a value fits its setting's kind."""

import logging
from typing import Any, Final

from fastapi_app.errors import BadRequestError, NotFoundError
from fastapi_app.security import Principal
from fastapi_app.settings.repository import SettingRepository
from fastapi_app.settings.schemas import SettingChange, SettingItem, SettingList
from shared.models import SettingKind, utc_now

__all__ = ["SettingService", "complaint"]

logger = logging.getLogger(__name__)

_LONGEST_TEXT: Final = 2000


class SettingService:
    """The installation's settings.

    Args:
        repository: Where they are.
    """

    def __init__(self, repository: SettingRepository) -> None:
        self._repository = repository

    async def listing(self) -> SettingList:
        """Return all settings by key."""
        rows = await self._repository.all()
        return SettingList(items=[SettingItem.model_validate(row) for row in rows])

    async def item(self, key: str) -> SettingItem:
        """Return one setting.

        Raises:
            NotFoundError: There is none of that key.
        """
        row = await self._repository.find(key)
        if row is None:
            raise NotFoundError
        return SettingItem.model_validate(row)

    async def change(self, user: Principal, key: str, change: SettingChange) -> SettingItem:
        """Store a new value.

        Raises:
            NotFoundError: There is no setting of that key.
            BadRequestError: The value does not fit.
        """
        setting = await self.item(key)
        problem = complaint(setting, change.value)
        if problem is not None:
            raise BadRequestError(problem)
        return await self._store(user, setting, change.value)

    async def reset(self, user: Principal, key: str) -> SettingItem:
        """Put a setting back to its default.

        Raises:
            NotFoundError: There is no setting of that key.
        """
        setting = await self.item(key)
        return await self._store(user, setting, setting.default)

    async def _store(self, user: Principal, setting: SettingItem, value: Any) -> SettingItem:  # noqa: ANN401 - any JSON value
        now = utc_now()
        await self._repository.store(setting.key, value, at=now, by=user.username)
        logger.info("user %s set %s", user.id, setting.key)
        return setting.model_copy(
            update={"value": value, "updated_at": now, "updated_by": user.username}
        )


def complaint(setting: SettingItem, value: object) -> str | None:
    """Say what is wrong with a value, in the monolith's words.

    Returns:
        One sentence, or None when the value fits.
    """
    match setting.kind:
        case SettingKind.TEXT:
            fits = isinstance(value, str) and len(value) <= _LONGEST_TEXT
            wanted = f"text of at most {_LONGEST_TEXT} characters"
        case SettingKind.BOOLEAN:
            fits = isinstance(value, bool)
            wanted = "true or false"
        case SettingKind.CHOICE:
            choices = setting.choices or []
            fits = isinstance(value, str) and value in choices
            wanted = f"one of: {', '.join(choices)}"
        case SettingKind.INTEGER:
            fits = (
                isinstance(value, int)
                and not isinstance(value, bool)
                and (setting.minimum is None or value >= setting.minimum)
                and (setting.maximum is None or value <= setting.maximum)
            )
            wanted = f"a whole number from {setting.minimum} to {setting.maximum}"
    return None if fits else f"{setting.key} takes {wanted}."
