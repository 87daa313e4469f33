"""How right the matcher is, held against headlines that a person labelled.

    python -m benchmarks.matching_quality dev.tsv commitments.tsv noise.tsv [--before DAY] [--since DAY]

`dev.tsv` has a row for each headline and commitment (id, date, source, open_commitments, url, title, snippet,
commitment, label, tag; the label is fulfils, violates or context, the commitment `none` where nothing open is
concerned), `commitments.tsv` for each commitment an `id` and the days `opened` and `closed`, `noise.tsv`
titles that concern none of them (id, date, title). `headlines.toml`, beside this file, says which commitments
of the dossier those ids mean.

A finding counts for the commitments that were open on the day. Relevance asks whether there is one at all,
polarity whether it says that the act was done (fulfils, in part or whole) or the commitment broken. An
episode is what is labelled alike for one commitment with no more than three days between; a verdict is what
the policy holds for the headlines of one commitment with three origins, an origin being a web site.
"""

from __future__ import annotations

import argparse
import csv
import operator
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from attrs import field, frozen

from tracker.commitments.events import Accepted, Fact, Fulfilled, Proposed
from tracker.commitments.fold import timeline
from tracker.commitments.policy import PolicySettings, Verdict, judge
from tracker.commitments.standing import Standing
from tracker.commitments.terms import Terms
from tracker.dossier.dossier import Dossier, Undertaking
from tracker.dossier.parse import parse
from tracker.evidence.finding import Factuality, Finding, Match, Relation
from tracker.evidence.grade import Credibility, Reliability
from tracker.evidence.when import Occurred
from tracker.log.streams import COMMITMENT
from tracker.matching import Matcher
from tracker.resources import resource

MAP = Path(__file__).with_name("headlines.toml")
NEAR = timedelta(days=3)
POLICY = PolicySettings(enabled=True, origins=3, reliability=Reliability.C)
POLARITIES = ("fulfils", "violates")


@frozen
class Headline:
    """One entry, with what it says by its labels: commitment -> (label, tag)."""

    id: str
    published: datetime
    site: str
    text: str
    open: frozenset[str]
    labels: dict[str, tuple[str, str]] = field(factory=dict)


@frozen
class Reader:
    """The matcher over the dossier, by the ids of the labels."""

    matcher: Matcher
    ours: dict[str, tuple[str, ...]]
    theirs: dict[str, str]
    undertakings: dict[str, Undertaking]

    @classmethod
    def of(cls, known: Iterable[str], names: Path) -> Reader:
        """From the map `names` and the dossier that it names; `known` are the ids of the labels."""
        tables = tomllib.loads(names.read_text(encoding="utf-8"))
        path = resource("seeds") / tables["dossier"]
        dossier: Dossier = parse(path.read_text(encoding="utf-8"), str(path))
        undertakings = {each.id: each for each in dossier.entries}
        ours = {key: tuple(tables["commitments"][key]) for key in known}
        missing = [name for several in ours.values() for name in several if name not in undertakings]
        if missing:
            raise SystemExit(f"{names}: not in {path.name}: {', '.join(missing)}")
        profiles = [each.watch for each in dossier.entries if each.watch is not None]
        theirs = {name: key for key, several in ours.items() for name in several}
        return cls(Matcher(dossier.concepts, profiles), ours, theirs, undertakings)

    def read(self, headline: Headline) -> dict[str, Match]:
        """The strongest match for each labelled id that was open on the day."""
        best: dict[str, Match] = {}
        for match in self.matcher.match(headline.text, published=headline.published, zone="UTC"):
            key = self.theirs.get(match.commitment)
            if key in headline.open and (key not in best or _weight(match) > _weight(best[key])):
                best[key] = match
        return best

    def stage(self, headline: Headline, key: str) -> str:
        """Which stage a miss is due to, and what decided there."""
        roles: set[str] = set()
        for name in self.ours[key]:
            if self.undertakings[name].watch is None:
                continue
            told = self.matcher.explain(headline.text, name, published=headline.published)
            if acts := told["acts"]:
                assert isinstance(acts, list)
                cues = acts[0]["cues"]
                return (
                    f"{acts[0]['relation']}/{acts[0]['factuality']}: {cues[-1]['rule']} “{cues[-1]['text']}”"
                )
            roles = {concept["role"] for concept in told["concepts"]}  # type: ignore[attr-defined]
        if "object" not in roles:
            return "concept: the object is not named"
        return "pattern: nothing fits" if "actors" in roles else "concept: no actor is named"


def _weight(match: Match) -> tuple[bool, bool, float]:
    return polarity(match) != "", match.relation is not Relation.CONTEXT, match.confidence


