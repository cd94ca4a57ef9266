"""The one error that bad configuration raises, everywhere in the reference system."""

from collections.abc import Iterable

__all__ = ["SettingError"]


class SettingError(ValueError):
    """A value from the environment cannot be used.

    Its text is one line that names the key, the value and what would be allowed. Whoever raises it
    has already removed secrets from `value`.

    Args:
        key: Name of the environment variable.
        value: What was found there, without secrets.
        allowed: The allowed values, or a sentence about them.
    """

    def __init__(self, key: str, value: str, allowed: str | Iterable[str]) -> None:
        self.key = key
        self.value = value
        self.allowed = allowed if isinstance(allowed, str) else ", ".join(allowed)
        super().__init__(f"{key}: {value!r} is not allowed; allowed: {self.allowed}")
