"""The inbox on a terminal: one item after the other, decided by a key.

Every decision is recorded before the next item comes, so that Ctrl-C and a lost connection leave nothing half
done. What is refused is told and the walk goes on, and so is what somebody else decided meanwhile.
"""

from __future__ import annotations

import webbrowser
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from tracker.cli import output
from tracker.cli.explain import without_words
from tracker.cli.output import printable
from tracker.cli.passages import passage, whole

if TYPE_CHECKING:
    from tracker.api import Tracker
    from tracker.desk.review import Undone
    from tracker.projections.answers import Evidence, InboxItem, Quote

READ_AS = {"f": "fulfils", "p": "partly fulfils", "v": "violates", "m": "meets condition", "c": "context"}
KEYS = "[a]ccept  as [f]ulfils [p]artly [v]iolates [m]eets [c]ontext  [r]eject  [s]kip  [u]ndo  [?] help"
HELP = """\
  a            accept as found
  f p v m c    accept as: fulfils, partly fulfils, violates, meets condition, context
  r            reject; asks why, and an empty answer rejects nothing
  A F … R      the same with all that report this on the same occasion (marked +)
  s            skip; it waits on
  u            undo the last decision of this walk; the log keeps both
  t            show the whole text
  o            open the source in a browser
  q            quit; so do Ctrl-C and Ctrl-D. What was decided is recorded already
"""
# Others on the same occasion that are listed; the rest is counted.
_SHOWN = 5

_Key = tuple[str, str, str]


def walk(t: Tracker) -> None:
    """Ask about everything that waits, until nothing does, or the person has had enough."""
    _Walk(t).run()


def episode(quote: Quote, evidence: Sequence[Evidence], days: int) -> list[Evidence]:
    """The other findings that tell of about the same time: within so many days, as the policy counts."""
    occurred = quote.occurred
    if occurred is None:
        return []
    return [
        each
        for each in evidence
        if each.quote.id != quote.id
        and each.quote.occurred is not None
        and abs(each.quote.occurred.start - occurred.start) <= timedelta(days=days)
    ]


