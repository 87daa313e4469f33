"""The timeline of an issue, drawn: a column of statuses for each day, as PNG.

Tells nothing that the text does not tell too: mails are read with pictures blocked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING

from tracker.digest.compose import Tally

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

# From the foot of a column to its top. Each is lighter or darker than its neighbours, so that readers who see
# no red or green, and printers, tell them apart: tests/digest/test_render.py computes it.
PALETTE = {"violated": "#a3190f", "fulfilled": "#3fa535", "pending": "#b9d3ee", "closed": "#6f7076"}
_WRITTEN = {"violated": "#ffffff", "fulfilled": "#000000", "pending": "#1d1d1f", "closed": "#ffffff"}

# Drawn at twice the size at which it is shown, for screens with fine dots.
SIZE = (1200, 480)
_LEFT, _TOP, _RIGHT, _BOTTOM = 92, 88, 1176, 388
_TEXT = 30
# Light paper in a dark mail too: a see-through picture would lose its letters there.
_PAPER, _INK, _GRID = "#f7f7f8", "#1d1d1f", "#d5d5da"
_COLOURS = 48


def draw(timeline: Sequence[Tally]) -> bytes:
    """The picture, the same bytes for the same timeline; empty where there is nothing to draw."""
    if not timeline:
        return b""
    # Here, because whoever only counts or sends mails has no need of it.
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", SIZE, _PAPER)
    on, font = ImageDraw.Draw(image), ImageFont.load_default(_TEXT)
    most = max(1, *(sum(_counts(tally).values()) for tally in timeline))
    _axis(on, font, most)
    _legend(on, font, timeline[-1])
    step = (_RIGHT - _LEFT) / len(timeline)
    for place, tally in enumerate(timeline):
        _column(on, font, _counts(tally), most, _LEFT + step * place, step)
    _dates(on, font, [tally.day for tally in timeline], step)
    out = BytesIO()
    image.quantize(_COLOURS).save(out, "PNG", optimize=True)
    return out.getvalue()


def shares(counts: Sequence[int], most: int, size: int) -> list[int]:
    """What each of some counts gets of `size`, where `most` would get all.

    Nothing that is there goes unseen: it gets 1 at least, at the cost of the largest.
    """
    parts = [max(1, round(count * size / most)) if count else 0 for count in counts]
    while sum(parts) > max(1, round(sum(counts) * size / most)) and max(parts) > 1:
        parts[parts.index(max(parts))] -= 1
    return parts


def _counts(tally: Tally) -> dict[str, int]:
    return {status: getattr(tally, status) for status in PALETTE}


def _axis(on: ImageDraw, font: ImageFont | FreeTypeFont, most: int) -> None:
    """Lines across at round figures, at most five."""
    unit = 1
    while most / unit > 5:
        unit = unit * 5 // 2 if str(unit)[0] == "2" else unit * 2
    for figure in range(0, most + 1, unit):
        y = _BOTTOM - round(figure * (_BOTTOM - _TOP) / most)
        on.line((_LEFT, y, _RIGHT, y), _INK if figure == 0 else _GRID, 2)
        on.text((_LEFT - 14, y), _short(figure), _INK, font, "rm")


def _short(figure: int) -> str:
    return f"{figure // 1000:,}k" if figure >= 10_000 else f"{figure:,}"


def _legend(on: ImageDraw, font: ImageFont | FreeTypeFont, last: Tally) -> None:
    """The final figures, each beside its colour, and of which day they are."""
    x = float(_LEFT)
    for status, count in _counts(last).items():
        on.rectangle((x, 22, x + 28, 50), PALETTE[status], _INK)
        words = f"{count:,} {status}"
        on.text((x + 40, 36), words, _INK, font, "lm")
        x += 40 + on.textlength(words, font) + 36
    day = f"{last.day.day} {last.day:%b} {last.day.year}"
    if x + on.textlength(day, font) < _RIGHT:
        on.text((_RIGHT, 36), day, _INK, font, "rm")


def _column(
    on: ImageDraw,
    font: ImageFont | FreeTypeFont,
    counts: dict[str, int],
    most: int,
    left: float,
    step: float,
) -> None:
    """One day; its figures are written where there is room."""
    wide = min(step * 0.72, 120)
    x, y = round(left + (step - wide) / 2), _BOTTOM
    heights = shares(list(counts.values()), most, _BOTTOM - _TOP)
    for (status, count), high in zip(counts.items(), heights, strict=True):
        if not count:
            continue
        # A seam of paper, where it leaves anything to see, sets it off from the one below.
        seam = 2 if high > 6 else 0
        on.rectangle((x, y - high + seam, x + round(wide), y - 1), PALETTE[status])
        words = f"{count:,}"
        if high >= _TEXT + 4 and on.textlength(words, font) < wide - 8:
            on.text((x + wide / 2, y - high / 2 + seam / 2), words, _WRITTEN[status], font, "mm")
        y -= high


def _dates(on: ImageDraw, font: ImageFont | FreeTypeFont, days: Sequence[date], step: float) -> None:
    """Below the columns, counted from the last one, as many as there is room for; a year where it changes."""
    is_long = (days[-1] - days[0]).days > 366 * len(days)
    widest = max(on.textlength(_name(day, is_long), font) for day in days) + 16
    every = max(1, -(-round(widest) // max(1, round(step))))
    year = 0
    for place in range((len(days) - 1) % every, len(days), every):
        day, x = days[place], min(_LEFT + step * (place + 0.5), SIZE[0] - widest / 2)
        on.text((x, _BOTTOM + 26), _name(day, is_long), _INK, font, "mm")
        if not is_long and day.year != year:
            on.text((x, _BOTTOM + 64), f"{day.year}", _INK, font, "mm")
            year = day.year


def _name(day: date, is_long: bool) -> str:
    return f"{day.year}" if is_long else f"{day.day} {day:%b}"
