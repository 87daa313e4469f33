"""Dossiers, pure: from the text a journalist wrote to terms, dated facts and watch profiles, and what is new."""
