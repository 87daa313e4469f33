"""What must stay true of the Korean seeds: the dossier's facts are sourced, the demo feeds are real feeds.

Reads the files as any stranger would (tomllib, feedparser, json), not through the tracker's own readers, so
that a fault of ours cannot hide a fault of theirs.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
from attrs import frozen

SEEDS = Path(__file__).parents[2] / "seeds"
FOLDER = SEEDS / "korea-2018"
DEMO: dict[str, list[dict[str, Any]]] = tomllib.loads((FOLDER / "demo.toml").read_text(encoding="utf-8"))
DOSSIER: dict[str, Any] = tomllib.loads((SEEDS / "korea-2018.toml").read_text(encoding="utf-8"))
COMMITMENTS: dict[str, dict[str, Any]] = {entry["id"]: entry for entry in DOSSIER["commitment"]}
FILES = [feed["file"] for feed in DEMO["feed"]]

# Hosts that name a format, not a publisher.
FORMAT_HOSTS = {"jsonfeed.org", "www.w3.org"}

PROMISED = {
    "dprk-pause-tests",
    "dprk-moratorium-icbm",
    "dprk-shut-test-site",
    "dprk-keep-test-site-shut",
    "us-rok-suspend-exercises",
    "us-rok-resume-exercises",
    "dprk-release-detainees",
    "dprk-release-detainees-kim-dong-chul",
    "dprk-release-detainees-kim-sang-duk",
    "dprk-release-detainees-kim-hak-song",
    "koreas-hotline",
    "koreas-april-summit",
    "koreas-military-talks",
    "koreas-olympic-march",
    "koreas-joint-hockey-team",
    "dprk-olympic-participation",
    "koreas-end-war-declaration",
    "koreas-peace-treaty",
    "dprk-discuss-denuclearization",
    "dprk-denuclearize",
    "us-security-guarantee",
    "us-no-regime-change",
    "us-keep-forces",
    "us-keep-sanctions",
    "us-dprk-summit",
    "freeze-for-freeze",
    "dprk-statement-1992",
    "koreas-statement-1972",
    "koreas-statement-2000",
    "koreas-statement-2007",
    "us-suspend-large-exercises",
    "us-dprk-new-relations",
    "us-dprk-peace-regime",
    "dprk-return-remains",
    "dprk-dismantle-sohae",
    "koreas-border-hotline",
    "koreas-stop-loudspeakers",
    "koreas-keep-loudspeakers-off",
    "koreas-liaison-office",
    "koreas-keep-liaison-office",
    "koreas-family-reunions",
    "koreas-pyongyang-summit",
    "dprk-kim-visits-seoul",
    "koreas-rail-groundbreaking",
    "koreas-military-agreement",
    "koreas-disarm-jsa",
    "koreas-remove-guard-posts",
    "koreas-clear-mines",
    "koreas-keep-dmz-disarmed",
    "koreas-refrain-hostile-acts",
    "dprk-yongbyon-closure",
    "us-dprk-second-summit",
    "us-new-calculation",
    "us-dprk-working-talks",
    "china-enforce-sanctions",
    "russia-enforce-sanctions",
}


@frozen
class Item:
    """One entry as it stands in a feed file; `published` and `changed` are None where it gives no date."""

    key: str
    title: str
    text: str
    published: datetime | None
    changed: datetime | None


def _atom_date(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _rss_date(text: str | None) -> datetime | None:
    return parsedate_to_datetime(text) if text else None


def items(file: str) -> list[Item]:
    """The entries of a demo feed in the order of the file."""
    body = (FOLDER / file).read_bytes()
    if file.endswith(".json"):
        return [
            Item(
                key=entry["id"],
                title=entry["title"],
                text=entry.get("content_text") or entry.get("content_html") or entry.get("summary", ""),
                published=_atom_date(entry.get("date_published")),
                changed=_atom_date(entry.get("date_modified") or entry.get("date_published")),
            )
            for entry in json.loads(body)["items"]
        ]
    parsed = feedparser.parse(body)
    read = _atom_date if parsed.version.startswith("atom") else _rss_date
    return [
        Item(
            key=entry["id"],
            title=entry["title"],
            text=entry.get("summary", ""),
            published=read(entry.get("published")),
            changed=read(entry["updated"] if "updated" in entry else entry.get("published")),
        )
        for entry in parsed.entries
    ]


ALL: dict[str, list[Item]] = {file: items(file) for file in FILES}


def test_every_promised_commitment_is_in_the_dossier() -> None:
    """No id of the plan's table is missing, and none stands there twice."""
    assert set(COMMITMENTS) >= PROMISED
    assert len(COMMITMENTS) == len(DOSSIER["commitment"])


