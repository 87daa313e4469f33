"""What hosts allow robots (RFC 9309): which rules are ours, and which of them decides."""

from __future__ import annotations

import time

import pytest

from tracker.feeds.robots import Rules

EVERYBODY = "User-agent: *\nDisallow: /private\n"


def allows(text: str, path: str, product: str = "commitment-tracker") -> bool:
    """Whether `text` allows us `path`."""
    return Rules.of(text, product).allow(f"https://news.example{path}")


@pytest.mark.parametrize(
    ("text", "path", "is_allowed"),
    [
        ("", "/", True),
        ("<html>no rules at all</html>", "/", True),
        ("User-agent: *\nDisallow:", "/", True),
        ("User-agent: *\nDisallow: /", "/7", False),
        ("disallow: /", "/", True),  # of no group
        (EVERYBODY, "/private/7", False),
        (EVERYBODY, "/public", True),
        ("USER-AGENT : * # all\r\nDISALLOW: /a # not this", "/a", False),
        ("User-agent: *\nDisallow: /\nAllow: /news/", "/news/7", True),
        ("User-agent: *\nAllow: /news/\nDisallow: /news/old", "/news/old/7", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
        ("User-agent: *\nDisallow: /*?", "/7?page=2", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf.html", True),
        ("User-agent: *\nDisallow: /a$", "/ab", True),
        ("User-agent: *\nDisallow: /%7ejoe", "/~joe", False),
        ("User-agent: *\nDisallow: /소식", "/%EC%86%8C%EC%8B%9D/7", False),
        ("User-agent: *\nDisallow: /a%2fb", "/a%2Fb", False),
    ],
)
def test_the_longest_rule_decides(text: str, path: str, is_allowed: bool) -> None:
    """`*` is anything, `$` the end, an escape the sign it stands for; where two are equal, it is allowed."""
    assert allows(text, path) is is_allowed


def test_our_own_rules_are_kept_instead_of_everybodys() -> None:
    """By the product's name in any case, from all of its groups; a group may name several."""
    text = EVERYBODY + "User-agent: Other\nUser-agent: Commitment-Tracker\nDisallow: /a\n"
    text += "User-agent: last\nDisallow: /\nUser-agent: commitment-tracker\nDisallow: /b\n"
    assert [allows(text, path) for path in ("/private", "/a", "/b", "/c")] == [True, False, False, True]
    assert not allows(text, "/private", "somebody")


def test_a_hostile_rule_costs_nothing() -> None:
    """A pattern of many stars against a long address."""
    text = "User-agent: *\nDisallow: /" + "*a" * 2_000 + "*b$\n"
    started = time.process_time()
    assert allows(text * 5, "/" + "a" * 50_000)
    assert time.process_time() - started < 2
