"""Take down when each tick of each daemon began and how it ended, for `tracker health`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """One table, empty until a daemon runs."""
    op.create_table(
        "daemon_ticks",
        sa.Column("daemon", sa.Text, nullable=False),
        sa.Column("tick", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("pid", sa.BigInteger, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("error", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("daemon", "tick", name="pk_daemon_ticks"),
    )
