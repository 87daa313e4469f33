"""The guide for journalists says what the parser does."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from tracker.commitments.events import Fact
from tracker.commitments.fold import fold_all
from tracker.commitments.standing import State
from tracker.dossier.diff import diff
from tracker.dossier.events import COMMON_KEYS, KEYS_OF
from tracker.dossier.parse import COMMITMENT_KEYS, DOSSIER_KEYS, WATCH_KEYS, parse

PAGE = (Path(__file__).parents[2] / "docs" / "dossiers.md").read_text(encoding="utf-8")


def example() -> str:
    """The TOML block of the page."""
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    return str(block)


def test_the_example_of_the_guide_is_a_dossier() -> None:
    """The worked example parses, and has one of everything that it sets out to show."""
    dossier = parse(example(), "docs/dossiers.md")
    assert [entry.id for entry in dossier.entries] == [
        "mayor-build-homes",
        "mayor-keep-fares",
        "tram-expand-network",
    ]
    assert [len(entry.facts) for entry in dossier.entries] == [3, 3, 1]
    assert all(entry.watch is not None for entry in dossier.entries)


def test_the_example_of_the_guide_stands_as_one_would_expect() -> None:
    """Loaded as it is, the homes are owed, and the fares wait for a tram that nobody accepted to build."""
    dossier = parse(example(), "docs/dossiers.md")
    now = datetime(2025, 6, 1, tzinfo=UTC)
    streams: dict[str, list[Fact]] = {}
    for position, change in enumerate(diff(dossier, now, {}), 1):
        facts = streams.setdefault(change.commitment, [])
        facts.append(Fact(str(position), "", len(facts) + 1, position, change.event, change.occurred, now))
    folded = {name: line.at(now) for name, line in fold_all(streams).items()}
    assert {name: standing.state for name, standing in folded.items() if standing} == {
        "mayor-build-homes": State.ACTIVE,
        "mayor-keep-fares": State.CONDITIONAL,
        "tram-expand-network": State.PROPOSED,
    }
    homes = folded["mayor-build-homes"]
    assert homes and homes.window.until == datetime(2027, 6, 30, 22, tzinfo=UTC)
    assert homes.watch and homes.watch.object == ("new-flats",)


def test_every_key_and_every_type_is_in_the_guide() -> None:
    """Each key the parser takes and each type of fact is named on the page, in code."""
    keys = {*DOSSIER_KEYS, *COMMITMENT_KEYS, *WATCH_KEYS, *COMMON_KEYS, *KEYS_OF}
    keys |= {key for own in KEYS_OF.values() for key in own} | {
        "publisher",
        "url",
        "date",
        "adjective",
        "variants",
    }
    named = set(re.findall(r"[a-z_-]+", " ".join(re.findall(r"`([^`\n]+)`", PAGE))))
    assert keys - named == set()
