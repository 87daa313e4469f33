"""The archive of captured documents: numbered without gaps, immutable, every edit a version of its own."""
