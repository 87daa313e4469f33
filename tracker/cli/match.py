"""`tracker match`: a dossier's profiles against documents, offline, lines in and lines out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from tracker.cli.files import dossier_text
from tracker.errors import BadDocument


@click.command("match")
@click.option("--dossier", required=True, type=click.Path(path_type=Path), help="The dossier file.")
@click.option("--input", "source", required=True, type=click.Path(path_type=Path),
              help="Documents, one JSON object a line: id, title, summary, published, url.")  # fmt: skip
def command(dossier: Path, source: Path) -> None:
    """Print what the dossier's profiles find, one JSON object a line.

    Each has id, commitment, relation, factuality, confidence, spans (pairs of character positions in the
    title, a line break, and the summary) and words.
    """
    from tracker.desk.grammar import Patterns
    from tracker.dossier.parse import parse
    from tracker.matching.matcher import Matcher

    found = parse(dossier_text(dossier), str(dossier), Patterns())
    matcher = Matcher(found.concepts, [entry.watch for entry in found.entries if entry.watch])
    documents = list(_documents(source, found.zone))  # a bad line is told before anything is printed
    for document in documents:
        text = document["text"]
        matches = matcher.match(
            text, published=document["published"], zone=found.zone, language=document["language"]
        )
        for match in matches:
            line = {
                "id": document["id"],
                "commitment": match.commitment,
                "relation": match.relation.value,
                "factuality": match.factuality.value,
                "confidence": round(match.confidence, 3),
                "spans": [[span.start, span.end] for span in match.spans],
                "words": [text[span.start : span.end] for span in match.spans],
                "occurred": str(match.occurred) if match.occurred else None,
            }
            click.echo(json.dumps(line, ensure_ascii=False))


def _documents(source: Path, zone: str) -> Iterator[dict[str, Any]]:
    from tracker.errors import BadDate
    from tracker.evidence.when import occurrence

    try:
        lines = source.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as problem:
        raise BadDocument(
            f"{source}: cannot be read: {getattr(problem, 'strerror', None) or problem}"
        ) from problem
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            given = json.loads(line)
        except (ValueError, RecursionError) as problem:
            raise BadDocument(f"{source}:{number}: no JSON object: {problem}") from problem
        if not isinstance(given, dict):
            raise BadDocument(f"{source}:{number}: no JSON object")
        fields = {name: given.get(name) or "" for name in ("id", "title", "summary", "published", "language")}
        for name in ("id", "title"):
            if name not in given:
                raise BadDocument(f"{source}:{number}: {name!r} is missing")
        for name, value in fields.items():
            if not isinstance(value, str):
                raise BadDocument(f"{source}:{number}: {name!r} must be a text")
            # JSON can hold half a surrogate pair, which cannot be printed; spans stay where they are.
            fields[name] = value.encode(errors="replace").decode()
        try:
            published = occurrence(fields["published"], zone).start if fields["published"] else None
        except BadDate as problem:
            raise BadDocument(f"{source}:{number}: published: {problem}") from problem
        summary = fields["summary"]
        yield {
            "id": fields["id"],
            "text": f"{fields['title']}\n{summary}" if summary else fields["title"],
            "published": published,
            "language": fields["language"] or "en",
        }
