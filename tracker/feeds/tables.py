"""What we remember of each feed between visits."""

from __future__ import annotations

import sqlalchemy as sa

from tracker.database.schema import Moment, metadata

# `url` is the address of the config at the last visit, `moved_to` the one it has moved to, empty where it has
# not; `chain` is the way that permanent redirects led at the last visits, `chain_count` of how many.
# `lease_owner`, `lease_until` and `attempt` make a visit exclusive: `attempt` is the fencing number, and a
# visitor that comes back with an older one has lost its lease and stores nothing.
feeds = sa.Table(
    "feeds",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("next_at", Moment, nullable=False, index=True),
    sa.Column("etag", sa.Text, nullable=False, server_default=""),
    sa.Column("last_modified", sa.Text, nullable=False, server_default=""),
    sa.Column("last_attempt", Moment),
    sa.Column("last_success", Moment),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    sa.Column("error", sa.Text, nullable=False, server_default=""),
    sa.Column("paused", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("salvaged", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("memory", sa.Text, nullable=False, server_default=""),
    sa.Column("lease_until", Moment),
    sa.Column("attempt", sa.Integer, nullable=False, server_default="0"),
    sa.Column("lease_owner", sa.Text, nullable=False, server_default=""),
    sa.Column("moved_to", sa.Text, nullable=False, server_default=""),
    sa.Column("chain", sa.Text, nullable=False, server_default=""),
    sa.Column("chain_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("paused_because", sa.Text, nullable=False, server_default=""),
)

# The bucket of each registrable domain that was asked: when it is full, and until when it is held.
domains = sa.Table(
    "feed_domains",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("full_at", Moment, nullable=False),
    sa.Column("held_until", Moment),
)
