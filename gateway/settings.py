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
from collections.abc import Mapping
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct

from gateway.errors import ConfigurationError

__all__ = [
    "FILE_NAME",
    "AdminSettings",
    "HeaderSettings",
    "LegacySettings",
    "LogSettings",
    "PortedSettings",
    "Secret",
    "Settings",
    "StateSettings",
    "allowed",
    "environment_name",
    "keys",
    "load_settings",
]

FILE_NAME = "strangler.toml"
_PREFIX = "STRANGLER_"
_FIXED_NAMES = {"port": "PORT"}
"""Keys whose variable has a name of its own."""

_LOGGER = logging.getLogger("gateway.settings")


class Secret:
    """A text that no representation shows."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret('***')"


class LegacySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The legacy application."""

    app: str | None = None
    """Import string of the WSGI application: `module:app` or `module:create_app()`."""

    threads: Annotated[int, Meta(ge=1, le=1000)] = 10
    """Requests that legacy serves at the same time, per worker."""

    transparent_middleware: tuple[str, ...] = ()
    """WSGI middleware around the Flask app that leaves paths alone, as `module:Class`."""


class PortedSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How ported routes are called."""

    dispatch: Literal["direct", "scan"] = "direct"
    """`scan` sends every ported request through FastAPI's own route scan."""


class StateSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The gateway's own tables."""

    url: Secret | None = None
    """Database URL (SQLite, MySQL, MariaDB); default: a SQLite file in `home`."""

    poll_interval: Annotated[float, Meta(ge=0.05, le=60)] = 0.5
    """Seconds between two looks at the flags' revision, per worker."""


class HeaderSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Response headers the gateway adds."""

    served_by: bool = True
    """`x-served-by: legacy | ported | gateway`."""

    request_id: bool = True
    """`x-request-id`, taken from the request where it has a sound one."""


class AdminSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Access to what is for operators only."""

    token: Secret | None = None
    """Bearer token; with it, `readyz` gives details."""


class LogSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Logging of the command `strangler serve`."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least severe message that is written."""

    access: bool = False
    """Whether each request is logged."""


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """All settings of one gateway."""

    home: Path = Path("var")
    """Folder for embedded state; made when it is missing."""

    app: str | None = None
    """Import string of the composition root, `module:app`, a `Gateway`."""

    host: str = "127.0.0.1"
    """Address that `strangler serve` listens on."""

    port: Annotated[int, Meta(ge=0, le=65535)] = 8000
    """Port that `strangler serve` listens on; 0 takes a free one."""

    workers: Annotated[int, Meta(ge=1, le=256)] = 1
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
            return self.state.url.reveal()
        return f"sqlite:///{self.home / 'strangler.db'}"


def keys(section: type[Struct] = Settings, prefix: str = "") -> dict[str, Any]:
    """List every key with its type, sections spelled out: ``legacy.app``."""
    found: dict[str, Any] = {}
    for name, kind in get_type_hints(section, include_extras=True).items():
        if isinstance(kind, type) and issubclass(kind, Struct):
            found |= keys(kind, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = kind
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
        return msgspec.convert(tree, Settings, strict=False, dec_hook=_decode)
    except msgspec.ValidationError as error:
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


def _unknown(key: str, known: Mapping[str, Any]) -> ConfigurationError:
    near = difflib.get_close_matches(key, list(known), n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return ConfigurationError(
        f"{FILE_NAME}: unknown key {key!r}{hint}; allowed: {', '.join(sorted(known))}"
    )


def _from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    known = {environment_name(key): (key, kind) for key, kind in keys().items()}
    found: dict[str, object] = {}
    for name, text in environment.items():
        if name in known:
            key, kind = known[name]
            found[key] = _split(text) if kind == tuple[str, ...] else text
        elif name.startswith(_PREFIX):
            _LOGGER.warning("%s is not a setting of the gateway and is ignored", name)
    return found


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _decode(kind: type, value: object) -> object:
    if kind in (Path, Secret) and isinstance(value, str):
        return kind(value)
    raise TypeError(f"Expected `str`, got `{type(value).__name__}`")


def _in_one_line(
    error: msgspec.ValidationError, values: Mapping[str, tuple[object, str]]
) -> ConfigurationError:
    # "Expected `int` >= 1 - at `$.legacy.threads`": the path is the key.
    path = str(error).partition(" - at `$.")[2].rstrip("`")
    key = next(key for key in values if path.startswith(key))
    value, origin = values[key]
    kind = keys()[key]
    shown = "a secret" if _plain(kind) is Secret else repr(value)
    return ConfigurationError(f"{origin}: {key} = {shown} is not allowed; allowed: {allowed(kind)}")


def allowed(kind: Any) -> str:  # noqa: ANN401 - a type, as annotations have them
    """Say in words what a key's type allows."""
    if get_origin(kind) is Literal:
        return ", ".join(map(str, get_args(kind)))
    words = {
        bool: "true, false",
        int: "a whole number",
        float: "a number",
        tuple[str, ...]: "a list of texts",
    }
    base = words.get(_plain(kind), "a text")
    bounds = next((part for part in get_args(kind) if isinstance(part, Meta)), None)
    return base if bounds is None else f"{base} from {bounds.ge:g} to {bounds.le:g}"


def _plain(kind: Any) -> Any:  # noqa: ANN401 - as above
    """Take bounds and ``| None`` off a type."""
    if get_origin(kind) is Annotated:
        return get_args(kind)[0]
    if isinstance(kind, UnionType):
        return next(part for part in get_args(kind) if part is not type(None))
    return kind
