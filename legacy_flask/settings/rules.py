"""Which values a setting takes."""

import re

from shared.models import Setting, SettingKind

LONGEST_TEXT = 2000
NUMBER = re.compile("-?[0-9]{1,18}")


def complaint(setting: Setting, value: object) -> str | None:
    """What is wrong with the value, or None."""
    if setting.kind is SettingKind.TEXT:
        fits = isinstance(value, str) and len(value) <= LONGEST_TEXT
        wanted = f"text of at most {LONGEST_TEXT} characters"
    elif setting.kind is SettingKind.BOOLEAN:
        fits = isinstance(value, bool)
        wanted = "true or false"
    elif setting.kind is SettingKind.CHOICE:
        choices = setting.choices or []
        fits = isinstance(value, str) and value in choices
        wanted = "one of: " + ", ".join(choices)
    else:
        fits = (
            isinstance(value, int)
            and not isinstance(value, bool)
            and (setting.minimum is None or value >= setting.minimum)
            and (setting.maximum is None or value <= setting.maximum)
        )
        wanted = f"a whole number from {setting.minimum} to {setting.maximum}"
    return None if fits else f"{setting.key} takes {wanted}."


def from_form(setting: Setting, text: str | None) -> object:
    """A form only knows text; a box that is not ticked is not sent at all."""
    if setting.kind is SettingKind.BOOLEAN:
        return text is not None
    if setting.kind is SettingKind.INTEGER:
        return int(text) if text and NUMBER.fullmatch(text) else text
    if setting.kind is SettingKind.TEXT:
        return (text or "").strip()
    return text
