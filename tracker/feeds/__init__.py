"""From a URL to entries: fetch, decode, parse, and when to come again. Polite, bounded, suspicious."""
