"""From bytes to characters, as browsers do it.

The order: a byte-order mark, the charset of the HTTP header, the XML declaration, UTF-8. A label is only a
claim, so the first one under which the bytes are flawless wins, and only where none is do we replace what
cannot be read. Labels mean what the WHATWG Encoding Standard says they mean: `euc-kr` is cp949, `shift_jis`
cp932, `gb2312` gb18030, `latin-1` cp1252; feeds that say the one and use the other are the rule in Korea.

Knows nothing of feeds.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

import webencodings
from attrs import frozen

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# `<?` or `<x` in an encoding of two or four bytes, or in EBCDIC, without a mark (XML 1.0, appendix F).
_SHAPES = (
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
_DECLARED = re.compile(rb"^\s*<\?xml[^>]*?\bencoding\s*=\s*[\"']\s*([A-Za-z0-9._:-]+)")
_META = re.compile(rb"<meta\s[^>]{0,500}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]+)", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml\b[^>]*\?>")
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.IGNORECASE)
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # by XML 1.0, section 2.2
# Names the Encoding Standard lacks and feeds use; and a codec of Python's that is narrower than the standard.
_OTHER_NAMES = {"latin-1": "cp1252", "utf-32": "utf-32", "cp949": "cp949", "ks_c_5601": "cp949"}
# Told apart from a cp1252 that was named: an unlabelled Korean feed can be read as it, and is not right.
_GUESS = "CP1252"
_WIDER = {"gbk": "gb18030"}


@frozen
class Decoded:
    """`text` without mark and XML declaration.

    `repaired`: characters were replaced or taken out, or the encoding is a guess.
    """

    text: str
    encoding: str
    repaired: bool = False


def decode(body: bytes, content_type: str = "") -> Decoded:
    """The text of `body`, a document that came with the HTTP header `content_type`. Never fails."""
    codecs_in_order = list(dict.fromkeys(_candidates(body, content_type)))
    for name in codecs_in_order:
        try:
            return _cleaned(body.decode(name), name.lower(), is_whole=name != _GUESS)
        except (UnicodeError, LookupError):
            continue
    return _cleaned(body.decode(codecs_in_order[0], "replace"), codecs_in_order[0], is_whole=False)


def decode_page(body: bytes, content_type: str = "") -> Decoded:
    """As `decode`, of a web page: where the header names no charset, its own `<meta>` counts."""
    declared = _META.search(body[:2048])
    label = declared[1].decode("ascii") if declared else ""
    if "charset" not in content_type.lower() and codec_of(label):
        content_type = f"text/html; charset={label}"
    return decode(body, content_type)


def codec_of(label: str) -> str | None:
    """The Python codec for an encoding label, by the WHATWG table; None for a label nobody knows."""
    found = webencodings.lookup(label)
    if found is None:
        return _OTHER_NAMES.get(label.strip().lower())
    name = str(found.codec_info.name)
    return _WIDER.get(name, name)


def _candidates(body: bytes, content_type: str) -> Iterator[str]:
    for shapes in (_MARKS, _SHAPES):
        for start, name in shapes:
            if body.startswith(start):
                yield name
                return
    header = _CHARSET.search(content_type)
    by_header = codec_of(header[1]) if header else None
    declared = _DECLARED.search(body[:1024])
    by_document = codec_of(declared[1].decode("ascii")) if declared else None
    if by_document is not None and by_document.startswith("utf-16"):
        by_document = "utf-8"  # the declaration could be read, so it is not true (HTML standard, 13.2.3.2)
    # Web servers say latin-1 of everything, and every byte can be read as cp1252: it proves nothing.
    if by_header == "cp1252":
        yield by_document or "utf-8"
    if by_header is not None:
        yield by_header
    if by_document is not None:
        yield by_document
    yield "utf-8"
    if by_header is None and by_document is None:
        yield _GUESS


def _cleaned(text: str, encoding: str, *, is_whole: bool) -> Decoded:
    text = _DECLARATION.sub("", text.removeprefix("\ufeff"), count=1)
    text, count = FORBIDDEN.subn("", text)
    return Decoded(text.lstrip(), encoding, repaired=bool(count) or not is_whole)
