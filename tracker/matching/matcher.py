"""The matcher: what a text says about each commitment, with the words and the reasons.

Search, then verification: the index names candidates, the profile's patterns find the act clause by clause,
factuality judges it, and of all that was found for one commitment the strongest stays. A match is what a
text says, never a verdict. Pure and deterministic; no text makes it raise or take more than linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import partial

import attrs
from attrs import frozen

from tracker.errors import UnknownCommitment
from tracker.evidence.document import Span
from tracker.evidence.finding import Cue, Factuality, Match, Relation
from tracker.evidence.profile import Concept, WatchProfile
from tracker.evidence.when import Occurred
from tracker.matching.act import Act, is_intransitive, is_noun
from tracker.matching.doer import doer as find_doer
from tracker.matching.factuality import Judgement, judge
from tracker.matching.index import Index
from tracker.matching.lexicon import is_participle, stems_in, vocabulary
from tracker.matching.pattern import Encoded, Hit, Voice, one_of
from tracker.matching.profile import Compiled, checked_concepts, compile_profile
from tracker.matching.reading import Reading
from tracker.matching.speaker import Speaker, speaker
from tracker.matching.when import Time, local_day, occurred

# The strongest finding stands at the top of news; a text that says a thing in none of so many sentences does
# not report it. Keeps the cost of a hostile line bounded.
_SENTENCES_READ = 40
# "discussed the visit that was called off three days ago": the date belongs to what hangs on it.
_HANGING = frozenset({"that", "which", "who", "whom", "where", "when", "after", "before", "until"})
_TITLE_VETOES = (Factuality.NEGATED, Factuality.QUESTION, Factuality.COMMENTARY)


@frozen
class _Found:
    """One reading of one clause for one profile."""

    relation: Relation
    judgement: Judgement
    sentence: int
    clause: int
    words: tuple[int, ...]
    act: int
    confidence: float
    cues: tuple[Cue, ...]
    title: bool

    def strength(self) -> tuple[int, bool, float, int]:
        """Smaller is stronger: an act, a part of it, a plan, mere context; title first, then the surer."""
        if self.relation is Relation.CONTEXT:
            tier = 3
        elif self.judgement.factuality is not Factuality.ACTUAL:
            tier = 2
        else:
            tier = 1 if self.relation is Relation.PARTLY_FULFILS else 0
        return tier, not self.title, -self.confidence, self.act


class Matcher:
    """Runs watch profiles over texts.

    `match` gives at most one match per commitment, sorted by its id. Raises `BadPattern` when a concept or a
    profile cannot be compiled, and nothing on any text.
    """

    version = "2"

    def __init__(self, concepts: Iterable[Concept], profiles: Iterable[WatchProfile]) -> None:
        self._concepts = {concept.name: concept for concept in concepts}
        checked_concepts(self._concepts)
        self._index = Index()
        self._compiled: dict[str, Compiled] = {}
        self._alike: dict[WatchProfile, Compiled] = {}
        self._parties = [
            (re.compile(one_of(concept.variants) + "(?= )"), concept.party)
            for concept in self._concepts.values()
            if concept.party
        ]
        for profile in profiles:
            self.add(profile)

    def add(self, profile: WatchProfile) -> None:
        """Watch for one more commitment, or differently for one that is watched; rebuilds nothing."""
        # Parts of one commitment share their words, and compiling is the dear part.
        words = attrs.evolve(profile, commitment="")
        alike = self._alike.get(words)
        compiled = attrs.evolve(alike, profile=profile) if alike else compile_profile(profile, self._concepts)
        self._alike[words] = compiled
        self._compiled[profile.commitment] = compiled
        self._index.add(profile, self._concepts)

    def remove(self, commitment: str) -> None:
        """Watch for a commitment no longer; one that is not watched is no error."""
        self._compiled.pop(commitment, None)
        self._index.remove(commitment)

    def covers(self, language: str) -> bool:
        """Whether texts in this language (a BCP 47 tag; empty: unknown) can be read."""
        return language.replace("_", "-").split("-")[0].lower() in ("en", "")

    def match(self, text: str, *, published: datetime | None, zone: str, language: str = "en") -> list[Match]:
        """What `text` (a title, or a title, a line break and a body) says about the watched commitments.

        `published` is aware (naive: UTC) or None; days are days in `zone`. Spans index `text`.
        """
        if not self.covers(language):
            return []
        candidates = self._index.candidates(vocabulary(text), partial(stems_in, text))
        if not candidates:
            return []
        reading = Reading(text, _day(published, zone))
        matches = (self._for(reading, self._compiled[commitment], zone) for commitment in sorted(candidates))
        return [match for match in matches if match is not None]

    def explain(
        self, text: str, commitment: str, *, published: datetime | None = None, zone: str = "UTC"
    ) -> dict[str, object]:
        """Every stage for one text and one commitment, as simple values: what `watch explain` prints.

        Keys: tokens, concepts, clauses, acts (all that was found, strongest first), decision (or None).
        Raises `UnknownCommitment` for one that is not watched.
        """
        if commitment not in self._compiled:
            raise UnknownCommitment(f"no commitment {commitment!r} is watched")
        compiled = self._compiled[commitment]
        reading = Reading(text, _day(published, zone))
        tokens = reading.tokens
        found = sorted(self._search(reading, compiled), key=_Found.strength)
        match = self._for(reading, compiled, zone)
        return {
            "tokens": [
                {"word": raw, "stem": stem, "start": start, "end": end}
                for raw, stem, start, end in zip(
                    tokens.raws, tokens.stems, tokens.starts, tokens.ends, strict=True
                )
            ],
            "concepts": [
                {"role": role, "text": text[span.start : span.end], "start": span.start, "end": span.end}
                for role, span in _named_concepts(reading, compiled)
            ],
            "clauses": [
                {
                    "lead": clause.lead,
                    "title": reading.sentences[number].title,
                    "text": " ".join(tokens.raws[index] for index in clause.words),
                }
                for number in range(len(reading.sentences))
                for clause in reading.clauses(number)
            ],
            "acts": [
                {
                    "relation": str(one.relation),
                    "factuality": str(one.judgement.factuality),
                    "confidence": round(one.confidence, 3),
                    "text": " … ".join(text[s.start : s.end] for s in _spans(reading, one.words)),
                    "cues": [_cue(cue, text) for cue in one.cues],
                }
                for one in found
            ],
            "decision": None
            if match is None
            else {
                "relation": str(match.relation),
                "factuality": str(match.factuality),
                "confidence": match.confidence,
                "text": " … ".join(text[s.start : s.end] for s in match.spans),
                "occurred": str(match.occurred) if match.occurred else None,
                "speaker": match.speaker,
                "speaker_party": match.speaker_party,
                "cues": [_cue(cue, text) for cue in match.cues],
            },
        }

    def _for(self, reading: Reading, compiled: Compiled, zone: str) -> Match | None:
        """The strongest thing a text says for one profile."""
        found = list(self._search(reading, compiled))
        if not found:
            return None
        best = min(found, key=_Found.strength)
        veto = next(
            (
                one
                for one in found
                if one.title
                and one.relation not in (Relation.CONTEXT,)
                and one.relation is best.relation
                and one.judgement.factuality in _TITLE_VETOES
                and one.judgement.cue.rule != "mentioned"
            ),
            None,
        )
        if veto is not None and not best.title:
            best = veto
        return self._match(reading, compiled, best, found, zone)

    def _when(self, reading: Reading, told: _Found, zone: str) -> tuple[Occurred | None, Time | None]:
        """When an act happened by the words around it, without those of a clause that hangs on it."""
        tokens = reading.tokens
        sentence = reading.sentences[told.sentence]
        end = next(
            (at for at in range(told.words[-1] + 1, sentence.end) if tokens.raws[at] in _HANGING),
            sentence.end,
        )
        close = [time for time in reading.times(told.sentence) if time.span.start < tokens.ends[end - 1]]
        return occurred(close, tokens.starts[told.act], reading.published, zone)

    def _match(
        self, reading: Reading, compiled: Compiled, best: _Found, found: list[_Found], zone: str
    ) -> Match:
        """A finding in the words of the house, with its time and its speaker."""
        spans = _spans(reading, best.words)
        cues = list(best.cues)
        when = None
        if best.judgement.factuality is Factuality.ACTUAL and best.relation is not Relation.CONTEXT:
            when, time = self._when(reading, best, zone)
            if time is None and (again := _told_again(best, found)) is not None:
                later, time = self._when(reading, again, zone)
                when = when if time is None else later
            if time is not None:
                cues.append(Cue("time", time.rule, time.span))
        who = self._speaker(reading, best)
        if who is not None:
            cues.append(Cue("speaker", "attributed", who.span))
        return Match(
            compiled.profile.commitment,
            best.relation,
            best.judgement.factuality,
            round(best.confidence, 3),
            spans,
            tuple(cues),
            when,
            who.name if who else "",
            who.party if who else "",
        )

    def _speaker(self, reading: Reading, best: _Found) -> Speaker | None:
        tokens = reading.tokens
        return speaker(tokens, reading.sentences[best.sentence], best.act, partial(self._party, reading))

    def _party(self, reading: Reading, start: int, end: int) -> str | None:
        """The party named first by tokens `[start, end)`."""
        tokens = reading.tokens
        line = "".join(f" {tokens.raws[i]}/{tokens.stems[i]}" for i in range(start, end)) + " "
        named = [
            (found.start(), -found.end(), party)
            for expression, party in self._parties
            if (found := expression.search(line)) is not None
        ]
        return min(named)[2] if named else None

    def _search(self, reading: Reading, compiled: Compiled) -> Iterator[_Found]:
        """Everything a text holds for one profile, sentence by sentence."""
        context: _Found | None = None
        read = 0
        told = False
        for number in range(len(reading.sentences)):
            lines = [_without(line, compiled) for line in reading.lines(number)]
            objects = [compiled.object.search(line.line) for line in lines]
            if not any(objects):
                continue
            read += 1
            if read > _SENTENCES_READ:
                break
            acts = 0
            for place, line in enumerate(lines):
                if any(next(iter(pattern.search(line)), None) for pattern in compiled.based_on):
                    continue
                for found in self._acts(reading, compiled, number, place, lines):
                    acts += 1
                    told = told or found.strength()[0] == 0
                    yield found
            # The first sentence that reports the act as done is the report; what follows repeats it. A
            # headline's report may find its date in the body.
            if told and number > 0:
                return
            if acts == 0 and context is None:
                context = self._context(reading, compiled, number, lines, objects)
        if context is not None and reading.names(compiled.actors):
            yield context

    def _acts(
        self,
        reading: Reading,
        compiled: Compiled,
        number: int,
        place: int,
        lines: list[Encoded],
    ) -> Iterator[_Found]:
        """The acts of one clause that an allowed actor does."""
        clause = reading.clauses(number)[place]
        sentence = reading.sentences[number]
        around = [*lines, *reading.lines(0)] if number else lines
        siblings = reading.clauses(number)
        times = partial(reading.times, number)
        told: Relation | None = None
        for relation, pattern in compiled.acts:
            if not pattern.may(lines[place]) or not pattern.suits(around):
                continue
            for hit in pattern.search(lines[place]):
                if hit.event and told is relation:
                    continue  # a verb has told it already, and better
                act = Act(
                    reading.tokens,
                    sentence,
                    clause,
                    siblings,
                    hit.act,
                    hit.words[0],
                    hit.words[-1],
                    hit.voice,
                    times,
                    reading.published,
                    hit.words,
                    hit.event,
                    relation is Relation.VIOLATES,
                )
                if hit.voice is Voice.PASSIVE and not _can_be_passive(act):
                    continue
                if hit.voice is Voice.ACTIVE and is_noun(act):
                    continue
                doer = find_doer(compiled, lines, place, hit)
                if doer == "other" or (doer == "" and not reading.names(compiled.actors)):
                    continue
                found = _judged(reading, relation, act, hit, doer, number, place)
                if hit.event and not _tells(found.judgement):
                    continue
                if found.judgement.factuality is Factuality.ACTUAL:
                    told = relation
                yield found

    def _context(
        self,
        reading: Reading,
        compiled: Compiled,
        number: int,
        lines: list[Encoded],
        objects: list[re.Match[str] | None],
    ) -> _Found | None:
        """The commitment is spoken of, and no act is told of it."""
        sentence = reading.sentences[number]
        for place, match in enumerate(objects):
            named = _about(compiled, lines, place, match)
            if not named:
                continue
            clause = reading.clauses(number)[place]
            act = Act(
                reading.tokens, sentence, clause, reading.clauses(number), named[0], named[0], named[-1],
                Voice.NOUN, partial(reading.times, number), reading.published,
            )  # fmt: skip
            judgement = judge(act)
            if judgement.factuality is Factuality.ACTUAL:
                judgement = attrs.evolve(judgement, factuality=Factuality.COMMENTARY)
            words = tuple(clause.words[i] for i in named)
            return _Found(
                Relation.CONTEXT, judgement, number, place, words, words[0], 0.4,
                (Cue("concept", "object", _span(reading, words)), judgement.cue), sentence.title,
            )  # fmt: skip
        return None


def _about(
    compiled: Compiled, lines: list[Encoded], place: int, match: re.Match[str] | None
) -> Sequence[int]:
    """The words of a clause by which it concerns the commitment, as places: what `about` asks for, or else
    the object."""
    if not compiled.about:
        return (
            range(lines[place].position(match.start()), lines[place].position(match.end() - 1) + 1)
            if match
            else ()
        )
    hits = (
        hit.words
        for pattern in compiled.about
        if pattern.suits(lines)
        for hit in pattern.search(lines[place])
    )
    return next(hits, ())


def _told_again(best: _Found, found: list[_Found]) -> _Found | None:
    """The first sentence of the body that reports what the headline did."""
    return next(
        (
            one
            for one in found
            if best.title
            and not one.title
            and one.relation is best.relation
            and one.judgement.factuality is Factuality.ACTUAL
        ),
        None,
    )


def _judged(
    reading: Reading, relation: Relation, act: Act, hit: Hit, doer: str, number: int, place: int
) -> _Found:
    """An act with its factuality and how sure that is."""
    judgement = judge(act)
    title = act.sentence.title
    if reading.comment is not None and judgement.factuality is Factuality.ACTUAL:
        judgement = Judgement(Factuality.COMMENTARY, reading.comment, judgement.sure)
    if judgement.begun and relation is Relation.FULFILS:
        relation = Relation.PARTLY_FULFILS
    words = tuple(act.clause.words[i] for i in hit.words)
    confidence = judgement.sure * (1.0 if title else 0.95) * (1.0 if doer else 0.85)
    confidence *= 0.8 if hit.event else 1.0
    cues = (Cue("pattern", f"{hit.voice}: {hit.pattern}", _span(reading, words)), judgement.cue)
    return _Found(
        relation, judgement, number, place, words, act.clause.words[act.at], confidence, cues, title
    )


def _tells(judgement: Judgement) -> bool:
    """Whether the name of an event alone is worth a finding: where it is only planned or spoken of, the text
    gives context."""
    return judgement.factuality is not Factuality.PLANNED and judgement.cue.rule != "mentioned"


def _can_be_passive(act: Act) -> bool:
    """Whether an object before its act can suffer it, or do it by itself ("the clinic opens")."""
    return is_participle(act.raw(act.at)) or is_intransitive(act)


def _without(line: Encoded, compiled: Compiled) -> Encoded:
    """The clause with the profile's look-alikes blotted out, every word still in its place."""
    text = line.line
    for pattern in compiled.ignore:
        for hit in pattern.search(line):
            for at in hit.words:
                start = line.starts[at]
                end = line.starts[at + 1] if at + 1 < len(line.starts) else len(line.line) - 1
                text = text[:start] + " " + "\x00" * (end - start - 1) + text[end:]
    return line if text is line.line else Encoded(text, line.starts, line.stems)


