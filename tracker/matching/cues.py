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
    just also now again finally already soon still ever even both all only once since then today yesterday
    far so yet too therefore indeed almost nearly fully partly
    """
)

# Between "not" and what it seems to deny: "not only freed them".
MERELY = word_set("only just merely simply")
PARTLY = word_set("partly partially half almost nearly mostly")

# "to" + infinitive: what governs it decides ----------------------------------------------------------------
IMPLICATIVE = stem_set("manage begin start continue proceed help happen dare go went")
NEGATIVE_IMPLICATIVE = stem_set(
    """
    fail refuse decline forget neglect unable unwilling reluctant hesitate cease stop
    """
)
THREATENING = stem_set("threaten threat warn warning vow swear ultimatum")
SEEMING = stem_set(
    """
    seem appear believe think say report suspect understand know allege claim purport rumour rumor
    """
)

# Words that reach forward over their complement -------------------------------------------------------------
NEGATING = _phrases(
    """
    suspension of, cancellation of, postponement of, cessation of, lull in, respite from, deny, denial of,
    dismiss, refute, reject, rule out, no evidence, no sign, no indication, no proof, no plan, stop short
    of, instead of, rather than, refrain from, refuse, abstain from, avoid, forgo, forego, renounce, far
    from, short of, in lieu of, without, no, neither, nor, absence of, lack of, failure to, fall through,
    prevent, block, ban, bar, prohibit, forbid, halt, freeze, suspend, moratorium on, end, stop, cease, call
    off, cancel, postpone, delay, scrap, shelve, put off, abandon, nobody, none, false report, untrue, not
    true, yet to, pause, give up, against, hoax, balk at, baulk at, back down from, back away from, decide
    against, vote against, shy away from, backtrack on, quit, stave off, avert, thwart, foil, hold off,
    resist, oppose, opposition to
    """
)
PLANNING = _phrases(
    """
    dangle, float, alert for, order, terms for, conditions for, plan, agree, agreement on, agreement to,
    promise, pledge, vow, offer, propose, proposal, consider, mull, expect, hope, seek, demand, urge, call
    for, call on, ask, request, want, schedule, prepare, preparation for, discuss, negotiate, talk about,
    talk on, talk of, talk over, debate over, vote over, split over, negotiation over, discussion on,
    negotiation on, push for, press for, aim, intend, intention, commitment to, commit to, willing, ready,
    prospect of, promise of, await, wait for, look forward, eye, planned, upcoming, proposed, future, due,
    set for, ahead of, before, prior to, poised, on the verge of, about to, timetable for, schedule for,
    date for, venue for, prepare for, brace for, appeal for, campaign for, vote on, vote for, bill, wish,
    dream of, invite, invitation, encourage, pressure, deadline, announce plan, goal of, target of, weigh,
    contemplate, envisage, set to, bid to, in order to, key to, hint at, support for, closer to, close to,
    toward, towards, eve of, run up to, days before, countdown to, opportunity to, chance to, chance of,
    need for, need to, way to, attempt to, try to, effort to, in exchange for, in return for, next,
    tentative, pave way, pending, possible, potential, road to, path to, race to
    """
)
HEDGING = _phrases(
    """
    believe, suspect, suspicion of, suspicious, rumour, report of, rumor, unconfirmed, speculation, seem,
    appear, fear, worry, claim, predict, prediction, forecast, bet, suggest, sign of, risk of, fear over,
    fear of, worry over, concern about possible, dispute over, danger of, doubt, question, uncertain,
    unclear, whether, accuse, accusation, allege, charge of, blame for, suspected of, imagine, suppose,
    assume, estimate, wonder, unverified, hint, capable of, able to, capability, ability to, in theory, what
    if, signal, cast doubt
    """
)
THREATENS = _phrases("warn over, threaten, threat of, threat to, warn, warning of, vow to, ultimatum")
# The complement of these happened: whoever welcomes or condemns an act takes it for granted.
FACTIVE = _phrases(
    """
    hail, welcome, praise, celebrate, condemn, applaud, thank, after, following, since, in wake of, in
    response to, thanks to, despite, confirmation of, mark, protest, slam, denounce, criticise, criticize,
    react to, reaction to, rejoice, regret, footage of, photo of, picture of, image of, video of, highlights
    of, outcome of, result of, aftermath of, acknowledge, sanction over, in the wake of, admit, admit to,
    confess to, own up to, concede, mourn
    """
)
# These too, but only where they happened themselves: "invites journalists to witness the closure".
PERCEIVING = _phrases(
    """
    attend, confirm, detect, witness, watch, report, announce, complete, verify, secure, win, carry out,
    conduct, see, enter, achieve, observe, monitor, oversee, show, reveal, catch, spot, film, photograph,
    capture, find, expose
    """
)
# Over a noun alone: "dismisses the launch" takes it for granted, "dismisses launching one" does not.
REACTING = _phrases(
    """
    jump on, rise on, fall on, slip on, surge on, drop on, slide on, dip on, tumble on, climb on, rally on,
    sink on, wrap up, conclude, finish, end, with, news of, word of, success of, success in, successful,
    perplexed by, stunned by, stunned at, dismay at, dismayed by, alarmed by, alarm at, anger at, angered
    by, shocked by, shock at, disappointed by, outrage at, fury at, relief at, delight at, delighted by,
    rattled by, unnerved by, surprised by, surprised at, undeterred by, unfazed by, emboldened by, concerned
    by, shrug off, play down, downplay, brush off, laugh off, brush aside, dismiss, defend, respond to,
    response to, reply to, answer to, retaliate for, retaliation for, retaliate after, blast, decry,
    deplore, lament, hit out at, hit back at, lash out at, fume at, cheer, toast, boast of, boast about,
    brag about, tout, over, debris from, debris of, fallout from, turnout in, turnout, victim of, damage
    from, home from, back from, return from, fresh from, apologise for, apologize for, blame for, site of,
    scene of, follow, since
    """
)
# Reactions that come before as readily as after, where the act was announced: one defends a coming summit.
ATTITUDES = stem_set(
    """
    welcome condemn applaud protest slam denounce criticise criticize regret defend dismiss respond response
    reply answer blast decry deplore lament cheer tout shrug play downplay brush hit lash celebrate mark see
    enter watch monitor observe thank boast brag show reveal find over site scene
    """
)
ANNOUNCING = stem_set("announce confirm order report secure win")
# Acts that are announced beforehand: their name alone, praised or condemned, does not make them held.
SCHEDULED = stem_set(
    """
    summit meeting talk election vote ballot poll referendum drill exercise game manoeuvre maneuver ceremony
    visit trip conference negotiation swap exchange reunion
    """
)
# Their stem is that of what they do: "reporters" have reported nothing yet.
AGENTS = word_set(
    """
    reporter reporters observer observers protester protesters planner planners watcher watchers
    """
)
# Events that nobody announces: their name, condemned or praised, is a fact.
UNANNOUNCED = stem_set("test launch strike attack raid detonation explosion blast crackdown coup purge")
# Labels of what was photographed: "In pictures: the summit".
IMAGES = word_set("pictures photos video images gallery footage watch")
# Said of an act that is named as a noun, these make it one that happened.
HAPPENING = _phrases(
    """
    success, complete, finish, take, happen, occur, begin, start, end, conclude, open, succeed, fail, come,
    follow, draw, prompt, spark, boost, mean, show, has, mark, bring, leave, give, make, raise, pave, get,
    kick, close, surprise, shake, cause, dominate, force, rattle, violate, breach, break, worry, anger,
    alarm, unnerve, jolt, trigger, set, send, put, feel, underline, underscore, highlight, strain, stun,
    unsettle, sour, dampen, heighten, fuel, stoke, deepen, fly, land, prove, collapse, wrap, yield, produce,
    underway, under way, provoke, infuriate, shock, embolden, revive, rekindle, expose, test, defy,
    undermine, complicate, overshadow, hit, hurt, lift, earn, win
    """
)
# Of acts announced beforehand only what lies at their end, or in them.
ENDING = _phrases(
    """
    success, end, conclude, collapse, break down, break up, wrap up, fail, yield, produce, falter, close,
    finish, begin, kick off, underway, under way, take place, result in, result, bring, draw to a close,
    fall apart, go off, get under way, deliver, stall, hold, unravel, was, were
    """
)
BEGUN = _phrases("begin, start, under way, underway, get going")
FINISHED = _phrases("finish, complete, done, over")
ALMOST = word_set("nearly almost half partly partially mostly")
UNDONE = _phrases(
    """
    fail to materialise, fail to materialize, fail to happen, fail to take, fail to occur, fail to come,
    unkept, unfulfilled, unmet, ignored, cancel, scrap, postpone, delay, call off, avert, suspend, block,
    shelve, halt, prevent, ban, bar, abandon, reject, rule out, ditch, drop, axe, abort, collapse before, on
    hold, put off, fall through, thwart
    """
)
DOUBTFUL = _phrases(
    """
    in doubt, uncertain, in question, in jeopardy, at risk, fear, suspect, rumour, rumor, allege, suspected,
    feared
    """
)
TO_COME = _phrases(
    """
    matter of time, days away, weeks away, months away, plan, schedule, expect, due, slate, loom, near,
    possible, next, imminent, set for, set to, on track, propose, await, approach, pencil in, go ahead, on
    course, get closer, face delay, edge closer, if
    """
)
# What only describes the noun behind it: "launch plan", "launch ban", "launch fears", "launch site".
PLAN_HEADS = stem_set(
    """
    plan offer hope bid date venue deadline preparation pledge proposal timetable schedule promise effort
    push campaign bill request invitation invite deal agreement pact negotiation prospect aim goal target
    """
)
DOUBT_HEADS = stem_set(
    """
    alarm fear rumour rumor speculation suspicion risk alert scare allegation threat possibility
    """
)
STOP_HEADS = stem_set("ban moratorium freeze pause cancellation suspension postponement halt")
PLACE_HEADS = stem_set(
    """
    site pad ground facility centre center range stand vehicle tube base programme program
    """
)
# Plurals that stand behind such a noun as often as verbs do.
NOUNS_BEHIND = stem_set(
    """
    sanction condition video photo picture question detail victim expert update rumour report
    """
)
ORDINALS = word_set("first second third fourth fifth sixth seventh eighth ninth tenth another")
LONG_UNITS = word_set("month months year years decade decades century centuries generation generations")
HABITUAL = word_set("regularly routinely usually often annually habitually")
CALENDAR = word_set("day week month year spring summer autumn fall winter time")
CONDITION_AFTER = _phrases(
    """
    once, as long as, so long as, only when, only after, only if, if, provided, on condition, in return for,
    in exchange for, when, unless, assuming, subject to, pending, should
    """
)
# A plan by its noun, and what undoes it: "drops plan to raise tax".
INTENT = stem_set(
    """
    plea call demand request decision plan proposal bid promise pledge threat idea vow offer scheme attempt
    move
    """
)
CANCELLING = _phrases(
    """
    renege on, ignore, break, reverse, overturn, revoke, go back on, scrap, abandon, drop, ditch, shelve,
    cancel, axe, reject, kill, bin, dump, withdraw, block, suspend, halt, freeze, delay, postpone, deny,
    rule out, no, back away from, back down from, thwart, foil
    """
)
PUNISHING = _phrases(
    """
    jail, fine, sanction, blacklist, arrest, charge, convict, punish, expel, sentence, indict, accuse,
    prosecute, imprison, detain, sue, sack, fire
    """
)
# Denied, these go on: "has not stopped enriching".
STOPPING = stem_set("stop cease halt end suspend quit abandon give freeze pause")
# Acts that are decisions: whoever took "the decision to suspend" them has suspended them.
DECIDING = stem_set(
    """
    suspend cancel scrap halt call quit withdraw leave lift postpone abandon end pull exit axe
    """
)
# Whoever got somebody to do it saw it done.
CAUSING = stem_set("get force persuade convince induce compel coax prompt lead")
# Denied of an act, these say that it did not come; any other verb denied still takes it for granted.
OCCURRING = stem_set("happen occur take go come materialise materialize hold begin start")
# What goes on over years is stopped by its end, not held.
LASTING = stem_set("drill exercise game manoeuvre maneuver")
SENSING = stem_set("see watch witness help let make")
FAVOURING = stem_set("back favour favor support discuss debate recommend oppose suggest")
# What a headline's "-ing" cannot be said of.
NO_SUBJECT = word_set(
    """
    of on in at to for from with by about against amid into than not as the a an or and but no like via over
    under new possible possibly
    """
)
UNTRUE = _phrases("false, untrue, baseless, unfounded, fake, wrong, not true, nonsense")
CLAIMED = stem_set("report claim rumour rumor allegation suggestion story")

# The whole text ------------------------------------------------------------------------------------------
OPINION_LABELS = stem_set(
    """
    opinion analysis oped editorial commentary column comment letter explainer podcast review factcheck
    timeline quiz perspective viewpoint essay interview transcript
    """
)
EXPLAINING = frozenset({"why", "how", "what"})
COMMENT_PHRASES = _phrases(
    """
    what to know, need to know, five things, things to know, look back, years on, fact check, takeaway, op
    ed, lessons from, why it matters, could mean, what it means, what next, this could be, real reason, on
    this day, in hindsight
    """
)
ANNIVERSARY = _phrases(
    """
    anniversary, commemorate, commemoration, recall, looking back, look back, years on, decades on, on this
    day, years after, decades after, retrospective, in retrospect, historic pattern, in the past, used to,
    at the time, remember, flashback
    """
)
# Over a finite verb only what takes a whole statement can reach: "hopes the North frees", not "talks".
DENIES_STATEMENT = _phrases(
    """
    deny, dismiss, refute, reject report, reject claim, dispute, debunk, rule out, no evidence, no sign, no
    indication, no proof, hoax, untrue, not true, false report, no confirmation, cannot confirm, could not
    confirm
    """
)
AWAITS_STATEMENT = _phrases(
    """
    hope, expect, predict, prediction, forecast, promise, vow, pledge, demand, insist, want, wish, ensure,
    until, by the time
    """
)
DOUBTS_STATEMENT = _phrases(
    """
    believe, suspect, think, fear, worry, claim, doubt, imagine, suppose, suggest, wonder, whether, rumour,
    rumor, sign, allegation, accusation, suspicion, unconfirmed, assume, speculate, speculation, estimate,
    allege
    """
)
# Compared as written: stemmed, "reportedly" would be "report" and "likely" would be "like".
DOUBTING_ADVERBS = word_set(
    """
    reportedly allegedly apparently purportedly supposedly seemingly perhaps maybe probably possibly likely
    unlikely ostensibly presumably
    """
)
AFTERTHOUGHTS = stem_set(
    """
    predict expect hope fear speculate suspect believe think forecast claim allege argue
    """
)
CONDITION = frozenset({"if", "unless", "lest"})
UNDECIDED = _phrases(
    """
    await, expect, mull, weigh, delay, postpone, put off, consider, final, any, pending, no
    """
)
BEGINNING = stem_set("begin start")
CONTINUING = stem_set("keep continue finish complete resume stop")
ACCUSING = _phrases(
    """
    accuse, blame, sanction, punish, charge, condemn, slam, criticise, criticize, fault, rap, warn, fine,
    suspect, indict, convict, prosecute, berate, call out, denounce, reprimand
    """
)
