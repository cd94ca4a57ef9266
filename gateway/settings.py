"""Settings: ``strangler.toml``, overridden by the environment, overridden by arguments.

Read once, then frozen. A bad value, or an unknown key in the file, stops the start
with one line. An unknown ``STRANGLER_*`` variable only warns: Kubernetes injects
``STRANGLER_PORT=tcp://10.0.0.1:8000`` beside a service of that name.
"""

from __future__ import annotations

import difflib
import logging
import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from gateway.errors import ConfigurationError

__all__ = ["FILE_NAME", "Settings", "environment_name", "keys", "load_settings"]

FILE_NAME = "strangler.toml"
_PREFIX = "STRANGLER_"
_FIXED_NAMES = {"port": "PORT"}
"""Keys whose variable has a name of its own."""

_LOGGER = logging.getLogger("gateway.settings")


class _Section(BaseModel):
    # Built when first used: commands that answer at once pay for one schema, not for eight.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class LegacySettings(_Section):
    """The legacy application."""

    app: str | None = None
    """Import string of the WSGI application: `module:app` or `module:create_app()`."""

    threads: Annotated[int, Field(ge=1, le=1000)] = 10
    """Requests that legacy serves at the same time, per worker."""

    transparent_middleware: tuple[str, ...] = ()
    """WSGI middleware around the Flask app that leaves paths alone, as `module:Class`."""


class PortedSettings(_Section):
    """How ported routes are called."""

    dispatch: Literal["direct", "scan"] = "direct"
    """`scan` sends every ported request through FastAPI's own route scan."""


class StateSettings(_Section):
    """The gateway's own tables."""

    url: SecretStr | None = None
    """Database URL (SQLite, MySQL, MariaDB); default: a SQLite file in `home`."""

    poll_interval: Annotated[float, Field(ge=0.05, le=60)] = 0.5
    """Seconds between two looks at the flags' revision, per worker."""


class HeaderSettings(_Section):
    """Response headers the gateway adds."""

    served_by: bool = True
    """`x-served-by: legacy | ported | gateway`."""

    request_id: bool = True
    """`x-request-id`, taken from the request where it has a sound one."""


class AdminSettings(_Section):
    """Access to what is for operators only."""

    token: SecretStr | None = None
    """Bearer token; with it, `readyz` gives details."""


class LogSettings(_Section):
    """Logging of the command `strangler serve`."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least severe message that is written."""

    access: bool = False
    """Whether each request is logged."""


class Settings(_Section):
    """All settings of one gateway."""

    home: Path = Path("var")
    """Folder for embedded state; made when it is missing."""

    app: str | None = None
    """Import string of the composition root, `module:app`, a `Gateway`."""

    host: str = "127.0.0.1"
    """Address that `strangler serve` listens on."""

    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    """Port that `strangler serve` listens on; 0 takes a free one."""

    workers: Annotated[int, Field(ge=1, le=256)] = 1
    """Processes that serve."""

    single_host: bool = False
    """No other host shares the flags: SQLite state may be served beyond loopback."""

    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    """Peers whose `X-Forwarded-Proto` is believed; `*` is everybody."""

    legacy: LegacySettings = LegacySettings()
    ported: PortedSettings = PortedSettings()
    state: StateSettings = StateSettings()
    headers: HeaderSettings = HeaderSettings()
    admin: AdminSettings = AdminSettings()
    log: LogSettings = LogSettings()

    @property
    def state_url(self) -> str:
        """The state's URL: as configured, else the embedded one."""
        if self.state.url is not None:
            return self.state.url.get_secret_value()
        return f"sqlite:///{self.home / 'strangler.db'}"


def keys(model: type[BaseModel] = Settings, prefix: str = "") -> dict[str, Any]:
    """List every key with its field, sections first spelled out: ``legacy.app``."""
    found: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found |= keys(kind, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = field
    return found


def environment_name(key: str) -> str:
    """Return the environment variable of a key: ``state.url`` → ``STRANGLER_STATE_URL``."""
    return _FIXED_NAMES.get(key) or _PREFIX + key.replace(".", "_").upper()


def load_settings(
    file: Path | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    arguments: Mapping[str, object] | None = None,
) -> Settings:
    """Read the settings.

    Args:
        file: the file; by default ``strangler.toml`` in the current directory if there is one.
        environment: by default the process's.
        arguments: key → value from the command line; ``None`` is "not given".

    Raises:
        ConfigurationError: one line that names the key, the value and what is allowed.
    """
    environment = os.environ if environment is None else environment
    values: dict[str, tuple[object, str]] = {}
    for key, value in _flat(_read(file)).items():
        values[key] = (value, FILE_NAME if file is None else str(file))
    for key, text in _from_environment(environment).items():
        values[key] = (text, environment_name(key))
    for key, given in (arguments or {}).items():
        if given is not None:
            values[key] = (given, f"--{key.replace('.', '-')}")
    tree: dict[str, Any] = {}
    for key, (value, _) in values.items():
        section = tree
        *path, name = key.split(".")
        for part in path:
            section = section.setdefault(part, {})
        section[name] = value
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        raise _in_one_line(error, values) from None


def _read(file: Path | None) -> dict[str, Any]:
    path = Path(FILE_NAME) if file is None else file
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if file is None:
            return {}
        raise ConfigurationError(f"{file}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}") from None


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, object]:
    known = keys()
    sections = {key.partition(".")[0] for key in known if "." in key}
    flat: dict[str, object] = {}
    for name, value in tree.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict) and not prefix and name in sections:
            flat |= _flat(value, f"{name}.")
        elif key in known:
            flat[key] = value
        else:
            raise _unknown(key, known)
    return flat


def _unknown(key: str, known: Sequence[str] | Mapping[str, Any]) -> ConfigurationError:
    near = difflib.get_close_matches(key, list(known), n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return ConfigurationError(
        f"{FILE_NAME}: unknown key {key!r}{hint}; allowed: {', '.join(sorted(known))}"
    )


def _from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    known = {environment_name(key): (key, field) for key, field in keys().items()}
    found: dict[str, object] = {}
    for name, text in environment.items():
        if name in known:
            key, field = known[name]
            is_list = field.annotation == tuple[str, ...]
            found[key] = _split(text) if is_list else text
        elif name.startswith(_PREFIX):
            _LOGGER.warning("%s is not a setting of the gateway and is ignored", name)
    return found


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _in_one_line(
    error: ValidationError, values: Mapping[str, tuple[object, str]]
) -> ConfigurationError:
    first = error.errors(include_url=False)[0]
    location = [str(part) for part in first["loc"]]
    key = next(
        (
            ".".join(location[:length])
            for length in range(len(location), 0, -1)
            if ".".join(location[:length]) in values
        ),
        ".".join(location),
    )
    value, origin = values.get(key, (first["input"], FILE_NAME))
    field = keys().get(key)
    is_secret = field is not None and "SecretStr" in str(field.annotation)
    shown = "a secret" if is_secret else repr(value)
    return ConfigurationError(f"{origin}: {key} = {shown} is not allowed: {first['msg']}")
