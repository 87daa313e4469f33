"""Use cases, each inside one write transaction: load, consider, record, review, sweep."""
