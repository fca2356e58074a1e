"""One cell of a list as text: what the person who typed it saw."""

from __future__ import annotations

import datetime
import enum
import re
from dataclasses import dataclass

from archive.text.folding import nfc

_ZEROS = re.compile(r"0+")
_ESCAPED_BREAK = re.compile(r"_x000[9AaDd]_")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\ufeff]")
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^]]*\]')
_WHOLE_NUMBER = re.compile(r"([0-9]+)\.0+")


class CellKind(enum.StrEnum):
    """What the workbook says the cell holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Cell:
    """Text of a cell, NFC, without stray spaces; dates as ``dd/mm/yyyy``, ``mm/yyyy`` or ``yyyy``."""

    text: str
    kind: CellKind = CellKind.TEXT


NOTHING = Cell("")


def read_cell(value: object, number_format: str = "General", *, is_error: bool = False) -> Cell:
    """Return the cell as text.

    Whole numbers lose a decimal part that nobody typed (``970.0``) and get the leading zeros that their
    number format shows (``00`` shows 1 as ``01``); a date shows the parts that its format shows.
    """
    if value is None:
        return NOTHING
    if is_error:
        return Cell(clean(str(value)), CellKind.ERROR)
    if isinstance(value, bool):
        return Cell("1" if value else "0")
    if isinstance(value, int | float):
        return Cell(_number(value, number_format), CellKind.NUMBER)
    if isinstance(value, datetime.date):
        return Cell(_date(value, number_format), CellKind.DATE)
    return Cell(clean(str(value)))


def clean(text: str) -> str:
    """Return the text in NFC, single blanks for all white space, no control characters."""
    return " ".join(_CONTROL.sub("", _ESCAPED_BREAK.sub(" ", nfc(text))).split())


def whole_number(text: str) -> str:
    """Return ``970`` for ``970.0`` and ``01`` for ``01``; any other text unchanged."""
    match = _WHOLE_NUMBER.fullmatch(text)
    return match[1] if match else text


def _number(value: float, number_format: str) -> str:
    text = str(int(value)) if isinstance(value, int) or value.is_integer() else repr(value)
    if _ZEROS.fullmatch(number_format) and text.isdecimal():
        return text.zfill(len(number_format))
    return text


def _date(value: datetime.date, number_format: str) -> str:
    shown = _QUOTED.sub("", number_format).lower()
    if "d" in shown or "y" not in shown:
        return f"{value.day:02d}/{value.month:02d}/{value.year:04d}"
    return f"{value.month:02d}/{value.year:04d}" if "m" in shown else f"{value.year:04d}"
