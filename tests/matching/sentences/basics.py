"""The plain forms: an act told in the active and the passive, named, denied, planned, asked, remembered."""

# ruff: noqa: E501 -- a table reads best with one case a line

from __future__ import annotations

# commitment, text, relation, factuality, the words, the rule that decided
ACTIVE = [
    ("release", "Sylvania frees three engineers", "fulfils", "actual", "frees three engineers", "told as done"),
    ("release", "Sylvania has freed three engineers", "fulfils", "actual", "freed three engineers", "told as done"),
    ("release", "Sylvania freed the three engineers", "fulfils", "actual", "freed … three engineers", "told as done"),
    ("release", "Sylvania on Tuesday released all detainees", "fulfils", "actual", "released … detainees", "told as done"),
    ("release", "Sylvania hands over prisoners to envoys", "fulfils", "actual", "hands over prisoners", "told as done"),
    ("release", "North sets free three engineers", "fulfils", "actual", "sets free three engineers", "told as done"),
    ("release", "Three engineers leave Sylvania", "fulfils", "actual", "Three engineers leave Sylvania", "told as done"),
    ("release", "Sylvania has now quietly released its captives", "fulfils", "actual", "released … captives", "told as done"),
    ("no-launch", "Sylvania fires missile into the sea", "violates", "actual", "fires missile", "told as done"),
    ("no-launch", "Sylvania launched two rockets at dawn", "violates", "actual", "launched … rockets", "told as done"),
    ("no-launch", "Sylvanian missile lands in the sea", "violates", "actual", "missile lands", "told as done"),
    ("reactor", "Sylvania shuts down its reactor", "fulfils", "actual", "shuts down … reactor", "told as done"),
    ("reactor", "Sylvania restarts ageing reactor", "violates", "actual", "restarts … reactor", "told as done"),
    ("coal", "Ruritania closes last coal plant", "fulfils", "actual", "closes … coal plant", "told as done"),
    ("coal", "Government approves new coal-fired power station", "violates", "actual", "approves … coal-fired power station", "told as done"),
    ("tax", "Chancellor cuts income tax", "fulfils", "actual", "cuts income tax", "told as done"),
    ("tax", "Ministers raised the fuel tax on Monday", "violates", "actual", "raised … fuel tax", "told as done"),
    ("budget", "Parliament passes budget after long night", "fulfils", "actual", "passes budget", "told as done"),
    ("budget", "Parliament voted down the budget", "violates", "actual", "voted down … budget", "told as done"),
    ("budget", "Government submits budget", "meets condition", "actual", "submits budget", "told as done"),
    ("election", "Ruritania holds first free election", "fulfils", "actual", "holds … election", "told as done"),
    ("election", "Government called off the election", "violates", "actual", "called off … election", "told as done"),
    ("ceasefire", "Rebels break ceasefire in the east", "violates", "actual", "break ceasefire", "told as done"),
    ("ceasefire", "Army and rebels sign cease-fire", "fulfils", "actual", "sign cease-fire", "told as done"),
    ("ceasefire", "The army breached the truce", "violates", "actual", "breached … truce", "told as done"),
]  # fmt: skip

PASSIVE = [
    ("release", "Three engineers freed by Sylvania", "fulfils", "actual", "Three engineers freed", "headline passive"),
    ("release", "Three engineers have been freed, Sylvania confirms", "fulfils", "actual", "Three engineers … freed", "told as done"),
    ("release", "Prisoners held in Sylvania were released", "fulfils", "actual", "Prisoners … released", "told as done"),
    ("release", "The detainees were quietly handed over in Sylvania", "fulfils", "actual", "detainees … handed over", "told as done"),
    ("no-launch", "Missile fired from Sylvania", "violates", "actual", "Missile fired", "headline passive"),
    ("no-launch", "A rocket was launched by Sylvania", "violates", "actual", "rocket … launched", "told as done"),
    ("reactor", "Sylvanian reactor dismantled", "fulfils", "actual", "reactor dismantled", "headline passive"),
    ("coal", "Two coal plants were retired, the ministry said", "fulfils", "actual", "coal plants … retired", "told as done"),
    ("tax", "Income tax cut at last", "fulfils", "actual", "Income tax cut", "headline passive"),
    ("tax", "The fuel tax was increased", "violates", "actual", "fuel tax … increased", "told as done"),
    ("budget", "Budget approved by parliament", "fulfils", "actual", "Budget approved", "headline passive"),
    ("election", "Election postponed, government says", "violates", "actual", "Election postponed", "headline passive"),
    ("ceasefire", "Truce broken by rebels", "violates", "actual", "Truce broken", "headline passive"),
]  # fmt: skip

