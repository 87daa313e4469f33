"""What each recipient of a digest has been told, and the mails that wait or went out."""

from __future__ import annotations

import sqlalchemy as sa

from tracker.database.schema import Moment, metadata

# One recipient of one digest. `position` is the log position up to which all was told, `told_at` when the
# last mail was made, if one was, `slot_began` when the last slot that was dealt with began, `skipped` how
# many in a row had nothing to tell. `failures` counts mails refused for good, in a row; too many pause.
subscribers = sa.Table(
    "digest_subscribers",
    metadata,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("recipient", sa.Text, primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("told_at", Moment),
    sa.Column("slot_began", Moment),
    sa.Column("skipped", sa.Integer, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("paused_at", Moment),
    sa.Column("paused_because", sa.Text, nullable=False),
)

# A stored body: all who are told the same have the same. `wanted` says who that is, as JSON text.
issues = sa.Table(
    "digest_issues",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("slot", sa.Text, nullable=False),
    sa.Column("wanted", sa.Text, nullable=False),
    sa.Column("after", sa.BigInteger, nullable=False),
    sa.Column("up_to", sa.BigInteger, nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("headline", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("html", sa.Text, nullable=False),
    sa.Column("picture", sa.LargeBinary, nullable=False),
)

# One slot of one recipient; the key makes it unique: double hours, restarts and two daemons meet here.
# state: pending; sending (until `lease_until`, by who has the number `fence`; from `data_at` on the server
# may have it); sent; failed; unknown (the line or the sender broke when it may have had it); skipped.
outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("slot", sa.Text, primary_key=True),
    sa.Column("recipient", sa.Text, primary_key=True),
    sa.Column("issue", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_at", Moment, nullable=False),
    sa.Column("fence", sa.Integer, nullable=False),
    sa.Column("lease_until", Moment),
    sa.Column("data_at", Moment),
    sa.Column("sent_at", Moment),
    sa.Column("error", sa.Text, nullable=False),
    sa.Index(None, "state", "next_at"),
    sa.Index(None, "made_at"),
)

# What became of each attempt to send, and who asked for another. Rows are only added.
deliveries = sa.Table(
    "outbox_deliveries",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("slot", sa.Text, nullable=False),
    sa.Column("recipient", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Index(None, "digest", "slot", "recipient"),
)
