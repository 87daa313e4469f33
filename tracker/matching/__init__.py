"""Matching, pure: from the words of a text to what it says about each commitment."""

from tracker.matching.matcher import Matcher

__all__ = ["Matcher"]
