"""Sentences in our own words with what they say, one phenomenon each, by phenomenon."""
