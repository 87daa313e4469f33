"""Keep who leases a feed, where it has moved, why it is paused, and how often its domain was asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns, and the table of domains."""
    for name in ("lease_owner", "moved_to", "chain", "paused_because"):
        op.add_column("feeds", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.add_column("feeds", sa.Column("chain_count", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "feed_domains",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("full_at", sa.BigInteger, nullable=False),
        sa.Column("held_until", sa.BigInteger),
        sa.PrimaryKeyConstraint("name", name="pk_feed_domains"),
    )
