"""A drawing as Mermaid, for pages that draw it themselves: GitHub, GitLab, wikis, notebooks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from tracker.cli.graph.drawing import Drawing
from tracker.cli.graph.look import LOOKS

_SHAPES = {"party": '(["{}"])', "condition": '("{}")', "junction": '{{{{"{}"}}}}'}
_ARROWS = {"owes": "-->", "condition": "-.->", "return": "==>", "part": "--o", "successor": "-->"}
_DASHES = {"solid": "", "dashed": ",stroke-dasharray:6 4", "dotted": ",stroke-dasharray:2 3"}

# In a quoted text Mermaid still reads entities (#35;), directives (%%{…}%%) and HTML; its preprocessor drops
# the last semicolon of a line that has "style", a colon and an entity after it. All of that takes ASCII
# punctuation, so what a text has of it is written as entities. A colon or full stop before a space is safe.
_MEANT = re.compile(r"[.:](?! |$)|[!-&*+;-@\[-`{-~]")
# Some of what it reads, it looks for after decoding entities, so only something invisible in between helps:
# line breaks (\n), KaTeX ($$), icons (fa:fa-…), its own marks of an entity (ﬂ°…¶ß), and in some releases
# Markdown: in 11.6 (not in 10.9, 11.17, 12.3) "1. Cut emissions" came out as "Unsupported markdown: list".
# What is left of that there is *emphasis* and `code`, which nothing invisible prevents.
_CUT = re.compile(
    r"(?<=\\)|(?<=\$)(?=\$)|(?<=:)(?=fa-|//)|(?<=ﬂ)(?=°)|(?<=¶)(?=ß)"
    r"|^(?=[-+*>#=]|\d+[.)])|(?<=www)(?=\.)|(?=@)|(?<=\])(?=\()"
)
_WORD_JOINER = "\u2060"


def mermaid(drawing: Drawing) -> str:
    """The drawing as the text of a Mermaid flowchart."""
    return "\n".join(_lines(drawing)) + "\n"


def _lines(drawing: Drawing) -> Iterator[str]:
    if drawing.title:
        yield from ("---", f"title: {json.dumps(drawing.title, ensure_ascii=False)}", "---")
    yield "flowchart LR"
    for group in drawing.groups:
        # Without a direction of its own, one that no arrow leaves is laid out across the sheet's direction.
        yield f"  subgraph {group.id} [{_quoted([group.title])}]"
        yield "    direction LR"
        for node in group.nodes:
            box = _SHAPES.get(node.look, '["{}"]').format(_quoted(node.lines)[1:-1])
            yield f"    {node.id}{box}:::{node.look}"
        yield "  end"
    for edge in drawing.edges:
        arrow = ("<" if edge.both else "") + _ARROWS[edge.kind]
        label = f"|{_quoted([edge.label])}|" if edge.label else ""
        yield f"  {edge.tail} {arrow}{label} {edge.head}"
    used = {node.look for group in drawing.groups for node in group.nodes}
    for name, look in LOOKS.items():
        if name in used:
            style = f"fill:{look.fill},stroke:{look.stroke},color:{look.text},stroke-width:{look.width}px"
            yield f"  classDef {name} {style}{_DASHES[look.line]}"


def _quoted(lines: Sequence[str]) -> str:
    return '"' + "<br/>".join(map(_escaped, lines)) + '"'


def _escaped(line: str) -> str:
    return _MEANT.sub(lambda found: f"#{ord(found[0])};", _CUT.sub(_WORD_JOINER, line))
