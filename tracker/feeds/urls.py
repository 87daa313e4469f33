"""Addresses of articles: made absolute, freed of tracking, and compared.

`tidy` gives what a reader clicks, `canonicalise` what two copies of one address have in common. Knows
nothing of feeds.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from w3lib.url import canonicalize_url, url_query_cleaner

# Parameters that say where a click came from and never which article is meant.
_TRACKING = frozenset(
    {
        *("fbclid", "gclid", "dclid", "gclsrc", "msclkid", "twclid", "yclid", "igshid", "mc_cid", "mc_eid"),
        *("_hsenc", "_hsmi", "mkt_tok", "vero_id", "oly_enc_id", "oly_anon_id", "wickedid", "ncid", "cmpid"),
        *("at_medium", "at_campaign", "at_custom1", "at_custom2", "at_custom3", "at_custom4", "ns_mchannel"),
        *("ns_source", "ns_campaign", "ns_linkname", "ns_fee", "xtor", "spm", "ref_src", "smid", "sr_share"),
    }
)
_PREFIXES = ("utm_", "pk_", "mtm_", "hsa_")
_CONTROLS = re.compile(r"[\x00-\x20\x7f]+")
_LIMIT = 4096


def absolute(url: str, base: str = "") -> str:
    """`url` resolved against `base`, if that gives an http(s) address of sane length; else empty."""
    if not url.strip():
        return ""
    try:
        joined = urljoin(base, url.strip()) if base else url.strip()
        parts = urlsplit(joined)
        port = parts.port
    except ValueError:
        return ""
    good = parts.scheme.lower() in ("http", "https") and parts.hostname and port != 0
    if not good or len(joined) > _LIMIT:
        return ""
    return _CONTROLS.sub(lambda found: "%20" * (found[0] == " "), joined)


def tidy(url: str, base: str = "") -> str:
    """`url` made absolute and without tracking parameters, otherwise as the publisher wrote it.

    Empty where it is no http(s) address.
    """
    plain = absolute(url, base)
    query = urlsplit(plain).query
    noise = [key for part in query.split("&") if _is_tracking(key := part.partition("=")[0])]
    if not noise:
        return plain
    return str(url_query_cleaner(plain, noise, remove=True, keep_fragments=True))


def canonicalise(url: str, base: str = "") -> str:
    """The form under which two addresses of one article meet; empty where `url` is no http(s) address.

    Scheme and host in lower case, default port and fragment dropped, query sorted, tracking dropped,
    percent-encoding normalised. Idempotent. A key, not for clicking: `http` and `https` are one.
    """
    seen = tidy(url, base)
    for _ in range(4):  # w3lib needs a second pass where the first one uncovers an encoded separator
        again = _canonical(seen)
        if again == seen:
            break
        seen = again
    return seen


def without_credentials(url: str) -> str:
    """`url` without a user and a password, otherwise as it is written."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _canonical(url: str) -> str:
    if not url:
        return ""
    try:
        plain = str(canonicalize_url(url))
    except ValueError:
        return url
    parts = urlsplit(plain)
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        host = f"[{host}]"
    port = "" if parts.port in (None, 80, 443) else f":{parts.port}"
    return tidy(parts._replace(scheme="https", netloc=host + port, path=parts.path or "/").geturl())


def _is_tracking(key: str) -> bool:
    lowered = key.lower()
    return lowered in _TRACKING or lowered.startswith(_PREFIXES)