NOUNS = [
    ("release", "Washington hails release of prisoners by Sylvania", "fulfils", "actual", "release of prisoners", "taken for granted"),
    ("release", "After the release of three engineers, Sylvania wants talks", "fulfils", "actual", "release of three engineers", "taken for granted"),
    ("release", "Washington welcomes prisoners' release by Sylvania", "fulfils", "actual", "prisoners' release", "taken for granted"),
    ("no-launch", "Neighbours condemn Sylvanian missile launch", "violates", "actual", "missile launch", "taken for granted"),
    ("no-launch", "Markets fall after Sylvania missile test", "violates", "actual", "missile test", "taken for granted"),
    ("release", "Talks on the release of prisoners drag on in Sylvania", "fulfils", "planned", "release of prisoners", "plan"),
    ("release", "Sylvania plans release of prisoners", "fulfils", "planned", "release of prisoners", "plan"),
    ("release", "Envoy calls for release of prisoners in Sylvania", "fulfils", "planned", "release of prisoners", "plan"),
    ("release", "Envoy demands prisoners' release from Sylvania", "fulfils", "planned", "prisoners' release", "plan"),
    ("reactor", "Sylvania rules out closure of reactor", "fulfils", "negated", "closure of reactor", "negating"),
    ("release", "No release of prisoners by Sylvania", "fulfils", "negated", "release of prisoners", "none"),
    ("no-launch", "Sylvania halts missile launches", "violates", "negated", "missile launches", "negating"),
    ("no-launch", "Possible missile launch worries Sylvania's neighbours", "violates", "planned", "missile launch", "plan"),
    ("tax", "Reports of a cut to income tax", "context", "hedged", "income tax", "hedge"),
]  # fmt: skip

NEGATED = [
    ("release", "Sylvania has not freed the prisoners", "fulfils", "negated", "freed … prisoners", "not"),
    ("release", "Sylvania did not release prisoners", "fulfils", "negated", "release prisoners", "not"),
    ("release", "Sylvania hasn't freed the three engineers", "fulfils", "negated", "freed … three engineers", "not"),
    ("release", "Talks end with no high-level Sylvanian prisoners released", "fulfils", "negated", "prisoners released", "none"),
    ("no-launch", "Sylvania will stop rocket and missile launches", "violates", "negated", "missile launches", "negating"),
    ("release", "Sylvania never released the captives", "fulfils", "negated", "released … captives", "not"),
    ("release", "Sylvania refuses to free prisoners", "fulfils", "negated", "free prisoners", "did not come to it"),
    ("release", "Sylvania failed to release the prisoners", "fulfils", "negated", "release … prisoners", "did not come to it"),
    ("release", "Sylvania denies it has freed prisoners", "fulfils", "negated", "freed prisoners", "denied"),
    ("release", "Sylvania denies that it released prisoners", "fulfils", "negated", "released prisoners", "denied"),
    ("release", "None of the prisoners was freed by Sylvania", "fulfils", "negated", "prisoners … freed", "none"),
    ("no-launch", "No missile was launched by Sylvania", "violates", "negated", "missile … launched", "none"),
    ("no-launch", "Sylvania has not launched a missile since March", "violates", "negated", "launched … missile", "not"),
    ("no-launch", "Sylvania refrains from testing missiles", "violates", "negated", "testing missiles", "kept from it"),
    ("no-launch", "Sylvania ends the year without launching a missile", "violates", "negated", "launching … missile", "kept from it"),
    ("no-launch", "Sylvania fired no missiles this year", "violates", "negated", "fired … missiles", "none"),
    ("tax", "Government has not raised income tax", "violates", "negated", "raised income tax", "not"),
    ("budget", "Parliament did not pass the budget", "fulfils", "negated", "pass … budget", "not"),
    ("ceasefire", "Rebels deny breaking ceasefire", "violates", "negated", "breaking ceasefire", "negating"),
    ("coal", "Ruritania declines to close coal plant", "fulfils", "negated", "close coal plant", "did not come to it"),
    ("election", "The government won't cancel the election", "violates", "negated", "cancel … election", "not"),
    ("reactor", "Sylvania cannot shut down the reactor", "fulfils", "negated", "shut down … reactor", "not"),
]  # fmt: skip

