"""The gateway's own tables.

Every table's name begins with ``strangler_``, and so does the table of Alembic's
version: the state may live in the application's database without meeting its tables.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

from gateway.routing.route import LONGEST_KEY

__all__ = ["HEAD", "VERSION_TABLE", "audit", "flag", "meta", "metadata", "route"]

HEAD: Final = "gateway_0001"
"""The newest revision under ``migrations/versions``: what this code needs."""

VERSION_TABLE: Final = "strangler_alembic_version"

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_name)s", "pk": "pk_%(table_name)s"}
)

# Paths differ by case; MariaDB's usual collations do not.
_key = String(LONGEST_KEY).with_variant(
    String(LONGEST_KEY, collation="utf8mb4_bin"), "mysql", "mariadb"
)
_moment = String(32)
"""A moment in UTC as ISO 8601 text: the same to the microsecond in every database."""

_sequence = BigInteger().with_variant(Integer(), "sqlite")

meta = Table(
    "strangler_meta",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False),
    Column("routes_digest", String(64), nullable=False),
)
"""One row: the revision of the flags, and a digest of the published route table."""

flag = Table(
    "strangler_flag",
    metadata,
    Column("route_key", _key, primary_key=True),
    Column("stage", String(16), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("changed_at", _moment, nullable=False),
)
"""What operators have set, one row for each route."""

audit = Table(
    "strangler_audit",
    metadata,
    Column("id", _sequence, primary_key=True, autoincrement=True),
    Column("revision", BigInteger, nullable=False),
    Column("at", _moment, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("route_key", _key, nullable=False),
    Column("route_id", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Index("ix_strangler_audit_route_key", "route_key"),
)
"""Every change, appended in the transaction that makes it; before and after are JSON."""

route = Table(
    "strangler_route",
    metadata,
    Column("route_key", _key, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("route_id", Text, nullable=False),
    Column("method", String(32), nullable=False),
    Column("template", Text, nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("ported", Boolean, nullable=False),
    Column("free", Boolean, nullable=False),
    Column("opaque", Text, nullable=True),
)
"""The route table as the newest gateway published it, for commands that import no app."""
