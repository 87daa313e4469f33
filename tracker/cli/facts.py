"""The options that describe one fact, for `record` and `retract --replace`: the keys of a dossier's facts.

Which type takes which is known to the dossier, and told by it; here they only get their help.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from tracker.errors import UserError

Command = TypeVar("Command", bound=Callable[..., Any])

TYPES = (
    "fulfilled", "violated", "accepted", "withdrawn", "suspended", "resumed", "released", "cancelled",
    "ended", "superseded", "reinstated", "condition-met", "condition-failed", "deadline-moved", "reworded",
    "position-stated", "clarity-rated",
)  # fmt: skip

# option: (metavar, help). An option is the key of a dossier with hyphens.
_TEXTS = {
    "manner": ("MANNER", "violated: breach, lapse or repudiated; an act to achieve lapses by default."),
    "extent": ("N/M", "fulfilled, violated: how much came about, such as 2/3."),
    "shortfall": ("TEXT", "fulfilled: what is missing."),
    "clause": ("TEXT", "violated: the clause; reworded: the new one."),
    "basis": ("BASIS", "fulfilled, violated: stated, reported, corroborated or verified."),
    "effective": ("DATE", "accepted: from when on it holds."),
    "from": ("DATE", "deadline-moved: the first day of the window."),
    "until": ("DATE", "deadline-moved: its last day; '' lifts the deadline."),
    "review-on": ("DATE", "deadline-moved: when to look again."),
    "superseded-by": ("ID", "superseded: the commitment in its place."),
    "condition": ("TEXT", "condition-met, condition-failed: the quoted text; reworded: the new condition."),
    "party": ("PARTY", "position-stated: who says so."),
    "position": ("TEXT", "position-stated: what it says."),
    "unrateable": ("TEXT", "clarity-rated: why no verdict is possible; '' where one is."),
    "title": ("TEXT", "reworded."),
    "consequent": ("TEXT", "reworded."),
    "scope": ("TEXT", "reworded."),
    "instrument": ("TEXT", "reworded."),
    "language": ("CODE", "reworded."),
    "note": ("TEXT", "reworded."),
}


def fact_options(command: Command) -> Command:
    """Add the options of every type of fact."""
    for name, (metavar, told) in reversed(_TEXTS.items()):
        command = click.option(f"--{name}", name.replace("-", "_"), metavar=metavar, help=told)(command)
    tags = click.option("--tag", "tags", multiple=True, metavar="TAG", help="reworded; may be repeated.")
    by = click.option("--by", multiple=True, metavar="PARTY", help="Who did it; may be repeated.")
    return by(tags(command))


def given_keys(options: dict[str, Any]) -> dict[str, object]:
    """The keys of a dossier's fact that were given as options."""
    keys: dict[str, object] = {}
    for name, value in options.items():
        if value is None or value == ():
            continue
        keys[name] = list(value) if isinstance(value, tuple) else value
    if isinstance(by := keys.get("by"), list) and len(by) == 1:
        keys["by"] = by[0]
    return keys


def supported(event: Any, because: str) -> Any:
    """The event with its reason: words, or the address of what it rests on."""
    from attrs import evolve

    from tracker.evidence.source import Citation

    if not because.strip():
        raise UserError("--because: say why, in words or with the URL of the source")
    if because.startswith(("http://", "https://")):
        return evolve(event, cites=Citation(publisher="", title=because, url=because))
    return evolve(event, because=because)
