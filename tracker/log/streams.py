"""The names of streams: what each begins with, or is."""

COMMITMENT = "commitment/"
FINDINGS = "findings/"
DOSSIER = "dossier/"
FEED = "feed/"
DOCUMENTS = "documents"
TRACKER = "tracker"
