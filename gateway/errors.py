"""Every error the gateway raises on purpose.

    GatewayError               one line for a person; the command exits with 2
    ├── ConfigurationError     a key in strangler.toml, STRANGLER_… or an argument
    ├── ImportStringError      "module:app" that does not lead to an application
    ├── UnknownRouteError      a route id nobody registered
    ├── StageError             a stage that does not exist, or is not open to this route
    └── StateError             the gateway's own tables
        ├── StateUnreachable   the database does not answer
        └── StateOutdated      the tables are older or newer than this code

Errors of handlers never become one of these: they belong to the application.
"""

from __future__ import annotations

__all__ = [
    "ConfigurationError",
    "GatewayError",
    "ImportStringError",
    "StageError",
    "StateError",
    "StateOutdated",
    "StateUnreachable",
    "UnknownRouteError",
]


class GatewayError(Exception):
    """Something the operator can mend; ``str()`` of it is one clear line."""


class ConfigurationError(GatewayError):
    """A configured value that cannot be used: names the key, the value and what is allowed."""


class ImportStringError(GatewayError):
    """An import string that does not import: names the module and why."""


class UnknownRouteError(GatewayError):
    """A route id that is not in the route table: names the nearest ones."""


class StageError(GatewayError):
    """A stage that does not exist or that this route may not take."""


class StateError(GatewayError):
    """The gateway's own tables cannot be used."""


class StateUnreachable(StateError):  # noqa: N818 - a condition, read aloud: "state unreachable"
    """The database that holds the gateway's tables does not answer."""


class StateOutdated(StateError):  # noqa: N818 - the same
    """The gateway's tables are at another revision than this code needs."""
