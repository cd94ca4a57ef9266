"""What goes in and out of the settings endpoints."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from fastapi_app.errors import BadRequestError
from shared.models import SettingKind

__all__ = ["CHANGE_BODY", "SettingChange", "SettingItem", "SettingList"]

Value = StrictBool | StrictInt | StrictStr


class SettingItem(BaseModel):
    """One setting and the rules its value keeps; times are UTC."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    key: str
    value: Value
    default: Value = Field(validation_alias="default_value")
    kind: SettingKind
    choices: list[str] | None
    minimum: int | None
    maximum: int | None
    description: str
    updated_at: datetime
    updated_by: str | None


class SettingList(BaseModel):
    """All settings, by key."""

    model_config = ConfigDict(frozen=True)

    items: list[SettingItem]


class SettingChange(BaseModel):
    """A new value; whether it fits is the setting's own business."""

    model_config = ConfigDict(frozen=True)

    value: Any

    @classmethod
    def from_json(cls, payload: object) -> Self:
        """Take the one key "value" out of a JSON object.

        Raises:
            BadRequestError: It is something else, or has other keys as well.
        """
        if not isinstance(payload, dict) or set(payload) != {"value"}:
            raise BadRequestError('The body must be a JSON object with the one key "value".')
        return cls(value=payload["value"])


CHANGE_BODY: Mapping[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {"value": {"type": ["string", "integer", "boolean"]}},
                    "required": ["value"],
                    "additionalProperties": False,
                }
            }
        },
    }
}
"""The same shape for OpenAPI, which cannot see that the endpoint reads a body."""
