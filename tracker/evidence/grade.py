"""Grades: the Admiralty code, two letters that are judged apart.

Reliability is of the source, credibility of the information. F and 6 mean "cannot be judged", not "worst",
so neither scale is an order over all its members; ask `at_least`.

Source of the scale: NATO STANAG 2511 / AJP-2.1, in our words.
"""

from __future__ import annotations

from enum import StrEnum


class Reliability(StrEnum):
    """Of the source: A completely reliable … E unreliable, F cannot be judged."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"

    def at_least(self, floor: Reliability) -> bool:
        """Whether this source is known to be as reliable as `floor`; F never is."""
        return self is not Reliability.F and self.value <= floor.value


class Credibility(StrEnum):
    """Of the information: 1 confirmed … 5 improbable, 6 cannot be judged."""

    CONFIRMED = "1"
    PROBABLE = "2"
    POSSIBLE = "3"
    DOUBTFUL = "4"
    IMPROBABLE = "5"
    UNJUDGED = "6"


class Basis(StrEnum):
    """How a standing is known.

    `verified`: inspection, imagery, or an admission against interest (the creditor confirms fulfilment,
    the debtor confirms breach). `corroborated`: two independent origins or more. `reported`: less.
    `stated`: entered by a person or a dossier with its source.
    """

    STATED = "stated"
    REPORTED = "reported"
    CORROBORATED = "corroborated"
    VERIFIED = "verified"
