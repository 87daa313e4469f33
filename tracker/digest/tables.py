"""Which digests have told what, and the mails that wait or went out."""

from __future__ import annotations

import sqlalchemy as sa

from tracker.database.schema import Moment, metadata

# `position` is the log position up to which a digest has told.
digests = sa.Table(
    "digests",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False),
)

# The key is what makes a slot unique: double hours, restarts and two daemons meet here.
issues = sa.Table(
    "digest_issues",
    metadata,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("slot", sa.Text, primary_key=True),
    sa.Column("after", sa.BigInteger, nullable=False),
    sa.Column("up_to", sa.BigInteger, nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("html", sa.Text, nullable=False),
)

# state: pending, sending (until `lease_until`), sent, failed, unknown (the line broke after DATA).
outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("slot", sa.Text, primary_key=True),
    sa.Column("recipient", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_at", Moment, nullable=False),
    sa.Column("lease_until", Moment),
    sa.Column("sent_at", Moment),
    sa.Column("error", sa.Text, nullable=False),
    sa.Index(None, "state", "next_at"),
)
