"""The append-only event log: tables, codec, chain, append, read, verify."""
