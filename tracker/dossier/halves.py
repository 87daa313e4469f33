"""Whether a promise to change something has a second one to keep it so.

"Shut the plant" is kept on the day on which it shuts, whatever happens the day after. Where the result can be
undone, keeping it is a commitment of its own: the dossier either holds it or says that nobody gave it.

The author decides, with `afterwards`. Where the author says nothing, the words are looked at, in English
only: the first words of the title, and the consequent for the same verbs in the third person.
"""

from __future__ import annotations

import re

from tracker.commitments.conditions import parse
from tracker.commitments.standing import State
from tracker.commitments.terms import Kind
from tracker.dossier.case import Case
from tracker.dossier.dossier import Afterwards

# Verbs whose opposite is as plain an act: what is shut can be opened. Not those that are over once they
# happened (hold, meet, publish), nor those that no act undoes (free, repay, destroy).
REVERSIBLE = (
    "abandon", "ban", "close", "disarm", "dismantle", "ease", "freeze", "give up", "halt", "join", "leave",
    "lift", "lower", "open", "pull out", "remove", "reopen", "restore", "shut", "stop", "suspend", "withdraw",
)  # fmt: skip
_TITLE = re.compile(rf"(?:{'|'.join(REVERSIBLE)})\b")
_THIRD_PERSON = (re.sub("^[a-z]+", r"\g<0>s", verb) for verb in REVERSIBLE)
_CONSEQUENT = re.compile(rf"\b(?:{'|'.join(_THIRD_PERSON)})\b")


def undone_by(case: Case) -> str:
    """The word that says that the result can be undone; empty where nothing does.

    Nothing is asked of what was only demanded, came to nothing, cannot be rated or is decided by its parts.
    """
    terms = case.terms
    matters = case.awaits_verdict or (case.standing.state is State.FULFILLED and not terms.roll_up)
    if terms.kind is not Kind.ACHIEVE or case.is_only_demanded or not matters:
        return ""
    if case.entry.afterwards is not None:
        return "afterwards" if case.entry.afterwards is Afterwards.KEPT else ""
    if terms.language.partition("-")[0].lower() != "en":
        return ""
    found = _TITLE.match(terms.title.casefold()) or _CONSEQUENT.search(terms.consequent.casefold())
    return found[0] if found else ""


def keeps(half: Case, first: Case) -> bool:
    """Whether one commitment keeps what another brought about.

    By the same debtor, to maintain or refrain, and tied to it: part of it or of the same whole, or under a
    condition that cannot hold before `<id> is fulfilled` does.
    """
    terms, other = half.terms, first.terms
    if terms.kind is Kind.ACHIEVE or not set(terms.debtor) & set(other.debtor):
        return False
    if terms.part_of and terms.part_of in (other.id, other.part_of):
        return True
    if not terms.condition:
        return False
    condition = parse(terms.condition)
    return not condition.holds(
        frozenset(condition.said()), lambda name, word: (name, word) != (other.id, "fulfilled")
    )
