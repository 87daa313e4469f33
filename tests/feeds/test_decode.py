"""From bytes to characters, under labels that lie."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.feeds.decode import codec_of, decode

KOREAN = "남북 정상회담 합의 ― 펲"  # the last syllable is in cp949 only
JAPANESE = "①合意の履行"


def declared(encoding: str, text: str) -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?>\n<t>{text}</t>'


def test_labels_mean_what_browsers_mean() -> None:
    """WHATWG labels: the wider relative of each Asian charset, cp1252 for latin-1; unknown ones are None."""
    labels = {"euc-kr": "cp949", "KS_C_5601-1987": "cp949", "shift_jis": "cp932", "gb2312": "gb18030"}
    labels |= {"iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "UTF8": "utf-8"}
    assert {label: codec_of(label) for label in labels} == labels
    assert codec_of("x-made-up") is None


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("euc-kr", "cp949", KOREAN),
        ("Shift_JIS", "cp932", JAPANESE),
        ("gb2312", "gb18030", "合意㐀"),
        ("iso-8859-1", "cp1252", "“kept” – so far"),
    ],
)
def test_a_declaration_narrower_than_the_text(label: str, codec: str, text: str) -> None:
    """A feed that says euc-kr and holds a syllable of cp949 is read whole, by declaration or by header."""
    by_declaration = decode(declared(label, text).encode(codec))
    by_header = decode(f"<t>{text}</t>".encode(codec), f"text/xml; charset={label}")
    assert by_declaration.text == by_header.text == f"<t>{text}</t>"
    assert not by_declaration.repaired and not by_header.repaired


@pytest.mark.parametrize("mark", ["utf-8-sig", "utf-16", "utf-32"])
def test_the_byte_order_mark_wins(mark: str) -> None:
    """A mark is stronger than header and declaration."""
    body = declared("euc-kr", KOREAN).encode(mark)
    assert decode(body, "text/xml; charset=iso-8859-1").text == f"<t>{KOREAN}</t>"


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "cp037"])
def test_wide_encodings_without_a_mark(codec: str) -> None:
    """The shape of the first characters tells them (XML 1.0, appendix F)."""
    assert decode('<?xml version="1.0"?><t>plain</t>'.encode(codec)).text == "<t>plain</t>"


def test_the_header_is_stronger_than_the_declaration() -> None:
    """Where both could be right, the server is believed, as RFC 7303 has it."""
    body = declared("shift_jis", KOREAN).encode("cp949")
    assert decode(body, 'application/xml; charset="euc-kr"').encoding == "cp949"


def test_a_latin_1_header_is_a_default_and_not_a_claim() -> None:
    """Servers say latin-1 of everything; bytes that are flawless in what the feed declares are read so."""
    body = declared("utf-8", KOREAN).encode()
    assert decode(body, "text/xml; charset=ISO-8859-1").text == f"<t>{KOREAN}</t>"
    assert decode("<t>Zürich</t>".encode("cp1252"), "text/xml; charset=ISO-8859-1").text == "<t>Zürich</t>"


def test_a_wrong_label_is_passed_over() -> None:
    """A label under which the bytes are faulty gives way to one under which they are not."""
    assert decode(declared("utf-8", KOREAN).encode(), "text/xml; charset=euc-jp").encoding == "utf-8"
    assert decode(declared("utf-16", "plain").encode()).text == "<t>plain</t>"
    assert decode("<t>Zürich</t>".encode("cp1252")).text == "<t>Zürich</t>"


def test_a_guess_is_said_to_be_one() -> None:
    """Where nobody names an encoding, XML means UTF-8; what is none, may be anything, and is marked."""
    unlabelled = decode(f"<t>{KOREAN}</t>".encode("cp949"))
    assert (unlabelled.encoding, unlabelled.repaired) == ("cp1252", True)
    assert not decode("<t>Zürich</t>".encode("cp1252"), "text/xml; charset=ISO-8859-1").repaired
    assert not decode(b"<t>plain</t>").repaired


def test_what_cannot_be_read_is_replaced_and_said() -> None:
    """Faulty bytes and characters that XML forbids leave a mark on the result."""
    broken = decode(declared("utf-8", "a").encode() + b"\xff\xfe", "text/xml; charset=utf-8")
    assert broken.repaired and "\ufffd" in broken.text
    assert decode(b"<t>a\x00b\x0bc</t>").text == "<t>abc</t>"
    assert decode(b"<t>a\x00b</t>").repaired


@given(st.binary(max_size=200), st.text(max_size=40))
def test_decoding_never_fails(body: bytes, content_type: str) -> None:
    """Any bytes under any header give text that can be handed on as UTF-8."""
    decode(body, content_type).text.encode()
    decode(body, f"text/xml; charset={content_type}").text.encode()
