"""How fast texts are matched, beside a bare dictionary engine (pyahocorasick) looking up the same terms.

Run it with `make bench`, or by itself: `python -m benchmarks.matching --help`. Texts are made of invented
words that are as frequent as words are (Zipf), in sentences; a share of them, 5 % unless said, holds a hit: a
sentence in which an actor of one of the profiles acts on its object. One process, one core. The dictionary
engine looks up the variants of all concepts in the same texts in lower case, and does nothing with what it
finds.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import accumulate, product

import ahocorasick
from attrs import frozen

from tracker.dossier.parse import parse
from tracker.evidence.profile import Concept, WatchProfile
from tracker.matching import Matcher
from tracker.resources import resource

PUBLISHED = datetime(2018, 6, 1, tzinfo=UTC)
SYLLABLES = tuple(map("".join, product("bcdfghjklmnprstvwxz", "aeiou")))
COMMON = """
the of to and a in that is was he for it with as his on be at by had not are but from or have an
they which one you were her all she there would their we him been has when who will more no if out
so said what up its about into than them can only other new some could time these two may then do
first any my now such like our over man me even most made after also did many before must through
back years where much your way well down should because
"""


@frozen
class Row:
    """One line of the table: what, the figure, what it is held against, the target, and whether it is met."""

    name: str
    figure: str
    beside: str
    target: str
    is_met: bool


class Words:
    """Invented words by rank, the common English ones first, drawn as often as such ranks are."""

    def __init__(self, chance: random.Random, size: int = 30_000) -> None:
        self.chance = chance
        invented: dict[str, None] = {}
        while len(invented) < size:
            invented["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4)))] = None
        self.ranked = [*COMMON.split(), *invented]
        self.rare = self.ranked[2_000:]
        self._weights = list(accumulate(1 / (rank + 2) for rank in range(len(self.ranked))))

    def text(self, length: int, hit: str = "") -> str:
        """A title and a summary of so many words in all, with a sentence somewhere in it."""
        words = self.chance.choices(self.ranked, cum_weights=self._weights, k=length)
        sentences = [" ".join(words[at : at + 15]).capitalize() + "." for at in range(10, length, 15)]
        if hit:
            sentences.insert(self.chance.randrange(len(sentences) + 1), hit)
        return " ".join(words[:10]).capitalize() + "\n" + " ".join(sentences)


def invented(words: Words, count: int) -> tuple[list[Concept], list[WatchProfile], list[str]]:
    """So many profiles, each with an object of its own and one of 500 actors, and a sentence it finds."""
    draw = words.chance
    actors = [
        Concept(f"actor-{n}", (f"{draw.choice(words.rare)} {draw.choice(words.rare)}",)) for n in range(500)
    ]
    concepts, profiles, sentences = list(actors), [], []
    for number in range(count):
        things = tuple(f"{draw.choice(words.rare)} {draw.choice(words.rare)}" for _ in range(3))
        actor = actors[number % len(actors)]
        concepts.append(Concept(f"thing-{number}", things))
        profiles.append(
            WatchProfile(
                commitment=f"promise-{number}",
                object=(f"thing-{number}",),
                actors=(actor.name,),
                fulfils=(f"(close | dismantle | shut down) -> <thing-{number}>",),
                violates=(f"(reopen | rebuild | expand) -> <thing-{number}>",),
            )
        )
        verb = draw.choice(("dismantled", "has reopened", "will close", "did not shut down"))
        sentences.append(f"{actor.variants[0].title()} {verb} the {things[0]} on Monday.")
    return concepts, profiles, sentences


def automaton(concepts: Sequence[Concept]) -> ahocorasick.Automaton:
    """The dictionary engine over the variants of all concepts."""
    engine = ahocorasick.Automaton()
    for concept in concepts:
        for variant in concept.variants:
            engine.add_word(variant.removeprefix("=").lower(), concept.name)
    engine.make_automaton()
    return engine


def rates(works: Sequence[Callable[[str], object]], texts: Sequence[str], times: int = 5) -> list[float]:
    """Texts a second of each, the medians of a few goes; they take turns, so that a slow moment is shared."""
    goes: list[list[float]] = [[] for _ in works]
    for _ in range(times):
        for work, found in zip(works, goes, strict=True):
            start = time.perf_counter()
            for text in texts:
                work(text)
            found.append(len(texts) / (time.perf_counter() - start))
    return [statistics.median(found) for found in goes]


def matching(matcher: Matcher) -> Callable[[str], object]:
    """Matching one text."""
    return lambda text: matcher.match(text, published=PUBLISHED, zone="UTC")


def finding(engine: ahocorasick.Automaton) -> Callable[[str], object]:
    """Looking the terms up in one text."""
    return lambda text: list(engine.iter(text.lower()))


def texts(words: Words, count: int, length: int, sentences: Sequence[str], share: float) -> list[str]:
    """Texts of so many words, a share of them with one of the sentences, mixed."""
    hits = round(count * share)
    made = [words.text(length, words.chance.choice(sentences)) for _ in range(hits)]
    made += [words.text(length) for _ in range(count - hits)]
    words.chance.shuffle(made)
    return made


# As `sentences` of `invented`, for the dossier, in the words of news.
NEWS = (
    "North Korea fires a ballistic missile into the sea.",
    "North Korea has released three Americans, officials said.",
    "The United States and South Korea begin joint military drills.",
    "North Korea blows up tunnels at its nuclear test site.",
    "Trump said he would meet Kim Jong Un in Singapore.",
    "China will not ease its sanctions on North Korea.",
    "The two Koreas reopen a telephone hotline.",
)


def dossier(words: Words, options: argparse.Namespace) -> list[Row]:
    """Titles and summaries of 60 words against 18 of the profiles of the Korean dossier, and against all."""
    path = resource("seeds") / "korea-2018.toml"
    read = parse(path.read_text(encoding="utf-8"), str(path))
    profiles = [entry.watch for entry in read.entries if entry.watch is not None]
    many = texts(words, options.texts, 60, NEWS, options.share)
    rows = []
    for count in (18, len(profiles)):
        work = matching(Matcher(read.concepts, profiles[:count]))
        found = sum(bool(work(text)) for text in many)
        ours, bare = rates([work, finding(automaton(read.concepts))], many)
        rows.append(
            Row(
                f"60 words, {count} profiles of the dossier",
                f"{ours:,.0f}/s",
                f"{ours / bare:.2f} of {bare:,.0f}/s; {found / len(many):.1%} found",
                ">= 5,000/s" if count == 18 else "",
                count != 18 or ours >= 5_000,
            )
        )
    return rows


def scaled(words: Words, options: argparse.Namespace) -> list[Row]:
    """Documents of 150 words against a thousand and ten thousand invented profiles."""
    concepts, profiles, sentences = invented(words, options.profiles)
    few = profiles[: len(profiles) // 10]
    named = {name for profile in few for name in (*profile.object, *profile.actors)}
    some = [concept for concept in concepts if concept.name in named]
    many = texts(words, options.texts, 150, sentences[: len(few)], options.share)
    small, large = matching(Matcher(some, few)), matching(Matcher(concepts, profiles))
    found = sum(bool(large(text)) for text in many)
    slow, fast, bare = rates([large, small, finding(automaton(concepts))], many)
    return [
        Row(
            f"150 words, {len(profiles):,} profiles",
            f"{slow:,.0f}/s",
            f"{slow / bare:.2f} of {bare:,.0f}/s; {found / len(many):.1%} found",
            ">= 3,000/s, >= 0.2",
            slow >= 3_000 and slow >= 0.2 * bare,
        ),
        Row(
            f"10 times the profiles ({len(few):,} to {len(profiles):,})",
            f"{fast / slow:.2f} times the time",
            f"{fast:,.0f}/s",
            "<= 1.5",
            fast / slow <= 1.5,
        ),
    ]


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matching", description=__doc__)
    parser.add_argument("--texts", type=int, default=4_000, help="how many texts")
    parser.add_argument("--profiles", type=int, default=10_000, help="how many invented profiles")
    parser.add_argument("--share", type=float, default=0.05, help="the share of texts with a hit")
    options = parser.parse_args()
    words = Words(random.Random(7))
    print(f"{'matching':<48} {'figure':>20}  beside a bare dictionary engine")
    for row in [*dossier(words, options), *scaled(words, options)]:
        mark = "" if row.is_met else "  MISSED"
        print(f"{row.name:<48} {row.figure:>20}  {row.beside}  {row.target}{mark}")


if __name__ == "__main__":
    main()