@pytest.mark.parametrize("name", sorted(PROMISED))
def test_every_commitment_and_every_fact_names_a_known_source(name: str) -> None:
    """`cites` leads to a citation with publisher, title and a full date."""
    citations = {citation["id"]: citation for citation in DOSSIER["citation"]}
    entry = COMMITMENTS[name]
    for part in (entry, *entry.get("fact", ()), *entry.get("interpretation", ())):
        source = citations[part["cites"]]
        assert source["publisher"]
        assert source["title"]
        assert datetime.fromisoformat(source["date"])


def test_no_verdict_of_the_dossier_is_known_in_the_months_that_the_demo_replays() -> None:
    """Verdicts on these months come from the feeds; only undertakings are entered, so a summit that was
    called off by letter may stand there as repudiated. What history settled since is known after the demo."""
    judged = [
        (name, str(fact["occurred"]), str(fact.get("known", fact["occurred"])))
        for name, entry in COMMITMENTS.items()
        for fact in entry.get("fact", ())
        if fact["type"] == "fulfilled" or (fact["type"] == "violated" and fact.get("manner") != "repudiated")
    ]
    assert [each for each in judged if "2017-12" <= each[2] < "2018-06-16"] == []
    assert ("dprk-statement-1992", "2006-10-09", "2006-10-09") in judged
    assert ("us-dprk-summit", "2018-06-12", "2018-06-16") in judged


def test_no_fact_is_older_than_its_commitment() -> None:
    """Nothing happens to a promise before it was made."""
    early = [
        (name, fact["type"], fact["occurred"])
        for name, entry in COMMITMENTS.items()
        for fact in entry.get("fact", ())
        if str(fact["occurred"])[:10] < str(entry["made"])[:10]
    ]
    assert early == []


def test_every_open_ended_maintain_or_refrain_says_when_to_look_again() -> None:
    """A promise without an end is otherwise never looked at."""
    forgotten = [
        name
        for name, entry in COMMITMENTS.items()
        if entry["kind"] in {"maintain", "refrain"} and not entry.keys() & {"until", "review_on"}
    ]
    assert forgotten == []


@pytest.mark.parametrize("file", [file for file in FILES if file.endswith(".xml")])
def test_xml_feeds_are_well_formed(file: str) -> None:
    """feedparser finds nothing to complain of, and an id for every entry."""
    parsed = feedparser.parse((FOLDER / file).read_bytes())
    assert not parsed.bozo, parsed.get("bozo_exception")
    assert parsed.entries
    assert all(entry.get("id") and entry.get("title") and entry.get("link") for entry in parsed.entries)


