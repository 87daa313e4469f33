"""Dates as feeds write them, read as instants.

Knows the zones that feedparser takes for UTC: abbreviations outside of North America, and no zone at all.
Knows no clock: a date in the future, or far in the past, is read as it stands.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime

from tracker.errors import BadDate
from tracker.evidence.when import zone_of

# Abbreviations that mean one offset only, in hours. IST, CST and BST (Bangladesh) have rivals; of these, the
# two that RFC 822 settles are feedparser's business.
_ABBREVIATIONS = {
    "KST": 9, "JST": 9, "HKT": 8, "SGT": 8, "PHT": 8, "AWST": 8, "WIB": 7, "ICT": 7, "PKT": 5, "MSK": 3,
    "EAT": 3, "TRT": 3, "EEST": 3, "EET": 2, "SAST": 2, "CEST": 2, "CET": 1, "WEST": 1, "WAT": 1, "WET": 0,
    "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "BRT": -3, "ART": -3,
}  # fmt: skip
_ABBREVIATED = re.compile(r"(?<=[\d\s])([A-Z]{3,4})\s*$")
_TIME = r"(?:[T\s]|^)\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?"
_DAY = r"^\s*\d{4}-?\d{2}-?\d{2}"
_NAIVE = re.compile(rf"(?:{_TIME}|{_DAY})\s*$", re.IGNORECASE)


def instant(given: str, parsed: time.struct_time | None, zone: str) -> datetime | None:
    """What `given` means, in UTC; None where that cannot be told.

    `parsed` is feedparser's reading of it, in UTC and with UTC assumed where there is no zone; in its place
    comes `zone`, an IANA name. An unknown `zone` is taken for UTC.
    """
    if parsed is None:
        return iso_instant(given, zone) or _mail_instant(given, zone)
    try:
        moment = datetime(*parsed[:5], min(parsed[5], 59), tzinfo=UTC)
        if _NAIVE.search(given):
            return _in_zone(moment.replace(tzinfo=None), zone)
        hours = _abbreviated(given)
        return moment if hours is None else moment - timedelta(hours=hours)
    except (ValueError, OverflowError):
        return None


def iso_instant(given: str, zone: str) -> datetime | None:
    """An ISO 8601 (RFC 3339) date or date-time in UTC, naive ones meant in `zone`; None for anything else."""
    try:
        moment = datetime.fromisoformat(given.strip())
        return moment.astimezone(UTC) if moment.tzinfo else _in_zone(moment, zone)
    except (ValueError, OverflowError):
        return None


def _mail_instant(given: str, zone: str) -> datetime | None:
    """A date as in mail (RFC 5322); feedparser gives up on those without a zone."""
    try:
        moment = parsedate_to_datetime(given)
        if moment.tzinfo:
            return moment.astimezone(UTC)
        hours = _abbreviated(given)
        return (
            _in_zone(moment, zone) if hours is None else moment.replace(tzinfo=UTC) - timedelta(hours=hours)
        )
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _abbreviated(given: str) -> int | None:
    """The offset in hours that the abbreviation at the end of `given` means, if it means one only."""
    found = _ABBREVIATED.search(given)
    return _ABBREVIATIONS.get(found[1]) if found else None


def _in_zone(moment: datetime, zone: str) -> datetime:
    try:
        place: tzinfo = zone_of(zone)
    except BadDate:
        place = UTC
    return moment.replace(tzinfo=place).astimezone(UTC)