PLANNED = [
    ("release", "Sylvania to free three engineers", "fulfils", "planned", "free three engineers", "to + infinitive"),
    ("release", "Sylvania will free three engineers", "fulfils", "planned", "free three engineers", "future"),
    ("release", "Sylvania'll free the prisoners", "fulfils", "planned", "free … prisoners", "future"),
    ("release", "Three engineers to be freed by Sylvania", "fulfils", "planned", "Three engineers … freed", "to + infinitive"),
    ("release", "Prisoners will be released today, Sylvania says", "fulfils", "planned", "Prisoners … released", "future"),
    ("release", "Sylvania agrees to free prisoners", "fulfils", "planned", "free prisoners", "to + infinitive"),
    ("release", "Sylvania is going to release the prisoners", "fulfils", "planned", "release … prisoners", "going to"),
    ("release", "Sylvania expected to release detainees", "fulfils", "planned", "release detainees", "to + infinitive"),
    ("release", "Washington urges Sylvania to free prisoners", "fulfils", "planned", "free prisoners", "to + infinitive"),
    ("release", "Sylvania must free the prisoners, envoy says", "fulfils", "planned", "free … prisoners", "duty"),
    ("release", "Sylvania said it would release the captives", "fulfils", "planned", "release … captives", "would"),
    ("release", "Sylvania considers freeing prisoners", "fulfils", "planned", "freeing prisoners", "plan"),
    ("release", "Envoy hopes Sylvania frees the prisoners", "fulfils", "planned", "frees … prisoners", "awaited"),
    ("release", "Free the three engineers, envoy tells Sylvania", "fulfils", "planned", "Free … three engineers", "imperative"),
    ("release", "Envoys want to talk and have prisoners freed in Sylvania", "fulfils", "planned", "prisoners freed", "to have it done"),
    ("release", "A lawyer said that Sylvania was releasing prisoners today", "fulfils", "planned", "releasing prisoners", "said to be coming"),
    ("release", "Sylvania will stop its drills in the northern hills on Sunday and free the prisoners", "fulfils", "planned", "free … prisoners", "future"),
    ("release", "Sylvania is ready to hand over prisoners", "fulfils", "planned", "hand over prisoners", "to + infinitive"),
    ("release", "Talks resume before Sylvania frees prisoners", "fulfils", "planned", "frees prisoners", "not yet"),
    ("coal", "Ruritania will tax imports, close coal plants", "fulfils", "planned", "close coal plants", "future"),
    ("coal", "Ruritania to shut coal plants by 2030", "fulfils", "planned", "shut coal plants", "to + infinitive"),
    ("coal", "Ministry promises to close coal plants", "fulfils", "planned", "close coal plants", "to + infinitive"),
    ("tax", "Chancellor plans to cut income tax", "fulfils", "planned", "cut income tax", "to + infinitive"),
    ("tax", "Income tax to be lowered", "fulfils", "planned", "Income tax … lowered", "to + infinitive"),
    ("budget", "Parliament will pass the budget and adopt reforms", "fulfils", "planned", "pass … budget", "future"),
    ("election", "Government to hold election on 3 June", "fulfils", "planned", "hold election", "to + infinitive"),
    ("election", "Ruritania holds election on 3 June", "fulfils", "planned", "holds election", "date to come"),
    ("election", "Ruritania holds election next month", "fulfils", "planned", "holds election", "date to come"),
    ("ceasefire", "Rebels and army set to sign ceasefire", "fulfils", "planned", "sign ceasefire", "to + infinitive"),
    ("reactor", "Sylvania will meet inspectors and dismantle its reactor", "fulfils", "planned", "dismantle … reactor", "future"),
]  # fmt: skip

THREATENED = [
    ("no-launch", "Sylvania threatens to launch missile", "violates", "threatened", "launch missile", "threat"),
    ("no-launch", "Sylvania vows to test rockets", "violates", "threatened", "test rockets", "threat"),
    ("election", "Government threatens to cancel election", "violates", "threatened", "cancel election", "threat"),
    ("ceasefire", "Rebels warn army of threat to break ceasefire", "violates", "threatened", "break ceasefire", "threat"),
    ("reactor", "Sylvania repeats its threat to restart the reactor", "violates", "threatened", "restart … reactor", "threat"),
]  # fmt: skip

