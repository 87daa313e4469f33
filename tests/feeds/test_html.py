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


def test_deep_nesting_is_no_trouble() -> None:
    """Ten thousand nested blocks take no more than a moment and do not overrun a stack."""
    started = time.monotonic()
    assert to_text("<div>" * 10_000 + "deep") == "deep"
    assert time.monotonic() - started < 5
