"""What the bytes of a name inside a `.zip` may mean, when the archive does not say.

A flag or an Info-ZIP field states UTF-8; without them the writer used whatever code page its system had. Names
from Vietnamese Windows come in cp1258 (composed letters and separate tone marks) or TCVN3 (one byte a letter).
"""

from __future__ import annotations

import enum
import re
import zlib
from dataclasses import dataclass

from archive.text.folding import fold, nfc

UNICODE_PATH_FIELD = 0x7075  # APPNOTE.TXT 4.6.9
_TCVN3_LETTERS = (
    "A1Ă A2Â A3Ê A4Ô A5Ơ A6Ư A7Đ A8ă A9â AAê ABô ACơ ADư AEđ "
    "B5à B6ả B7ã B8á B9ạ BBằ BCẳ BDẵ BEắ C6ặ C7ầ C8ẩ C9ẫ CAấ CBậ CCè CEẻ CFẽ D0é D1ẹ D2ề D3ể D4ễ D5ế D6ệ "
    "D7ì D8ỉ DCĩ DDí DEị DFò E1ỏ E2õ E3ó E4ọ E5ồ E6ổ E7ỗ E8ố E9ộ EAờ EBở ECỡ EDớ EEợ "
    "EFù F1ủ F2ũ F3ú F4ụ F5ừ F6ử F7ữ F8ứ F9ự FAỳ FBỷ FCỹ FDý FEỵ"
)
#: TCVN 5712:1993, third character set; what it does not define is left as control characters of Latin-1.
_TCVN3 = {int(entry[:2], 16): entry[2:] for entry in _TCVN3_LETTERS.split()}
_WORDS = re.compile(r"[^\W\d_]+")
_VIETNAMESE = frozenset("".join(_TCVN3.values()) + "".join(_TCVN3.values()).upper())
#: Onset, vowels, coda of a syllable written without marks.
_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|[bcdghklmnprstvx])?"
    r"(?:uye|uyu|uya|ieu|yeu|uoi|uou|oai|oay|oeo|uay|uai|ai|ao|au|ay|eo|eu|ia|ie|iu|oa|oe|oi|oo|ua|ue|ui|uo|uu|uy|ye"
    r"|[aeiouy])(?:ng|nh|ch|[cmnpt])?"
)


class NameEncoding(enum.StrEnum):
    """How a name was read, from the surest on."""

    ASCII = "ascii"
    FLAG = "utf-8 flag"
    FIELD = "unicode field"
    UTF_8 = "utf-8"
    CP1258 = "cp1258"
    TCVN3 = "tcvn3"
    CP437 = "cp437"


@dataclass(frozen=True, slots=True)
class NameReading:
    """The best reading of a name and all others.

    Attributes:
        text: the best reading, NFC.
        how: how it was read.
        doubtful: whether a person should confirm it.
        readings: every different reading, NFC, the best first.
    """

    text: str
    how: NameEncoding
    doubtful: bool
    readings: tuple[str, ...]


def read_name(raw: bytes, *, utf8_flag: bool, unicode_field: bytes | None) -> NameReading:
    """Return what the bytes of a name mean.

    Args:
        raw: the name as it stands in the directory.
        utf8_flag: general purpose bit 11.
        unicode_field: body of extra field 0x7075; believed only when its CRC-32 is that of `raw`.
    """
    stated = (
        (_utf8(raw) if utf8_flag else None, NameEncoding.FLAG),
        # Some writers put "?" for every letter that their code page lacks: the field outweighs plain ASCII.
        (_unicode_path(raw, unicode_field), NameEncoding.FIELD),
        (_utf8(raw), NameEncoding.ASCII if raw.isascii() else NameEncoding.UTF_8),
    )
    sure = [(text, how) for text, how in stated if text is not None]
    guesses = [
        (nfc(raw.decode("cp1258", "replace")), NameEncoding.CP1258),
        (nfc("".join(_TCVN3.get(byte, chr(byte)) for byte in raw)), NameEncoding.TCVN3),
        (nfc(raw.decode("cp437")), NameEncoding.CP437),
    ]
    # Stable: of equally plausible guesses the first stays first; an implausible one leaves cp437, the standard's.
    plausible = sorted((g for g in guesses if _plausible(g[0]) > 0), key=lambda guess: -_plausible(guess[0]))
    best, how = (sure or plausible or guesses[-1:])[0]
    readings = dict.fromkeys((best, *(text for text, _ in (*sure, *plausible, *guesses))))
    return NameReading(best, how, doubtful=not sure, readings=tuple(readings))


def _utf8(raw: bytes) -> str | None:
    try:
        return nfc(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return None


def _unicode_path(raw: bytes, field: bytes | None) -> str | None:
    if field is None or field[:1] != b"\x01" or int.from_bytes(field[1:5], "little") != zlib.crc32(raw):
        return None
    return _utf8(field[5:])


def _plausible(text: str) -> float:
    """Return the share of marked words that are Vietnamese syllables; 0 as soon as a letter is foreign."""
    if any(ord(c) > 0x7F and c not in _VIETNAMESE for c in text):  # noqa: PLR2004 - end of ASCII
        return 0.0
    marked = [word for word in _WORDS.findall(text) if not word.isascii()]
    # Inside a word a capital among small letters is what a wrong code page looks like.
    good = [w for w in marked if _SYLLABLE.fullmatch(fold(w)) and (w.isupper() or w[1:].islower() or len(w) == 1)]
    return len(good) / len(marked) if marked else 0.0
