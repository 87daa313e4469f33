"""How a box looks: one style for each status, and for what is no commitment.

The fills of the statuses differ in lightness, so that a black-and-white print and a colour-blind reader can
tell them apart (each box says its status in words as well); every text has a contrast of at least 4.5:1 to
its fill (WCAG 2.2, 1.4.3).
"""

from __future__ import annotations

from attrs import frozen


@frozen
class Look:
    """Colours as #rrggbb, `width` of the line in pixels, `line` solid, dashed or dotted."""

    fill: str
    stroke: str
    text: str = "#000000"
    width: int = 1
    line: str = "solid"


LOOKS = {
    "proposed": Look("#ffffff", "#555555", line="dashed"),
    "pending": Look("#d6e9f8", "#1f4e79"),
    "fulfilled": Look("#86c58f", "#1e5b28"),
    "closed": Look("#6b6b6b", "#333333", "#ffffff"),
    "violated": Look("#7a1020", "#000000", "#ffffff", width=3),
    "party": Look("#f2f2f2", "#000000", width=2),
    "condition": Look("#ffffff", "#555555", line="dotted"),
    "junction": Look("#ffffff", "#555555", line="dotted"),
    "absent": Look("#ffffff", "#999999", "#555555", line="dotted"),
}
