from __future__ import annotations

import unicodedata
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers.zip_names import NameEncoding, NameReading, read_name

_NAMES = [
    "HS.01/Quyết định-1629-QĐ-UBND.pdf",
    "03.KSTTHC/Báo cáo tổng kết năm 2024.pdf",
    "Công văn đến/Tờ trình số 5.pdf",
    "Nghị quyết của đảng bộ phường.pdf",
    "Hồ sơ.pdf",
]
_TONES = "\u0300\u0301\u0303\u0309\u0323"
#: TCVN 5712:1993, from the standard's table: the marked letters that the names above use.
_TCVN3 = dict(
    zip(
        "ạảãáàắằịỉíìợởớờồốổỗộữứừửựúùụủũẫấầậẩảẻẽéèẹếềệểễọỏõóòđĐăâêôơưýỳỵỷỹ",
        bytes.fromhex(
            "b9b6b7b8b5bebbded8ddd7eeebedeae5e8e6e7e9f7f8f5f6f9f3eff4f1f2c9cac7cbc8b6cecfd0ccd1d5d2d6d3d4e4e1e2e3dfaea7a8a9aaabacadfdfafefbfc"
        ),
        strict=True,
    )
)


def _tcvn3(text: str) -> bytes:
    return bytes(_TCVN3.get(letter, ord(letter) & 0x7F) for letter in text)


def _cp1258(text: str) -> bytes:
    """Encode as Vietnamese Windows does: composed letters, tone marks behind them."""
    out = b""
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        tones = "".join(mark for mark in parts if mark in _TONES)
        base = unicodedata.normalize("NFC", "".join(mark for mark in parts if mark not in _TONES))
        out += (base + tones).encode("cp1258")
    return out


def _read(raw: bytes, *, flag: bool = False, field: bytes | None = None) -> NameReading:
    return read_name(raw, utf8_flag=flag, unicode_field=field)


def _field(raw: bytes, text: str) -> bytes:
    return b"\x01" + zlib.crc32(raw).to_bytes(4, "little") + text.encode()


@pytest.mark.parametrize("name", _NAMES)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_utf_8_is_certain_with_and_without_flag(name: str, form: str) -> None:
    """A name that is UTF-8 is read so, composed, and nobody needs to confirm it."""
    raw = unicodedata.normalize(form, name).encode()  # type: ignore[arg-type] # one of the forms
    for flag, how in ((True, NameEncoding.FLAG), (False, NameEncoding.UTF_8)):
        reading = _read(raw, flag=flag)
        assert (reading.text, reading.how, reading.doubtful) == (name, how, False)


def test_ascii_needs_no_guess() -> None:
    """A plain name has one reading."""
    assert _read(b"HS.01/a.pdf") == NameReading(
        "HS.01/a.pdf", NameEncoding.ASCII, doubtful=False, readings=("HS.01/a.pdf",)
    )


@pytest.mark.parametrize("raw", [b"Quy?t d?nh.pdf", _cp1258("Quyết định.pdf")])
def test_the_unicode_field_outweighs_the_name(raw: bytes) -> None:
    """Info-ZIP's field is believed when its CRC is that of the raw name."""
    reading = _read(raw, field=_field(raw, "Quyết định.pdf"))
    assert (reading.text, reading.how, reading.doubtful) == ("Quyết định.pdf", NameEncoding.FIELD, False)


@pytest.mark.parametrize("field", [b"", b"\x01", b"\x02" + _field(b"a.pdf", "b.pdf")[1:], _field(b"other", "b.pdf")])
def test_a_field_of_another_name_is_not_believed(field: bytes) -> None:
    """A cut field, another version or a CRC that does not fit leave the name as it is."""
    assert _read(b"a.pdf", field=field).text == "a.pdf"


@pytest.mark.parametrize("name", _NAMES)
@pytest.mark.parametrize(("encode", "how"), [(_cp1258, NameEncoding.CP1258), (_tcvn3, NameEncoding.TCVN3)])
def test_vietnamese_code_pages_are_guessed_and_doubtful(name: str, encode: object, how: NameEncoding) -> None:
    """Names in cp1258 and TCVN3 come out right, marked as doubtful, with every reading at hand."""
    assert callable(encode)
    reading = _read(encode(name))
    assert (reading.text, reading.how, reading.doubtful, reading.readings[0]) == (name, how, True, name)


def test_other_western_names_are_cp437_as_the_standard_says() -> None:
    """A name that is plausible in no Vietnamese code page is read as the zip format prescribes, doubtfully."""
    reading = _read("Größe café.pdf".encode("cp437"))
    assert (reading.text, reading.how, reading.doubtful) == ("Größe café.pdf", NameEncoding.CP437, True)


def test_a_flag_that_lies_is_not_believed() -> None:
    """A name flagged as UTF-8 that is none is guessed, doubtfully."""
    reading = _read(_tcvn3("Quyết định.pdf"), flag=True)
    assert (reading.text, reading.how, reading.doubtful) == ("Quyết định.pdf", NameEncoding.TCVN3, True)


@given(st.binary(max_size=40), st.booleans(), st.one_of(st.none(), st.binary(max_size=20)))
def test_any_bytes_have_readings(raw: bytes, flag: bool, field: bytes | None) -> None:  # noqa: FBT001 - drawn
    """Whatever the bytes, there is a best reading, the first; all are NFC; only sure ones are not doubtful."""
    reading = _read(raw, flag=flag, field=field)
    assert reading.readings[0] == reading.text
    assert len(set(reading.readings)) == len(reading.readings)
    assert all(unicodedata.is_normalized("NFC", text) for text in reading.readings)
    assert reading.doubtful is (reading.how in {NameEncoding.CP1258, NameEncoding.TCVN3, NameEncoding.CP437})


@given(st.text(st.sampled_from("ạảãáàắằẳẵặầấẩẫậđêềếệơợưứmnthgc /"), min_size=1))
def test_a_vietnamese_name_is_always_among_its_readings(name: str) -> None:
    """In each of the encodings that senders use, the true name is one of the readings."""
    name = unicodedata.normalize("NFC", name)
    assert name in _read(name.encode()).readings
    assert name in _read(_cp1258(name)).readings
