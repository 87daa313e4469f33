"""Where in the text of a TOML file a table or a key stands, so that an error can name the line.

`tomllib` forgets lines once it has read them; this finds them again in a text that it accepted. It knows
strings, comments and brackets, nothing of what the keys mean. What was written inline (`fact = [{...}]`) has
no line of its own and takes that of the key around it; a text in a list of texts has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Path = tuple[str | int, ...]
"""A way into the parsed file: `("commitment", 2, "fact", 0, "occurred")`, tables counted from 0."""

_NAME = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DOTTED = rf"{_NAME}(?:[ \t]*\.[ \t]*{_NAME})*"
_HEADER = re.compile(rf"[ \t]*(?P<open>\[\[?)[ \t]*(?P<name>{_DOTTED})[ \t]*\]\]?")
_KEY = re.compile(rf"[ \t]*(?P<name>{_DOTTED})[ \t]*=")
_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?!")'
    r"|'''.*?'''(?!')"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*|[\[\]{}]|\n",
    re.DOTALL,
)


class Places:
    """The lines, counted from 1, of the tables and keys of one text."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        counts: dict[Path, int] = {}
        table: Path = ()
        key: Path = ()
        for line, opening, names in _statements(text):
            if opening == ",":
                self._lines.setdefault((*key, int(names[0])), line)
                continue
            if not opening:
                key = (*table, *names)
                for depth in range(len(names)):
                    self._lines.setdefault((*table, *names[: depth + 1]), line)
                continue
            table = ()
            for name in names[:-1]:
                table = (*table, name)
                if table in counts:
                    table = (*table, counts[table] - 1)
            table = (*table, names[-1])
            self._lines.setdefault(table, line)
            if opening == "[[":
                counts[table] = counts.get(table, 0) + 1
                table = (*table, counts[table] - 1)
                self._lines[table] = line

    def line(self, path: Path) -> int | None:
        """The line of what is at `path`, or of the nearest thing around it that has one."""
        while path:
            if path in self._lines:
                return self._lines[path]
            path = path[:-1]
        return None


def _statements(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """`(line, "[" or "[[" or "", names)` of every header and every key, in order.

    Behind a key, `(line, ",", [number])` of every text in the list that is its value.
    """
    position, line, depth, items = 0, 1, 0, -1
    fresh = True
    while position < len(text):
        if fresh and depth == 0 and (found := _HEADER.match(text, position) or _KEY.match(text, position)):
            names = [name.strip("\"'") for name in re.findall(_NAME, found["name"])]
            yield line, found.groupdict().get("open") or "", names
            position = found.end()
            items = -1
        fresh = False
        token = _TOKEN.search(text, position)
        if token is None:
            return
        position = token.end()
        match token[0]:
            case "[" | "{":
                depth += 1
                if depth == 1:
                    items = 0 if token[0] == "[" else -1
            case "]" | "}":
                depth -= 1
            case "\n":
                line += 1
                fresh = True
            case string_or_comment:
                if depth == 1 and items >= 0 and not string_or_comment.startswith("#"):
                    yield line, ",", [str(items)]
                    items += 1
                line += string_or_comment.count("\n")
