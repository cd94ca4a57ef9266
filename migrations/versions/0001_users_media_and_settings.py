"""Users, media and settings.

Revision ID: 0001
Revises:
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = ("app",)
depends_on: str | Sequence[str] | None = None

# A revision keeps its own copy of every type: the models will move on, history will not.
ENGINE, CHARSET = "InnoDB", "utf8mb4"


def moment() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def exact_string(length: int) -> sa.String:
    exact = mysql.VARCHAR(length, collation="utf8mb4_bin")
    return sa.String(length).with_variant(exact, "mysql", "mariadb")


def one_of(table: str, column: str, *values: str) -> sa.CheckConstraint:
    allowed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({allowed})", name=op.f(f"ck_{table}_{column}"))


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", exact_string(64), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("display_name", sa.String(120), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
        one_of("users", "role", "viewer", "editor", "admin"),
        mysql_engine=ENGINE,
        mysql_charset=CHARSET,
    )
    op.create_table(
        "media",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("artist", sa.String(120), nullable=False),
        sa.Column("genre", sa.String(60), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column("added_at", moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_media_owner_id_users"), ondelete="CASCADE"
        ),
        one_of("media", "kind", "movie", "series"),
        mysql_engine=ENGINE,
        mysql_charset=CHARSET,
    )
    op.create_index(op.f("ix_media_owner_id_added_at_id"), "media", ["owner_id", "added_at", "id"])
    op.create_index(
        op.f("ix_media_owner_id_kind_added_at_id"), "media", ["owner_id", "kind", "added_at", "id"]
    )
    op.create_table(
        "settings",
        sa.Column("key", exact_string(64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("default_value", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("choices", sa.Text(), nullable=True),
        sa.Column("minimum", sa.Integer(), nullable=True),
        sa.Column("maximum", sa.Integer(), nullable=True),
        sa.Column("description", sa.String(255), nullable=False),
        sa.Column("updated_at", moment(), nullable=False),
        sa.Column("updated_by", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_settings")),
        one_of("settings", "kind", "text", "integer", "boolean", "choice"),
        mysql_engine=ENGINE,
        mysql_charset=CHARSET,
    )


def downgrade() -> None:
    op.drop_table("settings")
    # With the table go its indexes, which MySQL would not let go alone: a foreign key needs one.
    op.drop_table("media")
    op.drop_table("users")