class _Walk:
    """Where a person is in the inbox, and what they decided on the way."""

    def __init__(self, t: Tracker) -> None:
        self.t = t
        self.passed: set[_Key] = set()
        self.decided: list[str] = []  # by the event, oldest first
        self.first: str = ""  # the finding that is to come next
        self.same: list[Evidence] = []  # what a capital decides as well
        self.left = 0
        self.items: Sequence[InboxItem] | None = None  # None where a decision may have changed them

    def run(self) -> None:
        """Item by item."""
        while (item := self._next()) is not None:
            self._show(item)
            if not self._ask(item):
                break
        left = len(self.t.inbox())
        click.echo(f"{len(self.decided)} decided, {left or 'nothing'} {'wait' if left > 1 else 'waits'}")

    def _next(self) -> InboxItem | None:
        """The most pressing that was not passed over; what was just undone before all others."""
        if self.items is None:
            self.items = self.t.inbox()
        waiting = [item for item in self.items if _key(item) not in self.passed]
        self.left = len(waiting)
        again = [item for item in waiting if item.quote is not None and item.quote.id == self.first]
        return next(iter(again or waiting), None)

    def _show(self, item: InboxItem) -> None:
        from tracker.cli.status import notes

        row = self.t.commitment(item.commitment)
        click.secho(f"\n{item.commitment}: {printable(row.title)}", bold=True, nl=False)
        click.echo(f"  ({self.left} to go)")
        owed = f"owed by {', '.join(row.debtor)}" + (f" to {', '.join(row.creditor)}" if row.creditor else "")
        beside = notes(row)
        click.echo(f"  {owed}: {printable(row.consequent)}")
        click.echo(f"  {row.status} ({row.state}) since {row.since}" + (f"; {beside}" if beside else ""))
        self.same = []
        if item.quote is None:
            click.echo(f"\n  {item.kind}: {printable(item.reason)}")
            click.echo(f"  decide with `tracker record {item.commitment} …`; `tracker explain` tells more")
            return
        _print(item.quote)
        self._show_episode(item.commitment, item.quote)

    def _show_episode(self, commitment: str, quote: Quote) -> None:
        others = episode(quote, self.t.evidence(commitment), self.t.policy.window_days)
        self.same = [each for each in others if each.waiting and each.quote.relation == quote.relation]
        others.sort(key=lambda each: each not in self.same)
        if others:
            click.echo("\n  On the same occasion:")
        for each in others[:_SHOWN]:
            _print_beside(each, each in self.same)
        if len(others) > _SHOWN:
            click.echo(f"    and {len(others) - _SHOWN} more")

    def _ask(self, item: InboxItem) -> bool:
        """Wait for the key that leads on to the next item; False where there is to be none."""
        while True:
            both = f"  capitals: all {len(self.same) + 1}" if self.same else ""
            click.secho(f"{KEYS}{both}" if item.quote else "[s]kip  [u]ndo  [?] help  [q]uit", dim=True)
            try:
                key = click.getchar()
            except EOFError:
                return False
            if key in ("q", "\x04", ""):
                return False
            if key == "\x03":  # a terminal that was left in raw mode
                raise KeyboardInterrupt
            if self._pressed(key, item):
                return True

    def _pressed(self, key: str, item: InboxItem) -> bool:
        """Do what a key says; whether it leads to another item."""
        quote, small = item.quote, key.lower()
        if key == "s":
            self.passed.add(_key(item))
            self.first = ""
            return True
        if key == "u":
            return self._undo()
        if quote is not None and (small in READ_AS or small in ("a", "r")):
            also = [each.quote.id for each in self.same] if key != small else []
            return self._decide(quote, small, also)
        if key == "t" and quote is not None:
            click.echo(f"\n{whole(quote.text, quote.spans)}\n")
        elif key == "o" and quote is not None:
            click.echo(_opened(quote.url))
        else:
            click.echo(HELP)
        return False

    def _decide(self, quote: Quote, key: str, also: Sequence[str]) -> bool:
        from tracker.errors import Refused

        because, self.items = "", None
        if key == "r":
            because = click.prompt("why", default="", show_default=False).strip()
            if not because:
                click.echo("nothing was decided")
                return False
        try:
            if key == "r":
                recorded = self.t.review_reject(quote.id, because, also=also)
            else:
                recorded = self.t.review_accept(quote.id, READ_AS.get(key), because, also=also)
        except Refused as refused:
            click.secho(f"refused: {refused}", fg="red")
            # Where somebody else was quicker it waits no more, and the next one comes.
            return refused.rule == "already-decided"
        self.decided.append(quote.id)
        self.first = ""
        others = f" with {len(also)} more" if also else ""
        click.secho(f"{type(recorded.fact.event).__name__} recorded{others}", fg="green")
        for warning in recorded.warnings:
            click.echo(f"note: {warning}")
        return True

    def _undo(self) -> bool:
        from tracker.errors import Refused

        if not self.decided:
            click.echo("nothing was decided on this walk; `tracker review undo` takes back what was before")
            return False
        finding, self.items = self.decided.pop(), None
        try:
            undone = self.t.review_undo(finding, "undone while reviewing")
        except Refused as refused:
            click.secho(f"refused: {refused}", fg="red")
            return False
        for line in (*told_undone(undone), *(f"note: {warning}" for warning in undone.warnings)):
            click.echo(line)
        self.first = finding
        self.passed = {key for key in self.passed if key[2] not in undone.findings}
        return True


def _key(item: InboxItem) -> _Key:
    """What tells an item from the others: a finding by its id, the rest by what it says."""
    return (item.commitment, item.kind, item.quote.id if item.quote else item.reason)


def _print(quote: Quote) -> None:
    when = output.instant(quote.published) or "undated"
    click.echo(f"\n  {printable(quote.publisher)}, {when}: {printable(quote.title)}")
    click.echo(f"  {passage(quote.text, quote.spans) or without_words(quote)}")
    on = f" on {quote.occurred}" if quote.occurred else ", the day not told"
    graded = f"grade {quote.grade}, origin {printable(quote.origin)}"
    click.echo(f"  {quote.relation}, {quote.factuality}{on}; {graded}")
    if quote.url:
        click.echo(f"  {printable(quote.url)}")


def _print_beside(each: Evidence, is_same: bool) -> None:
    quote = each.quote
    verdict = "the verdict rests on it" if quote.counted else ""
    fate = "rejected" if quote.rejected else "accepted" if each.accepted else verdict
    beside = f"; {fate}" if fate else ""
    words = " … ".join(map(printable, quote.words)) or without_words(quote)
    head = f"{'+' if is_same else ' '} [{quote.grade}] {printable(quote.publisher)}"
    click.echo(f"  {head}: {quote.relation}, {quote.factuality}, “{words}”{beside}")


def _opened(url: str) -> str:
    """Open the address of a source, and say so; feeds may name anything, a browser is given the web alone."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return f"no web address: {printable(url) or '(none)'}"
    return f"opened {printable(url)}" if webbrowser.open(url) else f"no browser here opens {printable(url)}"


def told_undone(undone: Undone) -> list[str]:
    """What was taken back, a line each."""
    verdict = undone.verdict
    first = [f"took back {type(verdict.event).__name__} {verdict.id}"] if verdict is not None else []
    return [*first, *(f"took back the decision on {finding}; it waits again" for finding in undone.findings)]
