"""Commitments, pure: terms, events, the fold that turns events into a standing, decisions and policy."""
