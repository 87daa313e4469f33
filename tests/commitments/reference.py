"""A slow model of one commitment, written a second time from the guide, to hold the real one against.

It keeps a list and asks it anew for every question. No caching, no sorting key that is shared with the code,
no classes of ours but the words themselves: a fact is a row, time is a number of hours, a state is a word.
"""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]

ENDS = {"withdrawn", "expired", "released", "cancelled", "superseded"}
LIVE = {"proposed", "conditional", "active", "suspended"}
ORDER = ["words", "deadline", "met", "failed", "accept", "reinstate", "resume", "suspend", "end", "release",
         "cancel", "supersede", "withdraw", "fulfil", "violate", "passed", "closed"]  # fmt: skip


class Reference:
    """`rows` in the order of recording; the first proposes. `ask(as_of, known)` says where it stood."""

    def __init__(self, kind: str, until: int | None, condition: str, revocable: bool, start: Row) -> None:
        self.kind, self.until, self.condition, self.revocable = kind, until, condition, revocable
        self.rows = [start]

    def is_alive(self, row: Row, known: int) -> bool:
        """Not taken back by a retraction that is itself alive; the first row always is."""
        return row is self.rows[0] or not any(
            other["what"] == "retract" and other["target"] == row["id"] and self.is_alive(other, known)
            for other in self.rows[:known]
        )

    def ask(self, as_of: int, known: int) -> Row | None:
        """The standing at hour `as_of`, believed after `known` rows, or None before it was proposed."""
        rows = [r for r in self.rows[:known] if r["what"] != "retract" and self.is_alive(r, known)]
        rows = [r for r in rows if r["to"] <= as_of]
        if self.rows[0] not in rows:
            return None
        rows = [r for r in rows if r is not self.rows[0]]
        rows.sort(key=lambda r: (r["to"], r["from"], ORDER.index(r["what"]), r["text"], r["id"]))
        s: Row = {
            "state": "proposed", "began": self.rows[0], "until": self.until, "owes": None, "met": None,
            "held": False, "owed": None, "manner": None, "breaches": 0, "remedied": None, "episode": 1,
            "waits": [],
            "early": [],
        }  # fmt: skip
        for row in rows:
            same = (row["what"], row["from"], row["to"])
            same = (row["what"], row["from"], row["to"])
            rivals = [r for r in rows if (r["what"], r["from"], r["to"]) == same]
            if row["what"] in ("deadline", "accept", "fulfil", "supersede", "end") and any(
                r["content"] != row["content"] for r in rivals
            ):
                s["waits"].append(row["id"])
                continue
            was_proposed = s["state"] == "proposed"
            self.apply(s, row)
            self.settle(s, row)
            if row["what"] == "accept" and was_proposed:
                for old in [r for r in s["early"] if s["state"] in ("active", "violated")]:
                    self.reach(s, old)
        return s

    def reach(self, s: Row, old: Row) -> None:
        """A violation from before the acceptance: it counts now and waits no longer, or all stays."""
        before, counted = list(s["waits"]), (s["state"], s["breaches"])
        self.violate(s, old)
        counts = (s["state"], s["breaches"]) != counted
        s["waits"] = [name for name in before if not (counts and name == old["id"])]

    def enter(self, s: Row, state: str, row: Row) -> None:
        """Another state, since this row."""
        s["state"], s["began"] = state, row

    def settle(self, s: Row, row: Row) -> None:
        """Where an accepted commitment stands by its condition and by decisions to rest."""
        if s["state"] not in ("conditional", "active", "suspended"):
            return
        holds = not self.condition or s["met"] is not None
        if s["held"]:
            state = "suspended"
        elif holds:
            state = "active"
        elif s["state"] == "conditional" or self.kind == "achieve":
            state = "conditional"
        else:
            state = "suspended"
        if state != s["state"]:
            was = s["state"]
            self.enter(s, state, row)
            since = [s["owes"]] + ([s["met"]] if s["met"] is not None else [])
            since += [row["from"]] if was == "suspended" else []
            s["owed"] = max(since) if state == "active" else None

    def apply(self, s: Row, row: Row) -> None:
        """What one row does, state by state, as the guide's table has it."""
        what, state = row["what"], s["state"]
        if what == "met" and self.condition:
            s["met"] = row["from"] if s["met"] is None else s["met"]
        elif what == "failed" and self.condition.startswith("while"):
            s["met"] = None
        elif what == "accept" and state == "proposed" and row["by"] in ("", "debtor", "partner", "creditor"):
            s["owes"] = row["effective"] if row["effective"] is not None else row["from"]
            holds = not self.condition or s["met"] is not None
            self.enter(s, "active" if holds else "conditional", row)
            s["owed"] = max(s["owes"], s["met"] if s["met"] is not None else s["owes"]) if holds else None
        elif what == "deadline" and state in LIVE:
            s["until"] = row["content"]
        elif what == "withdraw" and state == "proposed":
            self.enter(s, "withdrawn", row)
        elif what == "suspend" and state in ("active", "suspended"):
            s["held"], s["owed"] = True, None
            self.enter(s, "suspended", row)
        elif what == "resume" and s["held"] and state == "suspended":
            s["held"] = False
        elif what == "release" and state in LIVE and row["by"] in ("", "creditor"):
            self.enter(s, "released", row)
        elif what == "cancel" and state in LIVE:
            self.enter(s, "cancelled", row)
        elif what == "supersede" and state in LIVE:
            self.enter(s, "superseded", row)
        elif (
            what == "end" and state in LIVE and self.kind != "achieve" and self.condition.startswith("while")
        ):
            if not row["by"]:
                s["waits"].append(row["id"])
            elif state in ("proposed", "conditional"):
                self.enter(s, "expired", row)
            else:
                self.enter(s, "cancelled" if {"debtor", "partner"} & set(row["by"]) else "fulfilled", row)
        elif what in ("passed", "closed") and state in LIVE and row["content"] == s["until"]:
            if state in ("proposed", "conditional"):
                self.enter(s, "expired", row)
            elif what == "closed" and row["observed"] and state == "active" and self.kind != "achieve":
                self.enter(s, "fulfilled", row)
        elif what == "reinstate":
            self.reinstate(s, row)
        elif what == "fulfil":
            self.fulfil(s, row)
        elif what == "violate":
            self.violate(s, row)

    def reinstate(self, s: Row, row: Row) -> None:
        """A closed one, or a repudiated one before its deadline, begins anew."""
        repudiated = s["state"] == "violated" and s["manner"] == "repudiated"
        if s["state"] not in ENDS and not repudiated:
            return
        if repudiated and s["until"] is not None and row["from"] >= s["until"]:
            return
        s["episode"] += 1
        s["manner"], s["held"], s["owed"] = None, False, None
        self.enter(s, "proposed", row)
        if s["owes"] is not None:
            s["owes"] = row["from"]
            holds = not self.condition or s["met"] is not None
            self.enter(s, "active" if holds else "conditional", row)
            s["owed"] = max(s["owes"], s["met"] if s["met"] is not None else s["owes"]) if holds else None

    def fulfil(self, s: Row, row: Row) -> None:
        """The act, or a person's word that it was kept to the end."""
        state, until = s["state"], s["until"]
        if state == "violated":
            if s["manner"] == "lapse" and s["remedied"] is None:
                s["remedied"] = row["id"]
            return
        if state not in LIVE:
            if state != "fulfilled" and row["from"] < s["began"]["to"]:
                s["waits"].append(row["id"])
            return
        if self.kind != "achieve":
            if state in ("active", "suspended") and until is not None and row["to"] >= until:
                self.enter(s, "fulfilled", row)
            return
        if until is None or row["to"] <= until:
            self.enter(s, "fulfilled", row)
        elif row["from"] < until:
            s["waits"].append(row["id"])
        elif state in ("active", "suspended"):
            if s["owed"] is None or s["owed"] >= until:
                self.enter(s, "fulfilled", row)
            else:
                s["manner"], s["remedied"] = "lapse", row["id"]
                self.enter(s, "violated", {**row, "from": until, "to": until})

    def violate(self, s: Row, row: Row) -> None:
        """Breach, lapse or repudiation."""
        state, until, manner = s["state"], s["until"], row["content"]
        if row["by"] and not {"debtor", "partner"} & set(row["by"]):
            return
        if (manner == "breach") == (self.kind == "achieve") and manner != "repudiated":
            return
        if manner == "lapse" and self.kind != "achieve":
            return
        if state == "violated":
            if manner == s["manner"] == "breach" and self.is_inside(s, row):
                s["breaches"] += 1
        elif state == "proposed":
            s["waits"].append(row["id"])
            s["early"].append(row)
        elif state in ENDS or state in ("fulfilled", "suspended"):
            if row["from"] < s["began"]["to"]:
                s["waits"].append(row["id"])
        elif state == "active":
            if manner == "lapse":
                if until is not None and row["to"] >= until:
                    s["manner"] = "lapse"
                    self.enter(s, "violated", {**row, "from": until, "to": until})
            elif self.is_inside(s, row):
                if manner == "repudiated" and self.revocable:
                    self.enter(s, "cancelled", row)
                else:
                    s["manner"] = manner
                    s["breaches"] += manner == "breach"
                    self.enter(s, "violated", row)

    def is_inside(self, s: Row, row: Row) -> bool:
        """Whether an act was in the time in which something was owed; at its edges a person decides."""
        if row["from"] < s["owed"]:
            s["waits"].append(row["id"])
            return False
        if s["until"] is not None and row["to"] > s["until"]:
            if row["from"] < s["until"]:
                s["waits"].append(row["id"])
            return False
        return True
