"""What an issue looks like: complete, aligned and honest as text; readable, safe and small as HTML."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from html.parser import HTMLParser
from io import BytesIO
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.digest import made
from tracker.digest.compose import Issue, Tally
from tracker.digest.picture import PALETTE, SIZE, draw, shares
from tracker.digest.render import PICTURE_CID, Rendered, render, standalone
from tracker.digest.settings import SECTIONS, DigestSettings

ROOT = Path(__file__).parents[2]
VOID = frozenset({"meta", "br", "img", "hr", "input", "link"})
HEADINGS = {
    "corrections": ["CORRECTIONS (2)"],
    "changes": ["WHAT CHANGED (3)"],
    "deadlines": ["DEADLINES THAT PASSED (1)", "DEADLINES AHEAD (2)"],
    "review": ["WAITING FOR REVIEW (3)"],
    "feeds": ["FEEDS THAT FAIL (2)"],
    "board": ["THE BOARD (7)"],
    "timeline": ["TIMELINE"],
}


def contrast(one: Sequence[float], other: Sequence[float]) -> float:
    """How far two colours (0 to 255) stand apart, from 1 to 21: WCAG 2, relative luminance."""

    def luminance(colour: Sequence[float]) -> float:
        parts = [part / 255 for part in colour]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def colour(text: str) -> tuple[int, int, int]:
    """#rrggbb as numbers."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


class Page(HTMLParser):
    """The HTML of a digest: its tags with attributes, and its words by the tag around them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == [], "all that is opened is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take it down; nothing stands in a list, a table or a paragraph that may not."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        within = self._open[-1] if self._open else ""
        assert within != "ul" or tag == "li"
        assert within != "tr" or tag in ("td", "th")
        assert "p" not in self._open or tag not in ("p", "ul", "h2", "h3", "table", "div")
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Tags close in turn."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Words, without white space around them."""
        if data.strip() and self._open:
            for tag in set(self._open):
                self.words.setdefault(tag, []).append(data.strip())

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every such tag."""
        return [attributes for name, attributes in self.tags if name == tag]

    def told(self, tag: str) -> str:
        """All words within such tags."""
        return " ".join(self.words.get(tag, []))


def margin(text: str) -> list[str]:
    """The lines that begin at the first column, but for bullets and the rows of the board."""
    rows = re.compile(r"\* |(pending|fulfilled|violated|closed) ")
    return [line for line in text.splitlines() if line[:1].strip() and not rows.match(line)]


def headings(text: str) -> list[str]:
    """The lines of a text that look like a heading."""
    return [line for line in text.splitlines() if re.fullmatch(r"[A-Z][A-Z ]+( \(\d+\))?", line)]


def rendered(issue: Issue, **settings: Any) -> Rendered:
    """An issue of the digest `daily`."""
    return render(issue, DigestSettings(name="daily", **settings))


def test_the_text_says_all_there_is() -> None:
    """Corrections with before and after, why, grade and link; dates; what waits; feeds; board; figures."""
    text = rendered(made.ordinary()).text
    for told in (
        "* Free three detained Americans\n  fulfilled -> active since 2018-04-27 (free-detainees)\n"
        "  2 of 3 done\n  now disputed\n"
        "  Retracted on 2018-05-24: one of them was only moved to another prison\n",
        "  Example Wire (B2) reports that it violates this\n  \"Tunnels may be used again\"\n  https://wire.",
        "  active -> fulfilled since 2018-05-24 (shut-test-site)\n  known as corroborated\n",
        "    [B2] Example Wire: Five blasts, then dust\n         https://wire.example/2018/06/story/2\n    [",
        "  new, violated since 2018-06-11 (hold-no-games)\n",
        "    The two Koreas, “Panmunjom Declaration”, 2018-04-27\n    https://wire.example/2018/06/story/decl",
        "  still active since 2018-04-27 (meet-in-singapore)\n  due by 2018-06-29, before: by 2018-06-12\n"
        "  Deadline moved on 2018-05-24: the leaders agreed on another day\n",
        "* 2018-05-31  Stop the loudspeakers along the line and take them down\n"
        "              (stop-loudspeakers), new\n",
        "* 2018-06-29  A meeting in Singapore (meet-in-singapore)\n* 2018-07-01  Open",
        "* 3 documents of the feed tokyo in 'ja', which the matcher cannot read\n  the first of them: \"北",
        "* harbour-news: the server answered 503\n  3 times in a row, last read 2018-06-09 07:00\n",
        "* old-wire: no such host\n  once, never read\n",
        "pending    Free three detained Americans (disputed)\n",
    ):  # fmt: skip
        assert told in text
    assert "From 2018-06-09 07:00 to 2018-06-16 07:00 (Asia/Seoul)\n" in text


def test_the_text_fits_where_its_words_do() -> None:
    """No line is wider than 78 or ends in a blank, no gap is larger than a line; it ends in one break."""
    for issue in (made.ordinary(), made.introduction(), made.issue()):
        text = rendered(issue).text
        assert max(map(len, text.splitlines())) <= 78
        assert not re.search(r"[ \t]\n|\n\n\n|\A\n|\n\n\Z", text)
        assert text.endswith("\n")


def test_the_timeline_as_text() -> None:
    """The picture's text form: exact figures in columns, and a mark for each commitment."""
    text = rendered(made.issue(timeline=made.timeline()[-4:])).text
    assert text[text.index("TIMELINE") :] == (
        "TIMELINE\n"
        "\n"
        "Commitments by status, at the end of the day:\n"
        "\n"
        "            violated  fulfilled  pending  closed\n"
        "2018-05-25         0          6       15       1  FFFFFF...............-\n"
        "2018-06-01         0          6       15       1  FFFFFF...............-\n"
        "2018-06-08         1          7       14       1  VFFFFFFF..............-\n"
        "2018-06-15         1          9       16       2  VFFFFFFFFF................--\n"
        "\n"
        "V violated, F fulfilled, . pending, - closed; a mark is one commitment\n"
    )


