"""Settings of the reference system: read once from the environment, checked, frozen."""

import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from shared.engines import PoolSettings, sync_url
from shared.errors import SettingError

__all__ = ["SettingError", "Settings"]

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})
_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_SHORTEST_SECRET = 16
_KEY_FILE = "secret_key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything both stacks need to know from outside.

    Attributes:
        database_url: The app's database, as written in `DATABASE_URL`.
        home: Folder of all embedded state (`STRANGLER_HOME`).
        configured_secret_key: `SECRET_KEY`, or None when the kept one is to be used.
        session_cookie_secure: Whether the session cookie travels over https only.
        log_level: Name of the lowest level that is logged.
        pool: Sizes of the connection pools.
    """

    database_url: str = field(repr=False)
    home: Path
    configured_secret_key: str | None = field(default=None, repr=False)
    session_cookie_secure: bool = False
    log_level: str = "INFO"
    pool: PoolSettings = field(default_factory=PoolSettings)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read and check the settings.

        Args:
            environ: Where to read; the process environment by default.

        Returns:
            Frozen settings.

        Raises:
            SettingError: A value is not allowed; the text is one line without secrets.
        """
        source = os.environ if environ is None else environ
        home = Path(source.get("STRANGLER_HOME") or "var").absolute()
        database_url = source.get("DATABASE_URL") or f"sqlite:///{home / 'encore.db'}"
        sync_url(database_url)
        return cls(
            database_url=database_url,
            home=home,
            configured_secret_key=_secret(source),
            session_cookie_secure=_boolean(source, "SESSION_COOKIE_SECURE", default=False),
            log_level=_choice(source, "LOG_LEVEL", _LOG_LEVELS, default="INFO"),
            pool=PoolSettings(
                size=_integer(source, "DATABASE_POOL_SIZE", 1, 200, default=10),
                timeout=_integer(source, "DATABASE_POOL_TIMEOUT", 1, 60, default=5),
            ),
        )

    def secret_key(self) -> str:
        """Return the key that signs sessions.

        `SECRET_KEY` wins. Without it the key is made at first use and kept in
        `<STRANGLER_HOME>/secret_key`, readable by the owner only.

        Returns:
            The key; the same one in every process that shares the folder.

        Raises:
            SettingError: The folder cannot be written, or the file holds no usable key.
        """
        if self.configured_secret_key is not None:
            return self.configured_secret_key
        path = self.home / _KEY_FILE
        try:
            if not path.exists():
                _keep_new_secret(path)
            key = path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingError(
                "STRANGLER_HOME", str(self.home), f"a writable folder ({error})"
            ) from error
        if len(key) < _SHORTEST_SECRET:
            raise SettingError(
                "SECRET_KEY", f"<{len(key)} characters in {path}>", f"at least {_SHORTEST_SECRET}"
            )
        return key


def _keep_new_secret(path: Path) -> None:
    """Create the file with its content in one step, so that no process reads half a key.

    Whoever links first wins; the others drop theirs and read the winner's.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # mkstemp opens with O_EXCL and mode 600.
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{_KEY_FILE}-")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        Path(draft).unlink()


def _secret(source: Mapping[str, str]) -> str | None:
    value = source.get("SECRET_KEY")
    if value is None:
        return None
    if len(value) < _SHORTEST_SECRET:
        raise SettingError(
            "SECRET_KEY", f"<{len(value)} characters>", f"at least {_SHORTEST_SECRET} characters"
        )
    return value


def _boolean(source: Mapping[str, str], key: str, *, default: bool) -> bool:
    value = source.get(key)
    if not value:
        return default
    if value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise SettingError(key, value, sorted(_TRUE | _FALSE))


def _choice(source: Mapping[str, str], key: str, allowed: tuple[str, ...], *, default: str) -> str:
    value = source.get(key)
    if not value:
        return default
    if value.upper() not in allowed:
        raise SettingError(key, value, allowed)
    return value.upper()


def _integer(
    source: Mapping[str, str], key: str, lowest: int, highest: int, *, default: int
) -> int:
    value = source.get(key)
    if not value:
        return default
    try:
        number = int(value)
    except ValueError:
        number = lowest - 1
    if not lowest <= number <= highest:
        raise SettingError(key, value, f"a whole number from {lowest} to {highest}")
    return number
