"""Evidence, pure: documents, their sources and origins, grades, findings, and when things happened."""
