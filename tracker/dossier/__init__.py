"""Dossiers, pure: from the text a journalist wrote to terms, dated facts, watch profiles and changes."""
