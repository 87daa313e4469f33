"""The words by which a text says how far something is a fact: word lists, nothing else.

After the event modality of FactBank and the trigger terms of ConText, in our own selection. Entries are
plain phrases; they are compared by stem, so one form of a word stands for all.
"""

from __future__ import annotations

from tracker.matching.lexicon import stem_set, tokenise, word_set

Phrases = dict[str, frozenset[tuple[str, ...]]]


def _phrases(text: str) -> Phrases:
    """First stem -> the phrases that begin with it; phrases are separated by commas."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for part in text.split(","):
        stems = tokenise(" ".join(part.split())).stems
        found.setdefault(stems[0], set()).add(stems)
    return {first: frozenset(phrases) for first, phrases in found.items()}


# Verb group -----------------------------------------------------------------------------------------------
FUTURE = frozenset({"will", "'ll", "shall", "wo"})
WOULD = frozenset({"would", "'d"})
MAYBE = frozenset({"may", "might", "could", "can"})
DUTY = frozenset({"should", "must", "ought", "need", "needs"})
HAVE = frozenset({"has", "have", "had", "having", "'ve"})
BE = word_set("is are was were be been being am 're")
DO = frozenset({"do", "does", "did"})
NOT = word_set("not never 't n't cannot hardly barely scarcely")
# What may stand between an auxiliary and its verb.
FILLERS = word_set(
    """
    just also now again finally already soon still ever even both all only once since then today
    yesterday far so yet too therefore indeed almost nearly fully partly
    """
)

# "to" + infinitive: what governs it decides ----------------------------------------------------------------
IMPLICATIVE = stem_set("manage begin start continue proceed help happen dare go went")
NEGATIVE_IMPLICATIVE = stem_set(
    "fail refuse decline forget neglect unable unwilling reluctant hesitate cease stop"
)
THREATENING = stem_set("threaten threat warn warning vow swear ultimatum")
SEEMING = stem_set(
    "seem appear believe think say report suspect understand know allege claim purport rumour rumor"
)

# Words that reach forward over their complement -------------------------------------------------------------
NEGATING = _phrases(
    """
    deny, denial of, dismiss, refute, reject, rule out, no evidence, no sign, no indication, no proof,
    no plan, stop short of, instead of, rather than, refrain from, refuse, abstain from, avoid, forgo,
    forego, renounce, far from, short of, in lieu of, without, no, neither, nor, absence of, lack of,
    failure to, fall through, prevent, block, ban, bar, prohibit, forbid, halt, freeze, suspend,
    moratorium on, end, stop, cease, call off, cancel, postpone, delay, scrap, shelve, put off,
    abandon, nobody, none, false report, untrue, not true, yet to, pause, give up, against, hoax,
    quit, stave off, avert, thwart, foil, hold off, resist, oppose, opposition to
    """
)
PLANNING = _phrases(
    """
    plan, agree, agreement on, agreement to, promise, pledge, vow, offer, propose, proposal, consider,
    mull, expect, hope, seek, demand, urge, call for, call on, ask, request, want, schedule, prepare,
    preparation for, discuss, negotiate, talk about, talk on, talk of, talk over, discussion on,
    negotiation on, push for, press for, aim, intend, intention, commitment to, commit to, willing,
    ready, prospect of, promise of, await, wait for, look forward, eye, planned, upcoming, proposed,
    future, due, set for, ahead of, before, prior to, poised, on the verge of, about to, timetable for,
    schedule for, date for, venue for, prepare for, brace for, appeal for, campaign for, vote on, vote
    for, bill, wish, dream of, invite, invitation, encourage, pressure, deadline, announce plan, goal
    of, target of, weigh, contemplate, envisage, set to, bid to, in order to, key to, hint at,
    opportunity to, chance to, chance of, need for, need to, way to, attempt to, try to, effort to, in
    exchange for, in return for, next, tentative, pave way, pending, possible, potential, road to,
    path to, race to
    """
)
HEDGING = _phrases(
    """
    believe, suspect, suspicion of, suspicious, rumour, report of, rumor, unconfirmed, speculation,
    seem, appear, fear, worry, claim, predict, prediction, forecast, bet, suggest, sign of, risk of,
    danger of, doubt, question, uncertain, unclear, whether, accuse, accusation, allege, charge of,
    blame for, suspected of, imagine, suppose, assume, estimate, wonder, unverified, hint, capable of,
    able to, capability, ability to, in theory, what if, signal, cast doubt
    """
)
THREATENS = _phrases(
    """
    threaten, threat of, threat to, warn, warning of, vow to, ultimatum
    """
)
# The complement of these happened: whoever welcomes or condemns an act takes it for granted.
FACTIVE = _phrases(
    """
    hail, welcome, praise, celebrate, condemn, applaud, thank, after, following, since, in wake of, in
    response to, thanks to, despite, confirmation of, mark, protest, slam, denounce, criticise,
    criticize, react to, reaction to, rejoice, regret, footage of, photo of, picture of, image of,
    video of, highlights of, outcome of, result of, aftermath of, acknowledge, sanction over
    """
)
# These too, but only where they happened themselves: "invites journalists to witness the closure".
PERCEIVING = _phrases(
    """
    confirm, detect, witness, watch, report, announce, complete, verify, secure, win, order, carry
    out, conduct, see, enter, achieve, observe, monitor, oversee
    """
)
# Said of an act that is named as a noun, these make it one that happened.
HAPPENING = stem_set(
    "take happen occur begin start end conclude open succeed fail come follow draw prompt spark boost "
    "mean show was were is are has mark bring leave give make raise pave get kick close "
    "surprise shake cause dominate force"
)

# The whole text ------------------------------------------------------------------------------------------
OPINION_LABELS = stem_set(
    "opinion analysis oped editorial commentary column comment letter explainer podcast review factcheck "
    "timeline quiz perspective viewpoint essay interview transcript live watch"
)
EXPLAINING = frozenset({"why", "how", "what"})
COMMENT_PHRASES = _phrases(
    """
    what to know, need to know, five things, things to know, look back, years on, fact check, op ed,
    lessons from, why it matters, could mean, what it means, what next, this could be, real reason, on
    this day, in hindsight
    """
)
ANNIVERSARY = _phrases(
    """
    anniversary, commemorate, commemoration, recall, looking back, look back, years on, decades on, on
    this day, years after, decades after, retrospective, in retrospect, historic pattern, in the past,
    used to, at the time
    """
)
# Over a finite verb only what takes a whole statement can reach: "hopes the North frees", not "talks".
DENIES_STATEMENT = _phrases(
    """
    deny, dismiss, refute, reject report, rule out, no evidence, no sign, no indication, no proof,
    hoax, untrue, not true, false report, no confirmation, cannot confirm, could not confirm
    """
)
AWAITS_STATEMENT = _phrases(
    """
    hope, expect, predict, prediction, forecast, promise, vow, pledge, demand, insist, want, wish,
    ensure, until, by the time
    """
)
DOUBTS_STATEMENT = _phrases(
    """
    believe, suspect, think, fear, worry, claim, doubt, imagine, suppose, suggest, wonder, whether,
    rumour, rumor, unconfirmed, assume, speculate, speculation, estimate, allege
    """
)
# Compared as written: stemmed, "reportedly" would be "report" and "likely" would be "like".
DOUBTING_ADVERBS = word_set(
    """
    reportedly allegedly apparently purportedly supposedly seemingly perhaps maybe probably possibly
    likely unlikely ostensibly presumably
    """
)
AFTERTHOUGHTS = stem_set("predict expect hope fear speculate suspect believe think forecast")
CONDITION = frozenset({"if", "unless", "lest"})
BEGINNING = stem_set("begin start")
CONTINUING = stem_set("keep continue finish complete resume stop")
ACCUSING = stem_set("accuse blame sanction punish charge condemn slam criticise fault rap warn fine")