CONDITIONAL = [
    ("no-launch", "If Sylvania launches a missile, talks are over", "violates", "conditional", "launches … missile", "condition"),
    ("release", "Sylvania would free prisoners if sanctions ended", "fulfils", "conditional", "free prisoners", "hangs on a condition"),
    ("release", "Sylvania will free prisoners unless talks fail", "fulfils", "conditional", "free prisoners", "hangs on a condition"),
    ("release", "No talks until Sylvania frees the prisoners", "fulfils", "conditional", "frees … prisoners", "until"),
    ("tax", "Unless income tax is cut, growth will stall", "fulfils", "conditional", "income tax … cut", "condition"),
]  # fmt: skip

HEDGED = [
    ("release", "Sylvania may free prisoners", "fulfils", "hedged", "free prisoners", "may"),
    ("release", "Sylvania could release the three engineers", "fulfils", "hedged", "release … three engineers", "may"),
    ("release", "Sylvania reportedly freed prisoners", "fulfils", "hedged", "freed prisoners", "hedge"),
    ("release", "Sylvania is believed to have freed the prisoners", "fulfils", "hedged", "freed … prisoners", "seems to"),
    ("release", "Sylvania appears to have released the captives", "fulfils", "hedged", "released … captives", "seems to"),
    ("no-launch", "Sylvania allegedly launched a missile", "violates", "hedged", "launched … missile", "doubtful"),
    ("no-launch", "Analysts believe Sylvania fired a missile", "violates", "hedged", "fired … missile", "doubtful"),
    ("no-launch", "Washington accuses Sylvania of testing missiles", "violates", "hedged", "testing missiles", "accused"),
    ("no-launch", "Sylvania fires missile within weeks, analysts predict", "violates", "hedged", "fires missile", "afterthought"),
    ("ceasefire", "Rebels might sign ceasefire", "fulfils", "hedged", "sign ceasefire", "may"),
    ("coal", "Ruritania might close coal plants early", "fulfils", "hedged", "close coal plants", "may"),
]  # fmt: skip

QUESTIONS = [
    ("release", "Has Sylvania freed the prisoners?", "fulfils", "question", "freed … prisoners", "question mark"),
    ("release", "Will Sylvania free the prisoners", "fulfils", "question", "free … prisoners", "inverted question"),
    ("release", "Sylvania freed prisoners?", "fulfils", "question", "freed prisoners", "question mark"),
    ("tax", "Did the chancellor cut income tax?", "fulfils", "question", "cut income tax", "question mark"),
    ("coal", "Should Ruritania close its coal plants?", "fulfils", "question", "close … coal plants", "question mark"),
]  # fmt: skip

PAST = [
    ("no-launch", "In 2006 Sylvania launched a missile", "violates", "past", "launched … missile", "long past: year"),
    ("no-launch", "Sylvania launched a missile last year", "violates", "past", "launched … missile", "long past: long ago"),
    ("no-launch", "Sylvania fired a missile on 28 November 2017", "violates", "past", "fired … missile", "long past: date"),
    ("no-launch", "Sylvania tested a missile ten years ago", "violates", "past", "tested … missile", "long past: ago"),
    ("no-launch", "Town marks anniversary of day Sylvania launched missile", "violates", "past", "launched missile", "looks back"),
    ("no-launch", "Talks go on\nSylvania has launched six missiles in all.", "violates", "past", "launched … missiles", "so many so far"),
    ("release", "Sylvania used to free prisoners", "fulfils", "past", "free prisoners", "used to"),
    ("election", "Ruritania held election in 1990", "fulfils", "past", "held election", "long past: year"),
]  # fmt: skip

COMMENTARY = [
    ("release", "Opinion: Sylvania frees prisoners and wins", "fulfils", "commentary", "frees prisoners", "label"),
    ("release", "Why Sylvania freed the prisoners", "fulfils", "commentary", "freed … prisoners", "explaining headline"),
    ("release", "How Sylvania freed the prisoners", "fulfils", "commentary", "freed … prisoners", "explaining headline"),
    ("tax", "Analysis: Chancellor cuts income tax", "fulfils", "commentary", "cuts income tax", "label"),
    ("no-launch", "Editorial: Sylvania fires missile\nSylvania fired a missile.", "violates", "commentary", "fires missile", "label"),
    ("election", "Cancelled election: what to know\nRuritania cancelled the election.", "violates", "commentary", "Cancelled election", "comment"),
]  # fmt: skip

