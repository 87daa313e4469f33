"""Use cases, each inside one write transaction: load, consider, record, review, sweep; rejudge only reads."""
