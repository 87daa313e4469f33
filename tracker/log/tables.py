"""The one table of the log."""

from __future__ import annotations

import sqlalchemy as sa

from tracker.database.schema import Name, metadata

# Times are microseconds since 1970 (UTC), so that the chain hashes the same integers on every database. On
# SQLite the type of `position` makes it the row's own number: the log lies in its order, without an index.
events = sa.Table(
    "events",
    metadata,
    sa.Column(
        "position",
        sa.BigInteger().with_variant(sa.Integer, "sqlite"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("stream", Name, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("schema", sa.Integer, nullable=False),
    sa.Column("occurred_from", sa.BigInteger, nullable=False),
    sa.Column("occurred_to", sa.BigInteger, nullable=False),
    sa.Column("zone", sa.Text, nullable=False),
    sa.Column("precision", sa.Text, nullable=False),
    sa.Column("recorded_at", sa.BigInteger, nullable=False),
    sa.Column("recorded_by", sa.Text, nullable=False),
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("stream", "version"),
    sa.Index(None, "type", "position"),
)
