"""JSON Feed 1 and 1.1, also where it breaks off in the middle.

Source: jsonfeed.org, versions 1 and 1.1. Gives plain values; making entries of them is `parse`'s business.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from tracker.errors import ParseFailed

_DECODER = json.JSONDecoder()
_BLANKS = " \t\r\n,"


@frozen
class JsonFeed:
    """The head of the feed without its items, and the items. `is_salvaged`: it broke off."""

    head: Mapping[str, Any]
    items: tuple[Mapping[str, Any], ...]
    is_salvaged: bool = False


def read(text: str) -> JsonFeed:
    """Read a JSON Feed; raises `ParseFailed` where `text` is none, or nothing of one can be saved."""
    try:
        document = json.loads(text)
        is_salvaged = False
    except RecursionError as problem:
        raise ParseFailed("no JSON Feed: nested too deeply") from problem
    except ValueError as problem:
        document, is_salvaged = _salvage(text, problem), True
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        raise ParseFailed("this is JSON, but no JSON Feed: it has no list of items")
    if "jsonfeed.org/version/1" not in str(document.get("version", "")):
        raise ParseFailed("this is JSON, but no JSON Feed: it names no version of jsonfeed.org")
    items = tuple(item for item in document["items"] if isinstance(item, dict))
    head = {key: value for key, value in document.items() if key != "items"}
    return JsonFeed(head, items, is_salvaged or len(items) < len(document["items"]))


def _salvage(text: str, problem: ValueError) -> dict[str, Any]:
    """The members and items that are whole, up to the place where the text breaks."""
    document: dict[str, Any] = {}
    at = text.find("{") + 1
    try:
        while at:
            key, at = _value(text, at)
            at = text.index(":", at) + 1
            if key == "items" and text[at:].lstrip().startswith("["):
                document["items"] = []
                at = text.index("[", at) + 1
                while True:
                    item, at = _value(text, at)
                    document["items"].append(item)
            document[str(key)], at = _value(text, at)
    except (ValueError, RecursionError):
        if not document.get("items"):
            raise ParseFailed(f"broken JSON, and no item of it is whole ({problem})") from problem
    return document


def _value(text: str, at: int) -> tuple[Any, int]:
    while at < len(text) and text[at] in _BLANKS:
        at += 1
    return _DECODER.raw_decode(text, at)