def _named_concepts(reading: Reading, compiled: Compiled) -> Iterator[tuple[str, Span]]:
    """Where the concepts of a profile stand, by their role."""
    for number in range(len(reading.sentences)):
        for place, clause in enumerate(reading.clauses(number)):
            line = _without(reading.lines(number)[place], compiled)
            for role in ("object", "actors", "not_actors"):
                expression = getattr(compiled, role)
                for match in expression.finditer(line.line) if expression else ():
                    first, last = line.position(match.start()), line.position(match.end() - 1)
                    yield role, _span(reading, clause.words[first : last + 1])


def _spans(reading: Reading, words: tuple[int, ...]) -> tuple[Span, ...]:
    """Runs of neighbouring words as spans, in order."""
    tokens = reading.tokens
    spans: list[Span] = []
    last = -2
    for index in words:
        if index == last + 1:
            spans[-1] = Span(spans[-1].start, tokens.ends[index])
        else:
            spans.append(Span(tokens.starts[index], tokens.ends[index]))
        last = index
    return tuple(spans)


def _span(reading: Reading, words: tuple[int, ...]) -> Span:
    """From the first to the last of some words."""
    return Span(reading.tokens.starts[words[0]], reading.tokens.ends[words[-1]])


def _cue(cue: Cue, text: str) -> dict[str, str]:
    return {"stage": cue.stage, "rule": cue.rule, "text": text[cue.span.start : cue.span.end]}


def _day(published: datetime | None, zone: str) -> date | None:
    """The local day of publication."""
    if published is None:
        return None
    return local_day(published if published.tzinfo else published.replace(tzinfo=UTC), zone)