def polarity(match: Match | None) -> str:
    """What a match says was done: "fulfils", "violates", or nothing."""
    if match is None or match.factuality is not Factuality.ACTUAL:
        return ""
    if match.relation in (Relation.FULFILS, Relation.PARTLY_FULFILS):
        return "fulfils"
    return "violates" if match.relation is Relation.VIOLATES else ""


@frozen
class Score:
    """How many were found, how many of them rightly, and how many there were."""

    found: int
    right: int
    wanted: int

    def __str__(self) -> str:
        precision = self.right / self.found if self.found else 1.0
        recall = self.right / self.wanted if self.wanted else 1.0
        return (
            f"P {precision:4.2f}  R {recall:4.2f}   "
            f"({self.right} right of {self.found}; {self.wanted} wanted)"
        )


Pairs = dict[tuple[str, str], Match]


def score(headlines: Sequence[Headline], found: Pairs, is_it: Callable[[str], bool]) -> Score:
    """Over pairs of headline and commitment: what was found and what is labelled, as far as `is_it`.

    A pair that has a polarity must have the right one.
    """
    told = {pair: polarity(match) or "context" for pair, match in found.items()}
    labelled = {(h.id, key): label for h in headlines for key, (label, _) in h.labels.items()}
    ours = {pair: said for pair, said in told.items() if is_it(said)}
    theirs = {pair: label for pair, label in labelled.items() if is_it(label)}
    if is_it("context"):  # relevance: any finding for a commitment that the headline concerns
        right = sum(pair in theirs for pair in ours)
    else:
        right = sum(theirs.get(pair) == said for pair, said in ours.items())
    return Score(len(ours), right, len(theirs))


def episodes(headlines: Sequence[Headline], found: Pairs) -> tuple[int, int]:
    """How many episodes were caught by one headline at least, and how many there are."""
    runs: dict[tuple[str, str], list[list[Headline]]] = defaultdict(list)
    for headline in sorted(headlines, key=lambda h: h.published):
        for key, (label, _) in headline.labels.items():
            if label in POLARITIES:
                those = runs[key, label]
                if those and headline.published - those[-1][-1].published <= NEAR:
                    those[-1].append(headline)
                else:
                    those.append([headline])
    every = [(key, label, run) for (key, label), those in runs.items() for run in those]
    caught = [run for key, label, run in every if any(polarity(found.get((h.id, key))) == label for h in run)]
    return len(caught), len(every)


def verdicts(reader: Reader, headlines: Sequence[Headline], found: Pairs) -> list[tuple[str, str, bool]]:
    """What the policy holds as the headlines come in: id, verdict, and whether it is right.

    Right is a verdict most of whose headlines are labelled so.
    """
    told = []
    by_time = sorted(headlines, key=lambda h: h.published)
    for key, names in reader.ours.items():
        standing = _running(reader.undertakings[names[0]].terms)
        made: list[Finding] = []
        labels: dict[str, str] = {}
        for headline in by_time:
            match = found.get((headline.id, key))
            if match is None:
                continue
            made.append(_finding(headline, match))
            labels[headline.id] = headline.labels.get(key, ("", ""))[0]
            verdict = judge(standing, made, POLICY, headline.published + NEAR)
            if isinstance(verdict, Verdict):
                word = "fulfils" if isinstance(verdict.event, Fulfilled) else "violates"
                agreed = sum(labels[name] == word for name in verdict.findings)
                told.append((key, word, 2 * agreed > len(verdict.findings)))
                made = [each for each in made if each.id not in verdict.findings]
    return told


def _running(terms: Terms) -> Standing:
    """A commitment of that kind, owed without a condition or an end."""
    plain = Terms(
        id=terms.id,
        title=terms.title,
        debtor=terms.debtor,
        creditor=terms.creditor,
        kind=terms.kind,
        consequent=terms.consequent,
    )
    long_ago = Occurred.at(datetime(2017, 1, 1, tzinfo=UTC))
    facts = [
        Fact(str(number), COMMITMENT + terms.id, number, number, event, long_ago, long_ago.start)
        for number, event in enumerate((Proposed(terms=plain), Accepted(by=terms.debtor[0])), 1)
    ]
    standing = timeline(facts).last
    assert standing is not None
    return standing


def _finding(headline: Headline, match: Match) -> Finding:
    return Finding(
        id=headline.id,
        match=match,
        document=headline.id,
        number=1,
        publisher=headline.site,
        origin=headline.site,
        reliability=Reliability.B,
        credibility=Credibility.PROBABLE,
    )


