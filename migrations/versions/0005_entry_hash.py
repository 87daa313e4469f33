"""Keep the hash of each entry as its feed gave it, beside the hash of what is stored.

They part where the body is that of the linked page: the next visit must not take the feed's summary for an
edit. Until now all that is stored came from feeds, so they are equal.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column, fill it, and let it be looked up."""
    op.add_column("documents", sa.Column("entry_hash", sa.Text, nullable=False, server_default=""))
    op.execute("UPDATE documents SET entry_hash = hash")
    op.create_index("ix_documents_entry_hash", "documents", ["entry_hash"])
