"""Headlines with the first sentence below them: datelines, titles, abbreviations, and what the body adds."""

# ruff: noqa: E501 -- a table reads best with one case a line

from __future__ import annotations

# commitment, text, relation, factuality, the words, the rule that decided
# Bodies: a headline with its lead.
BODIES = [
    ("release", "Sylvania frees engineers\nFREDVILLE (Reuters) - Sylvania released three engineers on Tuesday, the foreign ministry said, in a gesture ahead of talks.", "fulfils", "actual", "released three engineers", "told as done"),
    ("release", "Alva makes gesture\nThree engineers held in Sylvania for a year were freed on Monday and are on their way home, officials said.", "fulfils", "actual", "Three engineers … freed", "told as done"),
    ("release", "Engineers home\n(Fredville) Sylvania's government has freed three engineers. They will meet Mr. Rufus on Friday.", "fulfils", "actual", "freed three engineers", "told as done"),
    ("release", "Talks near\nSylvania will free three engineers within days, a person with knowledge of the matter said on Tuesday.", "fulfils", "planned", "free three engineers", "future"),
    ("release", "Talks stall\nSylvania has not freed the three engineers, the ministry said, denying reports in local papers.", "fulfils", "negated", "freed … three engineers", "not"),
    ("no-launch", "Sirens in Fredville\nSylvania fired a missile early on Wednesday, Freedonia's military said, its first since November.", "violates", "actual", "fired … missile", "told as done"),
    ("no-launch", "Talks go on\nSylvania, which has launched dozens of missiles, says it wants peace.", "violates", "past", "launched … missiles", "so many so far"),
    ("no-launch", "Sylvania on brink\nFreedonia's army said Sylvania was preparing to launch a missile, perhaps this week.", "violates", "planned", "launch … missile", "to + infinitive"),
    ("no-launch", "Calm at border\nSylvania has launched no missile since talks began in March, the U.S. said.", "violates", "negated", "launched … missile", "none"),
    ("summit", "Handshake for cameras\nRufus met Alva of Sylvania on Tuesday at a hill resort, the first meeting of its kind.", "fulfils", "actual", "Rufus met Alva", "told as done"),
    ("summit", "Letter to Alva\nRufus on Tuesday called off a summit with Sylvania set for June, citing anger and hostility.", "violates", "actual", "called off … summit", "told as done"),
    ("summit", "Date is set\nRufus and Alva of Sylvania will hold a summit on 12 June, both sides said.", "fulfils", "planned", "hold … summit", "future"),
    ("treaty", "Feud ends\nFREDVILLE, May 15 — After years of quarrels, Freedonia and Ruritania signed a treaty on Tuesday.", "fulfils", "actual", "signed … treaty", "presupposed"),
    ("treaty", "Rufus acts\nFreedonia is withdrawing from the treaty, Rufus announced. “We have left the pact,” he told reporters.", "violates", "actual", "withdrawing from … treaty", "under way"),
    ("drills", "Pentagon statement\nThe U.S. has suspended drills with Freedonia indefinitely, Lt. Col. Orlo said in a statement on Monday.", "fulfils", "actual", "suspended drills", "told as done"),
    ("drills", "Guns roar in hills\nFreedonia and the U.S. began joint drills on Monday, two months late.", "violates", "actual", "began … drills", "told as done"),
    ("troops", "Homecoming\nThe last Freedonian troops left the valley on Sunday, ending a stay of 12 years.", "fulfils", "actual", "troops left", "told as done"),
    ("sanctions", "Banks cheer\nWashington lifted sanctions on two Sylvanian banks on Tuesday, the Treasury said.", "fulfils", "actual", "lifted sanctions", "told as done"),
    ("sanctions", "Carrot for Alva\nThe U.S. would lift sanctions if Sylvania gave up its reactor, Rufus said.", "fulfils", "conditional", "lift sanctions", "hangs on a condition"),
    ("hostages", "Relief\nRebels on Monday released four aid workers they had held since 2016, the Red Cross said.", "fulfils", "actual", "released … aid workers", "told as done"),
    ("ceasefire", "Guns again\nRebels violated the ceasefire 14 times overnight, the army said on Wednesday.", "violates", "actual", "violated … ceasefire", "told as done"),
    ("coal", "End of an era\nRuritania closed its last coal plant on Monday, two years ahead of plan, the ministry said.", "fulfils", "actual", "closed … coal plant", "told as done"),
    ("homes", "Empty promise\nThe government has built none of the affordable homes it promised in 2015, a charity said.", "fulfils", "negated", "built … affordable homes", "none"),
    ("hospital", "Anger in Oldport\nThe ministry closed the maternity ward of Oldport on Friday despite a vow to keep it.", "violates", "actual", "closed … maternity ward", "told as done"),
    ("plastic", "Green shops\nRetailer Norvex said on Monday it had removed plastic packaging from all its fruit.", "fulfils", "actual", "removed plastic packaging", "told as done"),
    ("budget", "Late night in parliament\nParliament adopted the budget by 120 votes to 80 shortly before midnight on Tuesday.", "fulfils", "actual", "adopted … budget", "told as done"),
    ("tax", "Drivers fume\nThe government raised the fuel tax by two cents on Tuesday, though it had promised not to.", "violates", "actual", "raised … fuel tax", "told as done"),
    ("election", "Storm\nRuritania's government postponed the election, due on Sunday, by four weeks.", "violates", "actual", "postponed … election", "told as done"),
]  # fmt: skip

ALL = [*BODIES]
