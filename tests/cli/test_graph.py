"""`tracker graph`: the exact text of a small board, hostile texts, and which commitments a choice brings.

The two readers here know the formats from their manuals, not from our writers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.test_cli import run
from tracker.cli.graph.dot import dot
from tracker.cli.graph.drawing import Drawing, Edge, Group, Node
from tracker.cli.graph.look import LOOKS
from tracker.cli.graph.mermaid import mermaid

ROOT = Path(__file__).resolve().parents[2]
EXPECTED = Path(__file__).parent / "graphs"

HEAD = """
format = 1
name = "climate"
title = "Climate targets of an invented summit"
zone = "UTC"
language = "en"

[[party]]
id = "union"
name = "The Union"

[[party]]
id = "islands"
name = "The Islands"

[[party]]
id = "coal"
name = "Coal states"

[[citation]]
id = "summit"
publisher = "The summit"
title = "Final act"
date = "2020-01-10"
"""


def promise(name: str, title: str, debtor: str, creditor: str, more: str = "", facts: str = "") -> str:
    """One [[commitment]] of an achieve, in TOML; parties as lists, `more` as further keys."""
    return f"""
[[commitment]]
id = "{name}"
title = {json.dumps(title, ensure_ascii=False)}
debtor = {debtor}
creditor = {creditor}
kind = "achieve"
consequent = "it is done"
voice = "own"
made = "2020-01-10"
cites = "summit"
{more}
{facts}
"""


def fact(kind: str, day: str, more: str = "") -> str:
    """One [[commitment.fact]]."""
    return f'[[commitment.fact]]\ntype = "{kind}"\noccurred = "{day}"\nbecause = "so it was"\n{more}\n'


UNION, ISLANDS = '["union"]', '["islands"]'
TAKEN = fact("accepted", "2020-02-01", 'by = "union"')

CLIMATE = "".join(
    (
        HEAD,
        promise("cut", "Cut emissions by 55% (from 1990)", UNION, ISLANDS, 'roll_up = "all"', TAKEN),
        promise(
            "cut-power",
            "Cut those of power stations",
            UNION,
            ISLANDS,
            'part_of = "cut"',
            TAKEN + fact("fulfilled", "2022-05-01"),
        ),
        promise(
            "cut-cars",
            "Cut those of cars",
            UNION,
            ISLANDS,
            'part_of = "cut"\nuntil = "2022-12-31"',
            TAKEN + fact("violated", "2023-01-01", 'manner = "lapse"\nby = "union"'),
        ),
        promise("pay", "Pay for sea walls", UNION, ISLANDS, 'in_return_for = ["plans"]', TAKEN),
        promise(
            "plans",
            "Publish plans",
            ISLANDS,
            UNION,
            """in_return_for = ["pay"]\ncondition = 'while: pay is active and "the fund is open"'""",
            fact("accepted", "2020-02-01", 'by = "islands"'),
        ),
        promise(
            "old-target",
            "Cut emissions by 40%",
            UNION,
            ISLANDS,
            facts=TAKEN + fact("superseded", "2021-06-01", 'superseded_by = "cut"'),
        ),
        promise("leave-coal", "Leave coal", '["coal", "union"]', '["union", "coal"]'),
        promise(
            "watch",
            "Watch each other",
            '["coal"]',
            "[]",
            """condition = 'once: "a treaty" or (pay is fulfilled and plans is active)'""",
        ),
    )
)


@pytest.fixture
def climate(tmp_path: Path) -> Path:
    """A folder with the climate dossier loaded."""
    return loaded(tmp_path, CLIMATE)


def loaded(folder: Path, dossier: str) -> Path:
    """A folder with a config and this dossier in its log."""
    (folder / "config.toml").write_text('[tracker]\nzone = "UTC"\ndossiers = ["dossier.toml"]\n')
    (folder / "dossier.toml").write_text(dossier, encoding="utf-8")
    done = run("load", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


@frozen
class Sheet:
    """What a reader sees: boxes by id (class, text), arrows (tail, head, label), titles of groups."""

    boxes: dict[str, tuple[str, str]]
    arrows: list[tuple[str, str, str]]
    titles: list[str]


def read_mermaid(text: str) -> Sheet:
    """Every line of a Mermaid flowchart is of a known kind, and every quote on it is closed."""
    quoted = r'"([^"]*)"'
    box = re.compile(rf"    (\w+)(?:\[{quoted}\]|\(\[{quoted}\]\)|\({quoted}\)|\{{\{{{quoted}\}}\}}):::(\w+)")
    arrow = re.compile(rf"  (\w+) <?(?:--[>o]|-\.->|==>)(?:\|{quoted}\|)? (\w+)")
    group = re.compile(rf"  subgraph \w+ \[{quoted}\]")
    rest = re.compile(
        r'---|title: "[^"]*"|flowchart LR|    direction LR|  end|  classDef (\w+) [\w#,:-]+( 4| 3)?'
    )
    sheet = Sheet({}, [], [])
    for line in text.splitlines():
        if found := box.fullmatch(line):
            name, *texts, look = found.groups()
            assert name not in sheet.boxes
            sheet.boxes[name] = (look, _shown("".join(filter(None, texts))))
        elif found := arrow.fullmatch(line):
            sheet.arrows.append((found[1], found[3], _shown(found[2] or "")))
        elif found := group.fullmatch(line):
            sheet.titles.append(_shown(found[1]))
        else:
            assert rest.fullmatch(line), line
    return sheet


def _shown(text: str) -> str:
    """The text of a Mermaid label as its page shows it."""
    lines = text.replace("<br/>", "\n")
    assert not set(lines) & set('"<>&%{}[]|`*_\\$'), text
    assert not re.search(r"#(?!\d+;)", lines), text
    return re.sub(r"#(\d+);", lambda found: chr(int(found[1])), lines).replace("\u2060", "")


def read_dot(text: str) -> Sheet:
    """The tokens of a DOT file, without a gap between them, and the statements they make."""
    token = re.compile(r'\s*("(?:[^"\\]|\\.)*"|->|[\w.-]+|[\[\]{}=])', re.DOTALL)
    tokens: list[str] = []
    at = 0
    while text[at:].strip():
        found = token.match(text, at)
        assert found, text[at : at + 60]
        tokens.append(found[1])
        at = found.end()
    assert tokens.count("{") == tokens.count("}") and tokens.count("[") == tokens.count("]")
    sheet = Sheet({}, [], [])
    for n, word in enumerate(tokens):
        if word != "[":
            continue
        inside = tokens[n + 1 : tokens.index("]", n)]
        assert inside[1::3] == ["="] * (len(inside) // 3)
        values = {key: _unquoted(value) for key, value in zip(inside[::3], inside[2::3], strict=True)}
        if tokens[n - 2] == "->":
            continue
        if tokens[n - 1] == "graph" and "label" in values:
            sheet.titles.append(values["label"])
        elif "class" in values:
            assert tokens[n - 1] not in sheet.boxes
            sheet.boxes[tokens[n - 1]] = (values["class"], values["label"])
    for n, word in enumerate(tokens):
        if word == "->":
            label = _unquoted(tokens[n + 5]) if tokens[n + 2 : n + 4] == ["[", "label"] else ""
            sheet.arrows.append((tokens[n - 1], tokens[n + 1], label))
    return sheet


def _unquoted(text: str) -> str:
    """The text of a DOT label as Graphviz shows it: escapes first, then entities."""
    if not text.startswith('"'):
        return text
    escapes = {"\\n": "\n", '\\"': '"', "\\\\": "\\"}
    shown = re.sub(r"\\.", lambda found: escapes[found[0]], text[1:-1])
    assert not re.search(r"&(?!amp;)", shown), text
    return shown.replace("&amp;", "&")


READERS = {"mermaid": read_mermaid, "dot": read_dot}


def sheet(folder: Path, form: str, *more: str) -> Sheet:
    """What `tracker graph` draws, read back; the ends of every arrow are boxes on it."""
    done = run("graph", "--format", form, *more, cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    read = READERS[form](done.stdout)
    assert {end for tail, head, _ in read.arrows for end in (tail, head)} <= set(read.boxes)
    return read


both_formats = pytest.mark.parametrize("form", ["mermaid", "dot"])


@pytest.mark.parametrize("name", ["climate.mmd", "climate.dot"])
def test_the_text_of_a_small_board_is_exactly_this(climate: Path, name: str) -> None:
    """Parts, a lapse, a reciprocal pair, conditions, a successor, a proposal: to the byte, in both."""
    form = "dot" if name.endswith("dot") else "mermaid"
    done = run("graph", "--format", form, "--as-of", "2024-01-01", "--out", "board", cwd=climate)
    assert (done.returncode, done.stdout) == (0, "wrote board\n"), done.stderr
    assert (climate / "board").read_bytes() == (EXPECTED / name).read_bytes()


@both_formats
def test_the_same_log_gives_the_same_bytes(climate: Path, form: str) -> None:
    """Twice the same command, twice the same text; printed or written to a file."""
    first = run("graph", "--format", form, "plans", "cut", cwd=climate).stdout
    assert run("graph", "--format", form, "cut", "plans", "--out", "again", cwd=climate).returncode == 0
    assert (climate / "again").read_text(encoding="utf-8") == first


def test_both_formats_show_the_same_sheet(climate: Path) -> None:
    """The same boxes with the same words and classes, the same arrows with the same labels."""
    one, other = sheet(climate, "mermaid"), sheet(climate, "dot")
    assert one == other
    assert one.boxes and one.arrows and one.titles


@both_formats
def test_another_day_has_other_classes_and_says_so_in_words(climate: Path, form: str) -> None:
    """What the colour says stands in the box, too; the day asked about stands on the sheet."""
    before = sheet(climate, form, "--as-of", "2022-04-30").boxes
    after = sheet(climate, form, "--as-of", "2023-02-01").boxes
    assert before["c_cut_power"] == ("pending", "Cut those of power\nstations\npending: active")
    assert after["c_cut_power"] == ("fulfilled", "Cut those of power\nstations\nfulfilled")
    assert after["c_cut_cars"] == ("violated", "Cut those of cars\nviolated")
    early = sheet(climate, form, "--as-of", "2021-01-01")
    assert early.boxes["c_old_target"][0] == "pending"
    assert "superseded by" not in [label for _, _, label in early.arrows]
    assert "as of 2021-01-01" in run("graph", "--format", form, "--as-of", "2021-01-01", cwd=climate).stdout


def test_an_overdue_promise_says_so(climate: Path) -> None:
    """Flags stand beside the status."""
    late = run("record", "pay", "fulfilled", "--occurred", "2024-06-01", "--because", "x", cwd=climate)
    assert late.returncode == 0, late.stderr
    boxes = sheet(climate, "dot", "--as-of", "2022-12-31").boxes
    assert boxes["c_cut_cars"] == ("pending", "Cut those of cars\npending: active, overdue")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["cut"], {"cut", "cut_power", "cut_cars", "old_target"}),
        (["cut-cars"], {"cut", "cut_power", "cut_cars"}),
        (["pay"], {"pay", "plans", "watch"}),
        (["watch"], {"pay", "plans", "watch"}),
        (["leave-coal"], {"leave_coal"}),
        (["--party", "coal"], {"leave_coal", "watch", "pay", "plans"}),
        (["--party", "coal", "leave-coal"], {"leave_coal"}),
    ],
)
def test_a_choice_brings_what_it_is_linked_to_and_hangs_on(
    climate: Path, arguments: list[str], expected: set[str]
) -> None:
    """Each link of a chosen one, and upstream all the way: a whole that its parts decide brings them all."""
    boxes = sheet(climate, "mermaid", *arguments).boxes
    assert {name.removeprefix("c_") for name in boxes if name.startswith("c_")} == expected


def test_a_reciprocal_pair_is_one_arrow(climate: Path) -> None:
    """Both sides name each other; the sheet says it once, with a head at each end."""
    text = run("graph", cwd=climate).stdout
    assert text.count("in return for") == 1
    assert 'c_pay <==>|"in return for"| c_plans' in text


def test_a_condition_on_what_did_not_exist_yet_is_marked(tmp_path: Path) -> None:
    """An upstream commitment that the board of that day does not have is still a box, and says so."""
    later = promise("treaty", "Sign", UNION, ISLANDS).replace("2020-01-10", "2021-01-10")
    now = promise("pay", "Pay", UNION, ISLANDS, 'condition = "once: treaty is fulfilled"')
    boxes = sheet(loaded(tmp_path, HEAD + now + later), "dot", "--as-of", "2020-06-01").boxes
    assert boxes["c_treaty"] == ("absent", "treaty\nnot on the board")


HOSTILE = (
    "end",
    'say "hi" \\"there\\" \\N \\n',
    "<script>alert(1)</script>",
    "&lt;b&gt; &amp; #quot; #35;",
    "a]; b[c] {d} (e) |f| > g",
    '%%{init: {"theme":"dark"}}%% x',
    "1. first *bold* _it_ `code`",
    "two\r\nlines\u2028and a third",
    'style a:"b" x',
    "fa:fa-car $$x^2$$ ﬂ°°60¶ß",
    "subgraph x --> y; click",
    "기후 목표 नमस्ते 👩‍👩‍👧 e\u0301",
    "abc\u202egnp.exe",
    "ends in a backslash \\",
)


@both_formats
def test_hostile_titles_and_names_are_shown_as_they_are(tmp_path: Path, form: str) -> None:
    """Quotes, brackets, markup, directives, keywords: read back they are the same words, and only words."""
    party = HEAD.replace('"union"', '"end"').replace('"The Union"', json.dumps(HOSTILE[1]))
    texts = [promise(f"t-{n}", title, '["end"]', "[]") for n, title in enumerate(HOSTILE)]
    texts.append(promise("end", "x", '["end"]', "[]", """condition = 'once: "</b> %%{x}%% \\\\"'"""))
    read = sheet(loaded(tmp_path, party + "".join(texts)), form)
    for n, title in enumerate(HOSTILE):
        shown = read.boxes[f"c_t_{n}"][1].removesuffix("\npending: proposed")
        plain = title.replace("\u202e", "")
        assert "".join(shown.split()) == "".join(plain.split())  # long words are broken, too
    assert read.boxes["g1_from_end"][1].split() == HOSTILE[1].split()
    assert read.boxes["w_c_end"] == ("condition", "</b> %%{x}%% \\\\")


@settings(deadline=None)
@given(
    st.text(
        st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\u2060"), min_size=1
    )
)
def test_any_line_comes_back_as_it_was(line: str) -> None:
    """Whatever the words, an independent reader of either format gets the same ones, and nothing else."""
    boxes = (Node("a", "pending", (line, "second")), Node("b", "party", (line,)))
    drawing = Drawing("", (Group("g", line, boxes),), (Edge("a", "b", "condition", line),))
    for read in (read_mermaid(mermaid(drawing)), read_dot(dot(drawing))):
        assert read.boxes == {"a": ("pending", f"{line}\nsecond"), "b": ("party", line)}
        assert read.arrows == [("a", "b", line)]
        assert read.titles == [line]


def _luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_statuses_differ_in_lightness_and_texts_can_be_read() -> None:
    """Each fill is a step darker than the one before it, so that a grey print tells them apart."""
    order = ["proposed", "pending", "fulfilled", "closed", "violated"]
    fills = [LOOKS[name].fill for name in order]
    assert all(_luminance(a) > _luminance(b) for a, b in pairwise(fills))
    assert all(_contrast(a, b) >= 1.2 for a, b in pairwise(fills))
    assert all(_contrast(look.fill, look.text) >= 4.5 for look in LOOKS.values())


@both_formats
def test_the_korean_dossier_is_drawn(tmp_path: Path, form: str) -> None:
    """All of its commitments, its parts, its conditions, and the two arrows for what was given in return."""
    text = (ROOT / "seeds" / "korea-2018.toml").read_text(encoding="utf-8")
    read = sheet(loaded(tmp_path, text), form)
    listed = json.loads(run("status", "--format", "json", cwd=tmp_path).stdout)
    names = {"c_" + row["id"].replace("-", "_") for row in listed}
    assert names == {name for name in read.boxes if name.startswith("c_")}
    labels = [label for _, _, label in read.arrows]
    assert (labels.count("part of"), labels.count("in return for")) == (8, 2)
    assert ("c_us_security_guarantee", "c_dprk_denuclearize", "while: is active") in read.arrows


@both_formats
def test_an_empty_board_is_an_empty_sheet(tmp_path: Path, form: str) -> None:
    """Still a file that can be drawn; that there is nothing on it is said beside it."""
    (tmp_path / "config.toml").write_text("[tracker]\n")
    done = run("graph", "--format", form, cwd=tmp_path)
    assert done.returncode == 0
    assert READERS[form](done.stdout) == Sheet({}, [], [])
    assert "nothing to draw" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["plan"], "no commitment 'plan' (did you mean 'plans'?); `tracker status` lists them"),
        (["plans", "--as-of", "2019-01-01"], "did not exist then"),
        (["--party", "unoin"], "no commitment names a party 'unoin' (did you mean 'union'?)"),
        (["--as-of", "soonish"], "is no date"),
        (["--format", "svg"], "'svg' is not one of"),
        (["--out", "nowhere/board.dot"], "nowhere/board.dot: cannot be written"),
    ],
)
def test_a_mistake_is_one_line_and_draws_nothing(
    climate: Path, arguments: Sequence[str], message: str
) -> None:
    """Exit status 2, and nothing on standard output."""
    done = run("graph", *arguments, cwd=climate)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_the_example_of_the_guide_is_what_the_command_prints(tmp_path: Path) -> None:
    """docs/graph.md: its command, over the dossier of docs/dossiers.md, prints its picture."""
    (dossier,) = re.findall(r"```toml\n(.*?)```", (ROOT / "docs/dossiers.md").read_text("utf-8"), re.DOTALL)
    page = (ROOT / "docs/graph.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^\$ tracker (graph .*)$", page, re.MULTILINE)
    (picture,) = re.findall(r"```mermaid\n(.*?)```", page, re.DOTALL)
    done = run(*command.split(), cwd=loaded(tmp_path, dossier))
    assert (done.returncode, done.stdout) == (0, picture)


def test_who_owes_itself_stands_on_both_sides(tmp_path: Path) -> None:
    """A resolution is no mutual promise: one arrow in, one out."""
    text = HEAD + promise("resolve", "Resolve", UNION, UNION)
    read = sheet(loaded(tmp_path, text), "mermaid")
    assert read.titles == ["The Union → The Union"]
    assert read.arrows == [("g1_from_union", "c_resolve", ""), ("c_resolve", "g1_to_union", "")]


def test_ids_that_differ_only_in_what_a_graph_cannot_say_stay_apart(tmp_path: Path) -> None:
    """A box per commitment, whatever the ids are cut down to."""
    text = HEAD + "".join(promise(name, name, UNION, ISLANDS) for name in ("a-2", "a", "end", "graph"))
    boxes = sheet(loaded(tmp_path, text), "dot").boxes
    titles = {text.split("\n")[0] for name, (_, text) in boxes.items() if name.startswith("c_")}
    assert titles == {"a-2", "a", "end", "graph"}
