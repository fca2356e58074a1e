"""What is wrong with one value of a metadata field, and what would be right.

Lengths are counted in characters after NFC. A problem is a code of the message catalogue, which knows how much it
weighs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from archive.metadata.code_lists import SEPARATOR, code_lists
from archive.metadata.dates import read_date
from archive.metadata.profiles import FieldType, ProfileField
from archive.text.folding import nfc

TOO_LONG = "MTD-0103"
LONGER_THAN_PRINTED = "MTD-0104"
NOT_A_NUMBER = "MTD-0105"
NOT_A_DATE = "MTD-0106"
NOT_IN_LIST = "MTD-0107"
OTHER_SHAPE = "MTD-0108"
NOT_FOR_XML = "MTD-0111"

_DIGITS = re.compile(r"[0-9]+")
#: Characters that XML 1.0 (Char) cannot hold, not even escaped.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FORM_OF_LENGTH = {10: "DD/MM/YYYY", 7: "MM/YYYY", 4: "YYYY"}


def clean(text: str) -> str:
    """Return a value as it is kept: NFC, no blanks at its ends."""
    return nfc(text).strip()


def fits_xml(text: str) -> bool:
    """Return whether XML can hold every character of a text."""
    return _NO_XML.search(text) is None


def value_problems(field: ProfileField, text: str) -> Iterator[str]:
    """Yield the codes of what is wrong with one clean value; its length is judged by `length_problems`."""
    if not fits_xml(text):
        yield NOT_FOR_XML
    if field.type is FieldType.NUMBER and not _DIGITS.fullmatch(text):
        yield NOT_A_NUMBER
    if field.type is FieldType.DATE and not is_date(text, field.forms):
        yield NOT_A_DATE
    if field.code_list and code_lists()[field.code_list].entry(text) is None:
        yield NOT_IN_LIST
    if field.pattern and not re.fullmatch(field.pattern, text):
        yield OTHER_SHAPE


def length_problems(field: ProfileField, text: str) -> Iterator[str]:
    """Yield the code of what is wrong with the length of a value; several values are judged as they are written."""
    if field.accepted_length and len(text) > field.accepted_length:
        yield TOO_LONG
    elif field.warn_above and len(text) > field.warn_above:
        yield LONGER_THAN_PRINTED


def is_date(text: str, forms: tuple[str, ...]) -> bool:
    """Return whether a text is a date written in one of these forms."""
    date = read_date(text).date
    return date is not None and str(date) == text and _FORM_OF_LENGTH[len(text)] in forms


def proposal(field: ProfileField, code: str, text: str) -> str | None:
    """Return the value that would be right, if there is one; whether it is taken is for a person to say."""
    proposed: str | None = None
    if code == TOO_LONG:
        proposed = shortened(text, field.accepted_length)
    elif code == NOT_IN_LIST:
        proposed = _codes_meant(field, text)
    elif code == NOT_A_DATE:
        reading = read_date(text)
        date = reading.date or reading.proposed
        proposed = str(date) if date and is_date(str(date), field.forms) else None
    return proposed


def _codes_meant(field: ProfileField, text: str) -> str | None:
    codes = code_lists()[field.code_list]
    meant = codes.codes_of(text) if field.repeatable else ((text, codes.code_of(text)),)
    right = [code or part for part, code in meant if code or codes.entry(part)]
    return SEPARATOR.join(right) if len(right) == len(meant) else None


def shortened(text: str, limit: int) -> str:
    """Return the beginning of a text, at most `limit` characters, ending with a whole word if it has several."""
    if len(text) <= limit:
        return text
    head = text[: limit + 1]
    words = head[: max(head.rfind(" "), head.rfind("\n"), 0)].rstrip()
    return words or text[:limit]
