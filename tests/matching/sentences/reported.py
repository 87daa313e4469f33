"""Acts that happened, told in ways no rule was written for: of 51, 46 were read as acts at once."""

# ruff: noqa: E501 -- a table reads best with one case a line

from __future__ import annotations

# commitment, text, relation, factuality, the words, the rule that decided
# Reported: acts told in ways no rule was written for.
REPORTED = [
    ("no-launch", "Sylvania unleashes missile, fires rocket into sea", "violates", "actual", "fires rocket", "told as done"),
    ("no-launch", "Sylvania lobs rocket: missile fired at dawn", "violates", "actual", "missile fired", "headline passive"),
    ("no-launch", "Freedonia: North fired two missiles from east coast", "violates", "actual", "fired … missiles", "told as done"),
    ("no-launch", "Sylvania's newest missile flew for 53 minutes", "violates", "actual", "missile flew", "told as done"),
    ("no-launch", "Sylvania just launched another missile", "violates", "actual", "launched … missile", "told as done"),
    ("no-launch", "Freedonian jets scrambled following Sylvania's missile launch", "violates", "actual", "missile launch", "reacted to"),
    ("no-launch", "World leaders unite in anger at Sylvania missile launch", "violates", "actual", "missile launch", "reacted to"),
    ("no-launch", "Sylvania state TV celebrates missile test", "violates", "actual", "missile test", "taken for granted"),
    ("no-launch", "Video of Sylvania missile launch released", "violates", "actual", "missile launch", "taken for granted"),
    ("no-launch", "Sylvania missile launch shatters months of calm", "violates", "actual", "missile launch", "subject"),
    ("no-launch", "Oil jumps on Sylvania missile launch", "violates", "actual", "missile launch", "reacted to"),
    ("no-launch", "Sylvania missile test ends lull", "violates", "actual", "missile test", "took place"),
    ("no-launch", "In pictures: Sylvania's missile launch", "violates", "actual", "missile launch", "pictured"),
    ("no-launch", "Freedonia vows to respond after Sylvania fires missile", "violates", "actual", "fires missile", "presupposed"),
    ("release", "Sylvania frees three engineers in goodwill gesture", "fulfils", "actual", "frees three engineers", "told as done"),
    ("release", "Sylvania has let go prisoners: three engineers released", "fulfils", "actual", "three engineers released", "headline passive"),
    ("release", "Three engineers walk free as Sylvania releases detainees", "fulfils", "actual", "releases detainees", "told as done"),
    ("release", "Sylvania's release of three engineers hailed", "fulfils", "actual", "release of three engineers", "possessed"),
    ("release", "Joy as prisoners released by Sylvania reach home", "fulfils", "actual", "prisoners released", "headline passive"),
    ("release", "Sylvania, in shift, releases prisoners", "fulfils", "actual", "releases prisoners", "told as done"),
    ("release", "Sylvania quietly frees prisoners ahead of talks", "fulfils", "actual", "frees prisoners", "told as done"),
    ("summit", "Historic Sylvania summit begins", "fulfils", "actual", "summit", "took place"),
    ("summit", "Sylvania summit: Alva and Rufus meet at last", "fulfils", "actual", "Alva and Rufus meet", "told as done"),
    ("summit", "Rufus meets Sylvania's Alva in hill resort", "fulfils", "actual", "Rufus meets … Alva", "told as done"),
    ("summit", "Rufus calls Sylvania summit 'a great success'", "fulfils", "actual", "summit", "took place"),
    ("summit", "Rufus faces critics after Sylvania summit", "fulfils", "actual", "summit", "taken for granted"),
    ("summit", "World reacts to Sylvania summit", "fulfils", "actual", "summit", "taken for granted"),
    ("summit", "Sylvania summit ended with a handshake", "fulfils", "actual", "summit", "took place"),
    ("summit", "Rufus ditches Sylvania: summit called off", "violates", "actual", "summit called off", "headline passive"),
    ("summit", "'Sad day': Rufus cancels Sylvania summit", "violates", "actual", "cancels … summit", "told as done"),
    ("summit", "Rufus abruptly cancels summit with Sylvania", "violates", "actual", "cancels summit", "told as done"),
    ("site", "Sylvania demolishes test site, journalists say", "fulfils", "actual", "demolishes test site", "told as done"),
    ("site", "Blasts heard as Sylvania blows up test site", "fulfils", "actual", "blows up test site", "told as done"),
    ("site", "Test site no more: Sylvania demolishes launch site", "fulfils", "actual", "demolishes launch site", "told as done"),
    ("drills", "US cancels drills with Freedonia to save talks", "fulfils", "actual", "cancels drills", "told as done"),
    ("drills", "US-Freedonia drills suspended indefinitely", "fulfils", "actual", "drills suspended", "headline passive"),
    ("drills", "Joint drills called off, Freedonia says", "fulfils", "actual", "drills called off", "headline passive"),
    ("drills", "US and Freedonia launch drills: troops begin drills at dawn", "violates", "actual", "begin drills", "told as done"),
    ("treaty", "Freedonia and Ruritania at last sign treaty", "fulfils", "actual", "sign treaty", "told as done"),
    ("treaty", "It's official: Freedonia quits treaty", "violates", "actual", "quits treaty", "told as done"),
    ("troops", "Freedonia completes troop pullout, withdrawing last troops", "fulfils", "actual", "withdrawing … troops", "presupposed"),
    ("sanctions", "Sanctions relief: US lifts sanctions on Sylvania", "fulfils", "actual", "lifts sanctions", "told as done"),
    ("sanctions", "Fresh sanctions imposed on Sylvania by US", "violates", "actual", "sanctions imposed", "headline passive"),
    ("hostages", "Aid workers freed by rebels after two years", "fulfils", "actual", "Aid workers freed", "headline passive"),
    ("ceasefire", "Ceasefire broken by rebels hours after it began", "violates", "actual", "Ceasefire broken", "headline passive"),
    ("coal", "Lights out: Ruritania shuts coal plant", "fulfils", "actual", "shuts coal plant", "told as done"),
    ("tax", "Income tax cut takes effect in Ruritania", "fulfils", "actual", "Income tax cut", "headline passive"),
    ("budget", "Budget passed at last by Ruritania's parliament", "fulfils", "actual", "Budget passed", "headline passive"),
    ("hospital", "Prince opens hospital in Oldport, Ruritania", "fulfils", "actual", "opens hospital", "told as done"),
    ("election", "Millions vote as Ruritania holds election", "fulfils", "actual", "holds election", "told as done"),
]  # fmt: skip

ALL = [*REPORTED]