@pytest.mark.parametrize("file", [file for file in FILES if file.endswith(".json")])
def test_json_feeds_hold_what_the_format_requires(file: str) -> None:
    """JSON Feed 1.1: version and title of the feed; an id and content for every item."""
    feed = json.loads((FOLDER / file).read_text(encoding="utf-8"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    assert all(
        item["id"] and (item.get("content_text") or item.get("content_html")) for item in feed["items"]
    )


@pytest.mark.parametrize("file", FILES)
def test_every_feed_says_that_its_publisher_is_invented(file: str) -> None:
    """Nobody who finds one of these files alone may take it for a newsroom's."""
    text = (FOLDER / file).read_text(encoding="utf-8")
    note = json.loads(text)["_note"] if file.endswith(".json") else text.split("-->")[0]
    assert "invented" in note
    hosts = {urlsplit(link).hostname or "" for link in re.findall(r"https?://[^\"<\s]+", text)} - FORMAT_HOSTS
    assert hosts
    assert all(host.endswith(".example") for host in hosts), hosts


@pytest.mark.parametrize("file", FILES)
def test_entries_stand_oldest_first_within_the_replayed_months(file: str) -> None:
    """The replay shows what had been published by a day: the order of a file is the order of publication."""
    moments = [item.changed for item in ALL[file] if item.changed]
    assert all(moment.tzinfo for moment in moments)
    assert moments == sorted(moments)
    assert datetime(2017, 11, 28, tzinfo=UTC) <= moments[0]
    assert moments[-1] < datetime(2018, 6, 16, tzinfo=UTC)
    assert ALL[file][0].changed, "a first entry without date would have no entry before it to appear with"


def test_there_are_feeds_enough_in_all_three_formats() -> None:
    """At least 80 entries of six publishers, two feeds in each of RSS 2.0, Atom and JSON Feed."""
    formats = Counter(
        "json" if file.endswith(".json") else feedparser.parse((FOLDER / file).read_bytes()).version
        for file in FILES
    )
    assert sum(len(entries) for entries in ALL.values()) >= 80
    assert len({feed["publisher"] for feed in DEMO["feed"]}) >= 6
    assert set(formats) == {"rss20", "atom10", "json"}
    assert min(formats.values()) >= 2


def test_every_feed_has_a_graded_source_and_every_file_is_served() -> None:
    """demo.toml and the folder agree; a party that a source speaks for is one of the dossier's."""
    sources = {source["name"]: source for source in DEMO["source"]}
    assert {feed["publisher"] for feed in DEMO["feed"]} == set(sources)
    assert len({source["reliability"] for source in sources.values()}) >= 4
    assert {s["party"] for s in sources.values() if "party" in s} <= {p["id"] for p in DOSSIER["party"]}
    assert {path.name for path in FOLDER.iterdir() if path.suffix in {".xml", ".json"}} == set(FILES)


def test_some_entries_have_no_date() -> None:
    """Feeds in the wild leave dates out; so do two of ours at least."""
    assert sum(item.changed is None for entries in ALL.values() for item in entries) >= 2


def test_some_entries_are_edited_later_under_the_same_id() -> None:
    """An edit keeps the id, comes later and says something else."""
    edits = 0
    for entries in ALL.values():
        first: dict[str, Item] = {}
        for item in entries:
            if before := first.get(item.key):
                assert before.changed
                assert item.changed
                assert before.changed < item.changed
                assert (before.title, before.text) != (item.title, item.text)
                edits += 1
            first.setdefault(item.key, item)
    assert edits >= 2


def test_wire_stories_stand_on_other_sites_with_the_credit_of_the_wire() -> None:
    """The same words under another publisher's name, so that counting publishers would count one twice."""
    wires = {s["name"]: s["credits"] for s in DEMO["source"] if s["kind"] == "wire"}
    files = {feed["publisher"]: feed["file"] for feed in DEMO["feed"]}
    copies = 0
    for wire, credited in wires.items():
        own = {_bare(item.text, credited) for item in ALL[files[wire]]}
        for file in set(FILES) - {files[wire]}:
            for item in ALL[file]:
                if _bare(item.text, credited) in own:
                    assert any(credit in item.text for credit in credited), item.title
                    copies += 1
    assert copies >= 2


def _bare(text: str, credited: list[str]) -> str:
    """The story without dateline and credit."""
    for credit in credited:
        text = text.replace(f"({credit})", "")
    return " ".join(text.rpartition(" — ")[2].split()).rstrip()


def test_the_release_was_predicted_on_3_may_and_reported_on_9_may_by_three_independent_publishers() -> None:
    """The trap of the demo: all three men named in plain words on the day, and not a word of it before."""
    kinds = {s["name"]: s for s in DEMO["source"]}
    named: dict[str, datetime] = {}
    predicted = 0
    for feed in DEMO["feed"]:
        for item in ALL[feed["file"]]:
            if item.changed and "Giuliani" in item.title + item.text:
                predicted += item.changed.date().isoformat() in {"2018-05-03", "2018-05-04"}
            released = any(word in item.title + item.text for word in ("freed", "released", "frees"))
            if item.changed and released and "three" in (item.title + item.text).casefold():
                source = kinds[feed["publisher"]]
                if item.changed.date().isoformat() == "2018-05-09" and source["reliability"] in {"A", "B"}:
                    named.setdefault(feed["publisher"], item.changed)
    assert predicted >= 2
    assert len([name for name in named if "party" not in kinds[name]]) >= 3
