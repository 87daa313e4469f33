"""Let a log of SQLite lie in the order of its positions, drop the index of recording times, order by bytes.

Each index is a page more to write for every append. Recording times never go back, so the position of a time
is found by halving. Streams are looked up by what their names begin with; on PostgreSQL that needs the order
of bytes, not that of the language a database was made for.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Do what each database needs."""
    op.drop_index("ix_events_recorded_at", "events")
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("events", "stream", type_=sa.Text(collation="C"))
    else:
        # Only a column of exactly this type is the row's own number, in SQLite.
        with op.batch_alter_table("events") as events:
            events.alter_column("position", type_=sa.Integer())
