"""A drawing as DOT, for Graphviz: `tracker graph --format dot | dot -Tsvg`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tracker.cli.graph.drawing import Drawing, Edge, Node
from tracker.cli.graph.look import LOOKS

_ARROWS: Mapping[str, Mapping[str, str]] = {
    "owes": {},
    "condition": {"style": "dashed"},
    "return": {"style": "bold"},
    "part": {"arrowhead": "odiamond"},
    "successor": {"arrowhead": "vee"},
}
_FONT = 'fontname="Helvetica,Arial,sans-serif"'


def dot(drawing: Drawing) -> str:
    """The drawing as the text of a DOT digraph."""
    return "\n".join(_lines(drawing)) + "\n"


def _lines(drawing: Drawing) -> Iterator[str]:
    yield "digraph commitments {"
    # Arrows between clusters can go round in circles. Of 120 random boards Graphviz 2.42 refused 7 ("trouble
    # in init_rank") by its old ranking, none of 400 with newrank; constraint=false brings the refusal back.
    title = f" label={_quoted([drawing.title])} labelloc=t" if drawing.title else ""
    yield f"  graph [rankdir=LR newrank=true nodesep=0.15 ranksep=0.7 {_FONT} fontsize=12{title}]"
    yield f'  node [shape=box style=filled margin="0.12,0.06" {_FONT} fontsize=11]'
    yield f"  edge [{_FONT} fontsize=9]"
    for group in drawing.groups:
        yield f"  subgraph cluster_{group.id} {{"
        title = _quoted([group.title])
        yield f'    graph [label={title} labelloc=t labeljust=l style=rounded color="#999999"]'
        for node in group.nodes:
            yield f"    {node.id} [{_attributes(_box(node))}]"
        yield "  }"
    for edge in drawing.edges:
        told = _attributes(_arrow(edge))
        yield f"  {edge.tail} -> {edge.head}" + (f" [{told}]" if told else "")
    yield "}"


def _box(node: Node) -> dict[str, str]:
    look = LOOKS[node.look]
    style = ["filled"]
    if node.look in ("party", "condition"):
        style.append("rounded")
    if look.line != "solid":
        style.append(look.line)
    return {
        "label": _quoted(node.lines),
        "class": node.look,
        "style": _quoted([",".join(style)]),
        "fillcolor": f'"{look.fill}"',
        "color": f'"{look.stroke}"',
        "fontcolor": f'"{look.text}"',
        "penwidth": str(look.width),
    }


def _arrow(edge: Edge) -> dict[str, str]:
    label = {"label": _quoted([edge.label])} if edge.label else {}
    return {**label, **_ARROWS[edge.kind], **({"dir": "both"} if edge.both else {})}


def _attributes(values: Mapping[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in values.items())


def _quoted(lines: Sequence[str]) -> str:
    """A quoted DOT string. In labels a backslash begins an escape and an ampersand an HTML entity."""
    return '"' + "\\n".join(map(_escaped, lines)) + '"'


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
