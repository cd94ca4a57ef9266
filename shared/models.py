"""The tables both stacks read and write.

Two rules hold everywhere: a time is stored as naive UTC and leaves as aware UTC, and a relationship
is never loaded by accident (`raise_on_sql`), because the port could not await such a load.
"""

import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Index,
    MetaData,
    SmallInteger,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

__all__ = [
    "MAX_ID",
    "Base",
    "JSONText",
    "Kind",
    "Media",
    "Role",
    "Setting",
    "SettingKind",
    "UTCDateTime",
    "User",
    "utc_now",
]

MAX_ID = 2**31 - 1
"""The largest id an `Integer` key can hold; a larger number in a path names nothing."""

# The oldest choice that both MySQL and MariaDB know and that tells `a` from `A`, as SQLite does.
_EXACT = "utf8mb4_bin"


def utc_now() -> datetime:
    """Return the present moment, aware, in whole seconds: what the tables store."""
    return datetime.now(UTC).replace(microsecond=0)


class UTCDateTime(TypeDecorator[datetime]):
    """Aware datetimes in Python, naive UTC in the database.

    Raises:
        ValueError: A naive datetime is to be stored; nobody could say which moment it means.
    """

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:  # noqa: ANN401 - the base class says Any
        """Keep microseconds on MySQL and MariaDB, which drop them by default."""
        if dialect.name in {"mysql", "mariadb"}:
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the base class's signature
        """Turn an aware datetime into naive UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime cannot be stored: {value!r}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the base class's signature
        """Mark what the database returns as UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


class JSONText(TypeDecorator[Any]):
    """A JSON value in a text column.

    MariaDB and MySQL disagree on what `JSON` is; text is the same on both and on SQLite. ASCII
    only, so that no character set can harm it.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:  # noqa: ANN401, ARG002 - any JSON value; the base class's signature
        """Encode the value; None becomes `null`."""
        return json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002 - any JSON value; the base class's signature
        """Decode the stored text."""
        return None if value is None else json.loads(value)


class Role(StrEnum):
    """What a user may do; each role may do what the ones before it may."""

    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"


class Kind(StrEnum):
    """A single film, or a series of episodes."""

    MOVIE = "movie"
    SERIES = "series"


class SettingKind(StrEnum):
    """Which values a setting takes."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    CHOICE = "choice"


def _stored(members: type[StrEnum], name: str) -> Enum:
    """Store an enumeration by its values, as text with a check constraint."""
    return Enum(
        members,
        name=name,
        length=16,
        native_enum=False,
        create_constraint=True,
        values_callable=lambda kinds: [kind.value for kind in kinds],
    )


def _exact_string(length: int) -> String:
    return String(length).with_variant(mysql.VARCHAR(length, collation=_EXACT), "mysql", "mariadb")


_TABLE_OPTIONS = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4"}


class Base(DeclarativeBase):
    """Root of the models; names every constraint, so that migrations can drop them by name."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    # The server's default character set may be anything, latin1 included.
    __table_args__: tuple[Any, ...] = (_TABLE_OPTIONS,)


class User(Base):
    """Someone who can log in."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(_exact_string(64), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[Role] = mapped_column(_stored(Role, "role"))
    display_name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)

    media: Mapped[list["Media"]] = relationship(
        back_populates="owner",
        lazy="raise_on_sql",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )


class Media(Base):
    """One item of somebody's library."""

    __tablename__ = "media"
    # Both listings, all kinds and one kind, are read in index order: newest first, then by id.
    __table_args__ = (
        Index(None, "owner_id", "added_at", "id"),
        Index(None, "owner_id", "kind", "added_at", "id"),
        _TABLE_OPTIONS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[Kind] = mapped_column(_stored(Kind, "kind"))
    artist: Mapped[str] = mapped_column(String(120))
    genre: Mapped[str] = mapped_column(String(60))
    year: Mapped[int] = mapped_column(SmallInteger)
    minutes: Mapped[int] = mapped_column(SmallInteger)
    added_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)

    owner: Mapped[User] = relationship(back_populates="media", lazy="raise_on_sql")


class Setting(Base):
    """One setting of the installation, with the rules its value must keep."""

    __tablename__ = "settings"

    key: Mapped[str] = mapped_column(_exact_string(64), primary_key=True)
    value: Mapped[Any] = mapped_column(JSONText)
    default_value: Mapped[Any] = mapped_column(JSONText)
    kind: Mapped[SettingKind] = mapped_column(_stored(SettingKind, "kind"))
    choices: Mapped[list[str] | None] = mapped_column(JSONText)
    minimum: Mapped[int | None]
    maximum: Mapped[int | None]
    description: Mapped[str] = mapped_column(String(255))
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    # The name, not the id: it stays readable when the user is gone.
    updated_by: Mapped[str | None] = mapped_column(String(64))
