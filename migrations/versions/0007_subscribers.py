"""Keep how far each recipient of a digest was told, one body for all who read the same, and every attempt.

Until now a digest had one position for all of its recipients, and the outbox the last attempt alone.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Read what is there, make the tables anew, and write it into them."""
    connection = op.get_bind()
    read = {
        name: [dict(row) for row in connection.execute(sa.text(f"SELECT * FROM {name}")).mappings()]
        for name in ("digests", "digest_issues", "outbox")
    }
    for name in read:
        op.drop_table(name)
    subscribers, issues, outbox = _subscribers(), _issues(), _outbox()
    _deliveries()
    told = {row["name"]: row["position"] for row in read["digests"]}
    made = {(row["digest"], row["slot"]): row for row in read["digest_issues"]}
    last: dict[tuple[str, str], int] = {}
    for row in read["outbox"]:
        key = row["digest"], row["recipient"]
        last[key] = max(last.get(key, 0), made[row["digest"], row["slot"]]["made_at"])
    _insert(
        subscribers,
        [
            {
                "digest": digest,
                "recipient": recipient,
                "position": told[digest],
                "told_at": at,
                "slot_began": max(issue["made_at"] for (name, _), issue in made.items() if name == digest),
                "skipped": 0,
                "failures": 0,
                "paused_because": "",
            }
            for (digest, recipient), at in last.items()
        ],
    )
    # What a digest skipped was told to nobody, and had no mails.
    _insert(
        issues,
        [
            {
                "id": f"{row['digest']}/{row['slot']}",
                "wanted": "{}",
                "headline": row["reason"],
                "picture": b"",
                **{key: row[key] for key in _KEPT},
            }
            for row in made.values()
            if row["text"]
        ],
    )
    _insert(
        outbox,
        [
            {
                **row,
                "issue": f"{row['digest']}/{row['slot']}",
                "made_at": made[row["digest"], row["slot"]]["made_at"],
                "fence": row["attempts"],
                "data_at": row["lease_until"],
            }
            for row in read["outbox"]
        ],
    )


_KEPT = ("digest", "slot", "after", "up_to", "made_at", "subject", "text", "html")


def _insert(table: sa.Table, rows: list[dict[str, object]]) -> None:
    if rows:
        op.bulk_insert(table, rows)


def _subscribers() -> sa.Table:
    return op.create_table(
        "digest_subscribers",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("told_at", sa.BigInteger),
        sa.Column("slot_began", sa.BigInteger),
        sa.Column("skipped", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("paused_at", sa.BigInteger),
        sa.Column("paused_because", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("digest", "recipient", name="pk_digest_subscribers"),
    )


def _issues() -> sa.Table:
    return op.create_table(
        "digest_issues",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("slot", sa.Text, nullable=False),
        sa.Column("wanted", sa.Text, nullable=False),
        sa.Column("after", sa.BigInteger, nullable=False),
        sa.Column("up_to", sa.BigInteger, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("headline", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("picture", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_digest_issues"),
    )


def _outbox() -> sa.Table:
    table = op.create_table(
        "outbox",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("slot", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("issue", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("lease_until", sa.BigInteger),
        sa.Column("data_at", sa.BigInteger),
        sa.Column("sent_at", sa.BigInteger),
        sa.Column("error", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("digest", "slot", "recipient", name="pk_outbox"),
    )
    op.create_index("ix_outbox_state_next_at", "outbox", ["state", "next_at"])
    op.create_index("ix_outbox_made_at", "outbox", ["made_at"])
    return table


def _deliveries() -> None:
    op.create_table(
        "outbox_deliveries",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("slot", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox_deliveries"),
    )
    columns = ["digest", "slot", "recipient"]
    op.create_index("ix_outbox_deliveries_digest_slot_recipient", "outbox_deliveries", columns)