def headlines_of(path: Path) -> list[Headline]:
    """The labelled entries of a file, one for each id."""
    found: dict[str, Headline] = {}
    for row in _rows(path):
        if row["id"] not in found:
            text = f"{row['title']}\n{row['snippet']}" if row["snippet"] else row["title"]
            found[row["id"]] = Headline(
                row["id"],
                _moment(row["date"]),
                urlsplit(row["url"]).netloc or row["source"],
                text,
                frozenset(row["open_commitments"].split(",")),
            )
        if row["commitment"] != "none":
            found[row["id"]].labels[row["commitment"]] = (row["label"], row["tag"])
    return list(found.values())


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _open(known: Iterable[dict[str, str]], day: str) -> frozenset[str]:
    """The ids of what was open on a day."""
    return frozenset(row["id"] for row in known if row["opened"] <= day <= (row["closed"] or "9999"))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def errors(reader: Reader, headlines: Sequence[Headline], found: Pairs) -> Iterator[dict[str, str]]:
    """Each pair that is not as it was labelled, with what was said instead and the stage that said so."""
    for headline in headlines:
        for key in sorted({*headline.labels, *(k for i, k in found if i == headline.id)}):
            match = found.get((headline.id, key))
            label, tag = headline.labels.get(key, ("none", ""))
            said = "none" if match is None else polarity(match) or "context"
            if said != label:
                yield {
                    "commitment": key,
                    "label": label,
                    "said": said,
                    "tag": tag,
                    "stage": reader.stage(headline, key),
                    "date": f"{headline.published:%Y-%m-%d}",
                    "text": headline.text.replace("\n", " / "),
                }


def main() -> None:
    """Print the figures, and write the errors where that is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("dev", type=Path)
    parser.add_argument("commitments", type=Path)
    parser.add_argument("noise", type=Path)
    parser.add_argument("--before", default="9999", metavar="DAY", help="only headlines before that day")
    parser.add_argument("--since", default="", metavar="DAY", help="only headlines of that day and later")
    parser.add_argument("--map", type=Path, default=MAP, metavar="FILE", help="another headlines.toml")
    parser.add_argument("--errors", type=Path, metavar="FILE", help="write each error there, as CSV")
    asked = parser.parse_args()
    known = _rows(asked.commitments)
    reader = Reader.of((row["id"] for row in known), asked.map)
    every = headlines_of(asked.dev)
    headlines = [h for h in every if asked.since <= f"{h.published:%Y-%m-%d}" < asked.before]
    found = {(h.id, key): match for h in headlines for key, match in reader.read(h).items()}

    print(f"{len(headlines)} headlines, {sum(len(h.labels) for h in headlines)} labels\n")
    print(f"relevance           {score(headlines, found, lambda said: True)}")
    for word in POLARITIES:
        print(f"{word:<19} {score(headlines, found, partial(operator.eq, word))}")
    print(f"both                {score(headlines, found, lambda said: said in POLARITIES)}")
    caught, there = episodes(headlines, found)
    print(f"episodes            {caught} of {there} caught")
    held = verdicts(reader, headlines, found)
    wrong = ", ".join(f"{key} {word}" for key, word, is_right in held if not is_right)
    print(f"verdicts            {len(held)} by three origins, {sum(not r for *_, r in held)} wrong {wrong}")
    titles = [
        Headline(row["id"], _moment(row["date"]), "", row["title"], _open(known, row["date"][:10]))
        for row in _rows(asked.noise)
    ]
    false = [(title, key, match) for title in titles for key, match in reader.read(title).items()]
    acts = sum(polarity(match) != "" for *_, match in false)
    print(
        f"noise               {1000 * len(false) / len(titles):.2f} false findings per 1,000 titles"
        f" ({len(false)} of {len(titles)}; {acts} with a polarity)\n"
    )
    _print_tags(headlines, found)
    if asked.errors:
        rows = list(errors(reader, headlines, found))
        rows += [
            {
                "commitment": key,
                "label": "noise",
                "said": polarity(match) or "context",
                "tag": "",
                "stage": f"{match.relation}/{match.factuality}: {match.cues[-1].rule}",
                "date": f"{title.published:%Y-%m-%d}",
                "text": title.text,
            }
            for title, key, match in false
        ]
        with asked.errors.open("w", encoding="utf-8", newline="") as file:
            out = csv.DictWriter(file, ("commitment", "label", "said", "tag", "stage", "date", "text"))
            out.writeheader()
            out.writerows(rows)
        print(f"\n{len(rows)} errors in {asked.errors}")


def _print_tags(headlines: Sequence[Headline], found: Pairs) -> None:
    """What was said of each label and tag."""
    said: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for headline in headlines:
        for key, (label, tag) in headline.labels.items():
            match = found.get((headline.id, key))
            said[label, tag]["none" if match is None else polarity(match) or "context"] += 1
    words = (*POLARITIES, "context", "none")
    print(f"{'label':<10}{'tag':<16}" + "".join(f"{word:>10}" for word in words))
    for (label, tag), counts in sorted(said.items()):
        print(f"{label:<10}{tag:<16}" + "".join(f"{counts[word] or '':>10}" for word in words))


if __name__ == "__main__":
    main()
