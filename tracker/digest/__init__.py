"""Digests by mail: compose, render, outbox, send. Reads the tracker through its public API only."""
