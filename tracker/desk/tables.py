"""How far the desk has got: the capture number up to which documents were considered."""

from __future__ import annotations

import sqlalchemy as sa

from tracker.database.schema import metadata

cursors = sa.Table(
    "cursors",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
)
