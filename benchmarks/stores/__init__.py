"""The stores that `benchmarks/log.py` compares: ours, the bare driver, and `eventsourcing`."""