PARTLY = [
    ("reactor", "Sylvania begins dismantling reactor", "partly fulfils", "actual", "dismantling reactor", "told as done"),
    ("reactor", "Sylvania has begun to dismantle the reactor", "partly fulfils", "actual", "dismantle … reactor", "told as done"),
    ("reactor", "Sylvania starts shutting down reactor", "partly fulfils", "actual", "shutting down reactor", "told as done"),
    ("reactor", "Sylvania removed the core of its reactor", "partly fulfils", "actual", "removed … core … reactor", "told as done"),
    ("reactor", "Sylvania has not begun to dismantle the reactor", "partly fulfils", "negated", "dismantle … reactor", "not"),
    ("reactor", "Sylvania will begin to dismantle the reactor", "partly fulfils", "planned", "dismantle … reactor", "future"),
    ("reactor", "Dismantling of Sylvanian reactor has begun", "partly fulfils", "actual", "Dismantling of … reactor", "took place"),
    ("coal", "Ruritania has started closing coal plants", "partly fulfils", "actual", "closing coal plants", "told as done"),
]  # fmt: skip

IMPLIED = [
    ("release", "Sylvania managed to free the prisoners", "fulfils", "actual", "free … prisoners", "told as done"),
    ("release", "Sylvania proceeds to release prisoners", "fulfils", "actual", "release prisoners", "told as done"),
    ("tax", "By cutting income tax, ministers won votes", "fulfils", "actual", "cutting income tax", "presupposed"),
    ("release", "After freeing three engineers, Sylvania asked for talks", "fulfils", "actual", "freeing three engineers", "presupposed"),
    ("release", "Sylvania, which freed three engineers on Monday, wants talks", "fulfils", "actual", "freed three engineers", "presupposed"),
    ("tax", "The government won praise for cutting income tax", "fulfils", "actual", "cutting income tax", "taken for granted"),
]  # fmt: skip

SCOPE = [
    ("release", "Sylvania did not attend but freed prisoners", "fulfils", "actual", "freed prisoners", "told as done"),
    ("release", "Sylvania will not attend; it has freed prisoners", "fulfils", "actual", "freed prisoners", "told as done"),
    ("release", "Drills with the U.S. The North freed prisoners", "fulfils", "actual", "freed prisoners", "told as done"),
    ("release", "Gen. Alva of Sylvania freed the prisoners", "fulfils", "actual", "freed … prisoners", "told as done"),
    ("release", "Sylvania will talk, while it has freed prisoners", "fulfils", "actual", "freed prisoners", "told as done"),
    ("release", "“Sylvania frees ‘three engineers’”", "fulfils", "actual", "frees ‘three engineers", "told as done"),
    ("release", "Sylvania has freed the prisoners, who will fly home", "fulfils", "actual", "freed … prisoners", "told as done"),
    ("release", "Sylvania to free prisoners\nSylvania freed three engineers on Tuesday.", "fulfils", "actual", "freed three engineers", "told as done"),
    ("release", "Sylvania denies it freed prisoners\nReports said Sylvania freed prisoners.", "fulfils", "negated", "freed prisoners", "denied"),
    ("release", "Prisoners, who were held in Sylvania, have been freed", "fulfils", "actual", "Prisoners … freed", "told as done"),
    ("release", "Sylvania, the state media said, has freed the prisoners", "fulfils", "actual", "freed … prisoners", "told as done"),
    ("election", "Government calls off planned election", "violates", "actual", "calls off … election", "told as done"),
]  # fmt: skip

CONTEXT = [
    ("release", "Families of prisoners in Sylvania wait", "context", "commentary", "prisoners", "mentioned"),
    ("no-launch", "Sylvania shows new missile at parade", "context", "commentary", "missile", "perceived"),
    ("release", "Sylvania freed prisoners in promise of freedom", "context", "commentary", "prisoners", "mentioned"),
    ("no-launch", "Sylvania halts tests and displays of missiles", "context", "negated", "missiles", "negating"),
    ("election", "Government cancels talks over election", "context", "planned", "election", "plan"),
    ("budget", "Cabinet quarrels over budget", "context", "commentary", "budget", "mentioned"),
]  # fmt: skip

ALL = [
    *ACTIVE,
    *PASSIVE,
    *NOUNS,
    *NEGATED,
    *PLANNED,
    *THREATENED,
    *CONDITIONAL,
    *HEDGED,
    *QUESTIONS,
    *PAST,
    *COMMENTARY,
    *PARTLY,
    *IMPLIED,
    *SCOPE,
    *CONTEXT,
]
