"""From HTML to the words a reader would see."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.feeds.html import to_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One.</p><p>Two.</p>", "One.\nTwo."),
        ("un<b>brok</b>en", "unbroken"),
        ("line<br>break<br/>\n<br />again", "line\nbreak\nagain"),
        ("<ul><li>first</li><li>second</ul>", "first\nsecond"),
        ("<table><tr><td>2018</td><td>kept</td></tr></table>", "2018 kept"),
        ("a   lot\n of\t\tblanks", "a lot\nof blanks"),
        ("<p>wrapped\nby an editor</p>", "wrapped by an editor"),
        ("<pre>one\ntwo</pre>", "one\ntwo"),
        ("AT&amp;T &lt;3 &#8217;tis &nbsp;so", "AT&T <3 ’tis so"),
        ("<p>5 &lt; 6 &amp;amp; 7 > 6</p>", "5 < 6 &amp; 7 > 6"),
        ("a<script>alert(1)</script><style>b{}</style><!-- c -->d", "ad"),
        ('<a href="javascript:x" onclick="y">words</a><img src=x onerror=z alt="no">', "words"),
        ("<p>never closed <i>here", "never closed here"),
        ("soft\u00adhyphen zero\u200bwidth", "softhyphen zerowidth"),
        ("", ""),
    ],
)
def test_markup_becomes_text(markup: str, text: str) -> None:
    """Blocks become lines, cells words; inline markup, scripts, comments and attributes leave nothing."""
    assert to_text(markup) == text


@given(st.text(st.sampled_from("<>/&;ap brdiv!-\"'= \n#x3c"), max_size=80))
def test_text_is_clean(markup: str) -> None:
    """Any markup at all: no doubled spaces, no empty lines, no blanks at the ends."""
    text = to_text(markup)
    assert text == text.strip()
    assert "  " not in text and "\n\n" not in text and " \n" not in text and "\n " not in text


@given(
    st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8), min_size=1, max_size=6)
)
def test_words_survive(words: list[str]) -> None:
    """No word inside ordinary markup is lost, joined to another, or changed."""
    markup = "".join(f"<div><p>{word}</p></div>" for word in words)
    assert to_text(markup) == "\n".join(words)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("one <a title=\"a > b\" href='>'>two</a> three", "one two three"),
        ('cut off in the middle <a href="https://news.exam', "cut off in the middle"),
        ("cut off <!-- in a comment", "cut off"),
        ("5 < 6 and 7 <8", "5 < 6 and 7 <8"),
        ("a</>b</3>c<?php x ?>d<!doctype html>e<!-->f<!--->g", "abcdefg"),
        ("<TITLE><b>no</b></TITLE>a<XMP><b>raw</b> &amp;</XMP>", "a<b>raw</b> &amp;"),
        ("a<object><object>x</object>y</object>b", "ab"),
        ("a<svg><title/><path d='M0'/></svg>b", "ab"),
        ("a<object data=x>without an end", "awithout an end"),
        ("a<script>without an end", "a"),
        ("&am<b></b>p; &am", "&amp; &am"),
    ],
)
def test_markup_that_is_odd_or_cut_off(markup: str, text: str) -> None:
    """Read by the tokens of the HTML standard; what has no end takes the rest, but a box only itself."""
    assert to_text(markup) == text


@pytest.mark.parametrize(
    "part",
    [
        *("<div>", "<b>", "<b id=%d><p>", "<font size=%d>", "<table>", "<ul><li>", "<b><table></b></table>"),
        *("<!--", "<!", '<a href="', "<a b='", "<a =", "<", "</", "<object>", "<script>", "<title>x</title>"),
        *("&am", "<svg/>", "</b>", "\n "),
    ],
)
def test_time_grows_with_the_markup_and_not_with_its_square(part: str) -> None:
    """Four times as much of what a tree would choke on takes four times as long, where squares take 16."""

    def seconds(size: int) -> float:
        markup = "".join(part.replace("%d", str(i)) for i in range(size // len(part)))
        taken = []
        for _ in range(3):
            started = time.process_time()
            to_text(markup)
            taken.append(time.process_time() - started)
        return min(taken)

    # What is done before half a millisecond is over says nothing of growth.
    assert seconds(400_000) < 9 * max(seconds(100_000), 0.0005)
