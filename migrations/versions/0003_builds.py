"""Let several builds of a projection stand beside each other; the views are filled anew at the next read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# Of the first builds, which had no numbers. They hold nothing that the log does not.
_VIEWS = ("history", "history_links", "inbox")


def upgrade() -> None:
    """Drop the views, and make the table of their checkpoints anew."""
    there = set(sa.inspect(op.get_bind()).get_table_names())
    for name in there.intersection(_VIEWS):
        op.drop_table(name)
    op.drop_table("projections")
    op.create_table(
        "projections",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("build", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("tables", sa.Text, nullable=False),
        sa.Column("retired_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("name", "build", name="pk_projections"),
    )
