"""Flags, their audit, and the published route table."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "gateway_0001"
down_revision = None
branch_labels = ("gateway",)
depends_on = None

# Spelled out, not imported: a migration must stay what it was when the schema moves on.
key = sa.String(500).with_variant(sa.String(500, collation="utf8mb4_bin"), "mysql", "mariadb")
moment = sa.String(32)
sequence = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    meta = op.create_table(
        "strangler_meta",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("routes_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_strangler_meta"),
    )
    op.bulk_insert(meta, [{"id": 1, "revision": 0, "routes_digest": ""}])
    op.create_table(
        "strangler_flag",
        sa.Column("route_key", key, nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("route_key", name="pk_strangler_flag"),
    )
    op.create_table(
        "strangler_audit",
        sa.Column("id", sequence, autoincrement=True, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("route_key", key, nullable=False),
        sa.Column("route_id", sa.Text, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_strangler_audit"),
    )
    op.create_index("ix_strangler_audit_route_key", "strangler_audit", ["route_key"])
    op.create_table(
        "strangler_route",
        sa.Column("route_key", key, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("route_id", sa.Text, nullable=False),
        sa.Column("method", sa.String(32), nullable=False),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("endpoint", sa.Text, nullable=False),
        sa.Column("ported", sa.Boolean, nullable=False),
        sa.Column("free", sa.Boolean, nullable=False),
        sa.Column("opaque", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("route_key", name="pk_strangler_route"),
    )


def downgrade() -> None:
    for table in ("strangler_route", "strangler_audit", "strangler_flag", "strangler_meta"):
        op.drop_table(table)