def test_a_long_timeline_keeps_its_proportion_and_hides_nothing() -> None:
    """One violated of 4,001 has its mark, and the longest bar stays within the line."""
    day = date(2018, 6, 15)
    text = rendered(
        made.issue(timeline=(made.tally(day, 1, 2000, 2000, 0), made.tally(day, 0, 0, 400, 0)))
    ).text
    assert "2018-06-15         1       2000     2000       0  VFFFFFFFFFFFFF..............\n" in text
    assert "2018-06-15         0          0      400       0  ...\n" in text
    assert "the longest bar is 4001 commitments" in text


COUNTS = st.lists(st.integers(0, 10**6), min_size=4, max_size=4)


@given(COUNTS, st.integers(8, 400))
def test_shares_are_in_proportion(counts: list[int], size: int) -> None:
    """What is there gets 1 at least, what is not gets none; together they get what is due, each its part."""
    parts = shares(counts, max(1, sum(counts)), size)
    assert [part > 0 for part in parts] == [count > 0 for count in counts]
    assert sum(parts) <= size
    for part, count in zip(parts, counts, strict=True):
        assert abs(part - count * size / max(1, sum(counts))) <= 3


@given(COUNTS, st.integers(1, 27))
def test_small_counts_have_a_mark_each(counts: list[int], most: int) -> None:
    """Where all fits, the bar counts exactly."""
    few = [count % (most // 4 + 1) for count in counts]
    assert shares(few, most, most) == few


def test_the_first_issue_introduces() -> None:
    """One sentence says so in all forms, and nothing is told as news."""
    made_up = rendered(made.introduction())
    sentence = (
        "This is the first issue of the digest daily: it tells where everything stands, "
        "the next ones what has changed."
    )
    assert sentence in " ".join(made_up.text.split())
    assert sentence in Page(made_up.html).told("p")
    assert "At 2018-06-16 07:00 (Asia/Seoul)" in made_up.text
    assert "CHANGED" not in made_up.text
    assert "What changed" not in made_up.html
    assert (
        made_up.subject
        == "Commitments: 7 commitments: 1 violated, 1 fulfilled, 1 closed, 4 pending; 1 overdue"
    )
    assert sentence not in " ".join(rendered(made.ordinary()).text.split())


@pytest.mark.parametrize("order", [SECTIONS, tuple(reversed(SECTIONS)), ("board",), ()])
def test_sections_stand_in_the_order_wanted(order: tuple[str, ...]) -> None:
    """Text and HTML show what is asked for, as it is asked for; by default corrections come first."""
    made_up = rendered(evolve(made.ordinary(), sections=order))
    wanted = [heading for section in order for heading in HEADINGS[section]]
    assert headings(made_up.text) == wanted
    assert [heading.upper() for heading in Page(made_up.html).words.get("h2", [])] == wanted


def test_what_is_empty_has_no_heading() -> None:
    """An issue without content is its headline and the time it covers, and no picture."""
    made_up = rendered(made.issue())
    assert (
        made_up.text
        == "Nothing changed since 9 June 2018\nFrom 2018-06-09 07:00 to 2018-06-16 07:00 (Asia/Seoul)\n"
    )
    assert made_up.picture == b""
    assert "<img" not in made_up.html
    assert "<h2" not in made_up.html


def test_a_name_in_the_headline_keeps_its_capitals() -> None:
    """Only the first letter is made large."""
    made_up = rendered(made.issue(headline="nothing changed since Monday"))
    assert made_up.text.startswith("Nothing changed since Monday\n")
    assert Page(made_up.html).told("h1") == "Nothing changed since Monday"
    assert made_up.subject == "Commitments: nothing changed since Monday"
    assert rendered(made.issue(), subject="The  week\n in\u202e brief").subject == "The week in brief"


def test_days_are_told_in_the_zone_of_the_reader() -> None:
    """A deadline at midnight is the end of the day before it there; a moment is told by its clock."""
    text = rendered(evolve(made.ordinary(), zone="America/New_York")).text
    assert "to 2018-06-15 18:00 (America/New_York)" in text
    assert (
        "2018-06-29  A meeting in Singapore" in text
    )  # 00:00 of the 30th in Seoul is 11:00 of the 29th there
    assert "last read 2018-06-08 18:00" in text


def test_the_same_issue_is_the_same_bytes() -> None:
    """Whoever makes it again, also another process, makes the same mail."""
    code = (
        "import hashlib; from tests.digest import made; from tracker.digest.render import render\n"
        "from tracker.digest.settings import DigestSettings as S\n"
        "print(hashlib.sha256(repr(render(made.hostile(), S(name='daily'))).encode('utf-8')).hexdigest())"
    )
    command = [sys.executable, "-c", code]
    runs = [
        subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout for _ in range(2)
    ]
    assert runs[0] == runs[1]
    assert len(runs[0].strip()) == 64
    assert rendered(made.ordinary()) == rendered(made.ordinary())


def test_hostile_titles_forge_nothing_in_the_text() -> None:
    """Only our words begin a line at the margin, what turns or controls is gone, links are the reports'."""
    text = rendered(made.hostile()).text
    assert headings(text) == [
        "CORRECTIONS (4)",
        "WHAT CHANGED (14)",
        "DEADLINES THAT PASSED (14)",
        "DEADLINES AHEAD (14)",
        "WAITING FOR REVIEW (28)",
        "FEEDS THAT FAIL (14)",
        "THE BOARD (14)",
        "TIMELINE",
    ]
    # Besides these: headline, time, what is cut short, and the timeline's two sentences and its days.
    assert len(margin(text)) == 8 + 1 + 1 + 0 + 2 + 11
    harmful = {
        c
        for c in text
        if unicodedata.category(c) in ("Cc", "Cs")
        or c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029"
    }
    assert harmful == {"\n"}
    for line in text.splitlines():
        assert "://" not in line.replace(":// ", "") or re.fullmatch(r" +https://wire\.example/\S*", line), (
            line
        )
    assert "https:// evil.example/login" in text
    assert "javascript:" not in text
    assert text.encode("utf-8").decode("utf-8") == text


def test_hostile_titles_forge_nothing_in_the_page() -> None:
    """They stay words: no tag, attribute, heading or link is theirs, and no address but of the web."""
    html = rendered(made.hostile()).html
    page = Page(html)
    assert {tag for tag, _ in page.tags} <= {
        "html", "head", "meta", "title", "style", "body", "div", "h1", "h2", "h3", "p", "br", "span", "ul",
        "li", "a", "strong", "code", "bdi", "table", "tbody", "tr", "th", "td", "img",
    }  # fmt: skip
    assert {name for _, attributes in page.tags for name in attributes} <= {
        "lang", "charset", "name", "content", "class", "style", "href", "scope", "src", "width", "height",
        "alt",
    }  # fmt: skip
    assert page.words["h2"] == [
        "Corrections (4)",
        "What changed (14)",
        "Deadlines that passed (14)",
        "Deadlines ahead (14)",
        "Waiting for review (28)",
        "Feeds that fail (14)",
        "The board (14)",
        "Timeline",
    ]
    links = [attributes["href"] for attributes in page.all("a")]
    assert links
    assert all(
        re.fullmatch(r"https://wire\.example/[^\s<>\"]*", link) or '"><script>' in link for link in links
    )
    assert all(link.startswith("https://wire.example/") for link in links)
    assert [attributes["src"] for attributes in page.all("img")] == [f"cid:{PICTURE_CID}"]
    assert not [
        c for c in html if c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x00\x1b\x07\x9b"
    ]
    assert html.encode("utf-8")
    assert not re.search(r"and \d+ more: tracker (status|upcoming|feeds)", page.told("p"))  # all are here
    assert "https:// evil.example/login" in html
    assert "https://evil" not in html
    assert "<script>alert(1)</script>" in page.told("bdi")
    assert "{{ 7*7 }}" in page.told("bdi")
    assert "position:fixed" not in " ".join(attributes.get("style", "") for _, attributes in page.tags)


TITLES = st.text(
    st.sampled_from("\n\r\x00\x0b\x1b\x85\u2028\u2029\u202e\u2066\ud800<>&\"'*{}%#-=:/ (A1)")
    | st.characters(),
    max_size=60,
)


@given(st.lists(TITLES, min_size=6, max_size=6))
def test_whatever_a_title_is_the_frame_stays(titles: list[str]) -> None:
    """Neither the margin of the text nor the tags of the page hang on the words in them."""

    def framed(words: Iterable[str]) -> tuple[list[str], list[str]]:
        one, two, three, four, five, six = words
        row = made.row("a", one, until=made.NOW)
        after = evolve(row, state="fulfilled", status="fulfilled", shortfall=two, consequent=six)
        report = made.quote(three, publisher=four)
        issue = made.issue(
            changes=(made.change(row, after, made.reason(because=five, findings=(report,))),),
            overdue=(row,),
            board=(row,),
            disputes=(made.item("dispute", "a", one, two, report),),
            waiting=(made.item("language", "", six, five),),
            failing=(made.feed("wire", three),),
        )
        made_up = rendered(issue)
        return margin(made_up.text), [tag for tag, _ in Page(made_up.html).tags]

    assert framed(f"{title}x" for title in titles) == framed("abcdef")


def test_the_text_never_leaves_out_a_change_and_the_page_says_what_it_left_out() -> None:
    """300 of each: all changes are in the text; the page stays under Gmail's limit, and tells commands."""
    made_up = rendered(made.huge())
    for heading, end in (("CORRECTIONS", "WHAT CHANGED"), ("WHAT CHANGED", "DEADLINES THAT PASSED")):
        part = made_up.text[made_up.text.index(heading) : made_up.text.index(end)]
        assert set(re.findall(r"\(pledge-(\d+)\)", part)) == {str(n) for n in range(300)}
    size = len(made_up.html.encode())
    assert 40_000 < size < 100_000
    told = Page(made_up.html).told("p")
    for command in ("tracker status", "tracker review list", "tracker upcoming", "tracker feeds list"):
        assert re.search(rf"and 29\d more: {command}", told), command
    assert "and 4 earlier: tracker explain pledge-0" in told
    assert "and 280 more: tracker review list" in made_up.text


@pytest.mark.parametrize("many", [1, 12, 40, 200, 2500])
def test_the_page_stays_under_the_limit_however_much_there_is(many: int) -> None:
    """Also where the words are the worst; and a middling board is told whole."""
    board = tuple(
        made.row(f"pledge-{n}", f"A pledge of middling length, the number {n} of them") for n in range(many)
    )
    html = rendered(made.issue(board=board, timeline=made.timeline())).html
    assert len(html.encode()) < 100_000
    assert (html.count("A pledge of middling") == many) == (many <= 40)
    assert len(rendered(made.huge(many=min(many, 40))).html.encode()) < 100_000


def test_languages_nobody_could_read_are_told_however_much_waits() -> None:
    """They come last in the inbox and would be the first to fall off the list."""
    waiting = tuple(made.item("finding", f"a-{n}", "A pledge", "it is said") for n in range(50))
    unread = made.item(
        "language", "", "", "1 document of the feed tokyo in 'ja', which the matcher cannot read"
    )
    made_up = rendered(made.issue(waiting=(*waiting, unread)))
    assert "and 30 more: tracker review list\n\n* 1 document of the feed tokyo in 'ja'" in made_up.text
    assert "the first of them" not in made_up.text
    assert "()" not in made_up.text
    assert "1 document of the feed tokyo in 'ja'" in Page(made_up.html).told("li")


def test_reports_are_told_once_in_a_change_the_best_first() -> None:
    """Parts of a commitment rest on the same reports: the three best are told, and how many are left."""
    reports = [
        made.quote(f"Report {n}", f"{made.ADDRESS}/{n}", reliability=letter)
        for n, letter in enumerate("FCAB")
    ]
    row = made.row("a")
    facts = [made.reason(findings=tuple(reports)) for _ in range(3)]
    text = rendered(made.issue(changes=(made.change(None, row, *facts),))).text
    assert re.findall(r"\[(..)\] Example Wire: Report (\d)", text) == [("A2", "2"), ("B2", "3"), ("C2", "1")]
    assert text.count("Fulfilled on 2018-05-24") == 3
    assert text.count("    and 1 more: tracker explain a\n") == 1


def test_the_page_is_sound() -> None:
    """Language, headings in steps, words for picture and columns, a line for inboxes, rules for the dark."""
    html = rendered(made.ordinary()).html
    page = Page(html)
    assert page.all("html")[0]["lang"] == "en"
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    (picture,) = page.all("img")
    assert (picture["width"], picture["height"]) == ("600", "240")
    assert "at the end 1 violated, 9 fulfilled, 16 pending, 2 closed" in picture["alt"]
    assert [attributes["scope"] for attributes in page.all("th")] == ["col"] * 7 + ["row"] * 11
    assert not [attributes for attributes in page.all("table") if "role" in attributes]  # none is for layout
    assert re.search(
        r'<div class="preheader" style="[^"]*display: none[^"]*">Free three detained Americans; ', html
    )
    assert "@media (prefers-color-scheme: dark)" in html
    assert 'name="color-scheme" content="light dark"' in html
    assert 'name="viewport"' in html
    assert '<td style="' in html  # for the programs that read no sheet
    assert "@import" not in html
    assert "url(" not in html


def test_a_status_is_told_by_its_word() -> None:
    """Whatever has the colour of a status has its word too."""
    html = rendered(made.ordinary()).html
    found = re.findall(r'<span class="status (\w+)"[^>]*>(\w+)</span>', html)
    words = {"pending": {"pending", "active"}, "closed": {"closed"}}
    assert {status for status, _ in found} == set(PALETTE)
    assert all(word in words.get(status, {status}) for status, word in found)


def rules(css: str) -> dict[str, dict[str, str]]:
    """The declarations of each selector of a sheet without nesting."""
    found: dict[str, dict[str, str]] = {}
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", css):
        pairs = [pair.partition(":") for pair in body.replace("!important", "").split(";") if ":" in pair]
        for selector in selectors.split(","):
            values = {name.strip(): value.strip() for name, _, value in pairs}
            found[selector.strip()] = found.get(selector.strip(), {}) | values
    return found


def test_colours_stand_out_in_light_and_dark() -> None:
    """Letters have 4.5 : 1 on each ground they can lie on, and each colour has its twin in the dark."""
    html = rendered(made.ordinary()).html
    sheet = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert sheet
    light, _, dark = sheet[1].partition("@media (prefers-color-scheme: dark) {")
    for scheme in (rules(light), rules(dark)):
        grounds = [scheme[".page"]["background"], scheme[".wrong"]["background"]]
        letters = {name: values["color"] for name, values in scheme.items() if "color" in values}
        assert {".page", "a", "th", ".small", ".wrong h2", *(f".{status}" for status in PALETTE)} <= set(
            letters
        )
        for name, ink in letters.items():
            own = scheme[name].get("background")
            for ground in [own] if own and name not in ("body", ".page") else grounds:
                assert contrast(colour(ink), colour(ground)) >= 4.5, (name, ink, ground)
    coloured = {name for name, values in rules(light).items() if re.search("#", " ".join(values.values()))}
    assert coloured <= set(rules(dark))


def test_pictures_cost_nothing_where_none_is_drawn() -> None:
    """Neither who imports the renderer nor who renders an issue without a timeline loads what draws."""
    code = (
        "import sys; from tests.digest import made; from tracker.digest.render import render\n"
        "from tracker.digest.settings import DigestSettings as S\n"
        "render(made.issue(), S(name='daily')); print('PIL' in sys.modules)\n"
        "render(made.ordinary(), S(name='daily')); print('PIL' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == "False\nTrue\n"


def test_the_picture_says_what_the_figures_say() -> None:
    """The last column has the colours of the statuses in the proportion of their counts."""
    days = (made.tally(date(2018, 6, 8), 0, 0, 0, 0), made.tally(date(2018, 6, 15), 10, 30, 40, 20))
    image = Image.open(BytesIO(draw(days)))
    assert (image.format, image.mode, image.size) == ("PNG", "P", SIZE)
    assert "transparency" not in image.info
    pixels = image.convert("RGB")
    column = [pixels.getpixel((860, y)) for y in range(SIZE[1])]
    heights = {status: column.count(colour(ink)) for status, ink in PALETTE.items()}
    assert all(high > 0 for high in heights.values())
    whole = sum(heights.values())
    for status, count in (("violated", 10), ("fulfilled", 30), ("pending", 40), ("closed", 20)):
        assert heights[status] / whole == pytest.approx(count / 100, abs=0.02)
    order = [status for high in reversed(column) for status, ink in PALETTE.items() if high == colour(ink)]
    assert list(dict.fromkeys(order)) == ["violated", "fulfilled", "pending", "closed"]
    before = {pixels.getpixel((322, y)) for y in range(88, 386)}
    assert not before & {colour(ink) for ink in PALETTE.values()}


@pytest.mark.parametrize("many", [1, 2, 11, 12, 60])
@pytest.mark.parametrize("most", [0, 1, 43, 12_000, 400_000])
def test_the_picture_is_small_and_the_same_each_time(many: int, most: int) -> None:
    """Under 20 kB for any figures; nothing is drawn over the edge: the paper is whole all around."""
    first = date(2018, 1, 5)
    days = tuple(
        Tally(first + timedelta(days=7 * n), most // 9, most * n // (3 * many), most // 3, most // 7)
        for n in range(many)
    )
    picture = draw(days)
    assert picture == draw(days)
    assert len(picture) < 20_000
    image = Image.open(BytesIO(picture)).convert("RGB")
    paper = image.getpixel((0, 0))
    wide, high = SIZE
    edge = {image.getpixel((x, y)) for x in range(wide) for y in (0, 1, high - 2, high - 1)}
    edge |= {image.getpixel((x, y)) for y in range(high) for x in (0, 1, wide - 2, wide - 1)}
    assert edge == {paper}


def test_the_page_can_stand_alone() -> None:
    """With the picture inside, for a file to open; without one it is what it was."""
    made_up = rendered(made.ordinary())
    alone = standalone(made_up)
    assert "cid:" not in alone
    assert 'src="data:image/png;base64,iVBOR' in alone
    empty = rendered(made.issue())
    assert standalone(empty) == empty.html


# What reaches the eye of those who lack one of three kinds of cones (Machado and others 2009, severity 1).
BLIND = {
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
    "none": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "no colours": ((0.2126, 0.7152, 0.0722),) * 3,
}


def seen(ink: str, eye: str) -> tuple[float, float, float]:
    """A colour as such an eye has it, in CIE L*a*b* (D65), where equal steps look equal."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (p / 255 for p in colour(ink))
    ]
    r, g, b = (min(1.0, max(0.0, sum(k * c for k, c in zip(row, linear, strict=True)))) for row in BLIND[eye])
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("eye", BLIND)
def test_statuses_differ_for_every_eye(eye: str) -> None:
    """Any two colours of the picture are at least 12 steps of L*a*b* apart, those that touch at least 15."""
    order = list(PALETTE)
    for one, other in combinations(order, 2):
        here, there = seen(PALETTE[one], eye), seen(PALETTE[other], eye)
        apart = sum((a - b) ** 2 for a, b in zip(here, there, strict=True)) ** 0.5
        touch = order.index(other) - order.index(one) == 1
        assert apart >= (15 if touch else 12), (one, other, apart)
