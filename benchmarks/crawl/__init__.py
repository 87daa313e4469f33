"""What `benchmarks/feeds.py` compares: our poller, `reader`, and a bare loop of httpx workers."""
