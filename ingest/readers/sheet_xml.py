"""The XML of a workbook's strings and sheets (ECMA-376 Part 1, 18.3 and 18.4), read as a stream.

openpyxl's own streaming reader took five times as long for the same rows, and looked through a whole sheet
beforehand when the sheet did not state its dimensions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import IO
from xml.parsers import expat

from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import from_excel, from_ISO8601

from ingest.readers.cells import Cell, read_cell

#: The last row that the format knows; a file that names rows beyond it is broken or hostile.
LAST_ROW = 1_048_576
_CHUNK = 1 << 16
_REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]+")
_INTEGER = re.compile(r"-?[0-9]+")


class SheetError(ValueError):
    """The XML breaks a rule of the format."""


class UnsafeSheetError(SheetError):
    """The XML declares what the format forbids."""


def read_strings(source: IO[bytes]) -> list[str]:
    """Return the table of shared strings; phonetic hints are left out."""
    strings: list[str] = []
    parts: list[str] = []
    path: list[str] = []

    def start(tag: str, _: dict[str, str]) -> None:
        path.append(_local(tag))
        if path[-1] == "si":
            parts.clear()

    def text(data: str) -> None:
        if path[-1] == "t" and "rPh" not in path:
            parts.append(data)

    def end(tag: str) -> None:
        path.pop()
        if _local(tag) == "si":
            strings.append("".join(parts))

    for _ in _parse(source, start, end, text):
        pass
    return strings


class SheetRows:
    """Yields (row number from 1, non-empty cells by column letter) for each row of one sheet.

    Args:
        strings: the workbook's shared strings.
        formats: number format by style.
        is_date: whether a style shows a date, by style.
        epoch: the day that the workbook counts dates from.
    """

    def __init__(self, strings: list[str], formats: list[str], is_date: list[bool], epoch: object) -> None:
        self._strings = strings
        self._formats = formats
        self._is_date = is_date
        self._epoch = epoch
        self._done: list[tuple[int, dict[str, Cell]]] = []
        self._row = 0
        self._column = 0
        self._cells: dict[str, Cell] = {}
        self._attributes: dict[str, str] = {}
        self._text: list[str] = []
        self._formula = self._listening = self._phonetic = False

    def read(self, source: IO[bytes]) -> Iterator[tuple[int, dict[str, Cell]]]:
        """Yield the rows of the sheet's XML.

        Raises:
            SheetError: a row or column outside the format's limits.
            ExpatError: not well-formed, or with declarations of its own.
        """
        for _ in _parse(source, self._start, self._end, self._hear):
            yield from self._done
            self._done.clear()

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        if name == "c":
            self._column += 1
            self._attributes, self._formula = attributes, False
            self._text.clear()
        elif name in {"v", "t"}:
            self._listening = not self._phonetic
        elif name == "row":
            self._row = int(attributes.get("r", self._row + 1))
            if not 0 < self._row <= LAST_ROW:
                raise SheetError(f"row {self._row}")
            self._column, self._cells = 0, {}
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._phonetic = True

    def _hear(self, data: str) -> None:
        if self._listening:
            self._text.append(data)

    def _end(self, tag: str) -> None:
        name = _local(tag)
        if name in {"v", "t"}:
            self._listening = False
        elif name == "c":
            self._end_cell()
        elif name == "row":
            if self._cells:
                self._done.append((self._row, self._cells))
        elif name == "rPh":
            self._phonetic = False

    def _end_cell(self) -> None:
        text = "".join(self._text)
        if not text and not self._formula:
            return
        style = int(self._attributes.get("s", 0))
        number_format = self._formats[style] if style < len(self._formats) else "General"
        # A formula that no program has worked out has no value to read.
        value, is_error = ("=", True) if not text else self._value(text, style)
        cell = read_cell(value, number_format, is_error=is_error)
        if cell.text:
            self._cells[self._letter()] = cell

    def _letter(self) -> str:
        reference = self._attributes.get("r")
        if reference is None:
            return get_column_letter(self._column)
        match = _REFERENCE.fullmatch(reference)
        if not match:
            raise SheetError(f"cell {reference[:20]}")
        return match[1]

    def _value(self, text: str, style: int) -> tuple[object, bool]:
        kind = self._attributes.get("t", "n")
        if kind == "s":
            return self._strings[int(text)], False
        if kind == "b":
            return text == "1", False
        try:
            if kind == "d":
                return from_ISO8601(text), False  # type: ignore[no-untyped-call] # the stub has no types for it
            if kind == "n":
                number = int(text) if _INTEGER.fullmatch(text) else float(text)
                shows_date = style < len(self._is_date) and self._is_date[style]
                return (from_excel(number, self._epoch) if shows_date else number), False
        except (ValueError, OverflowError):
            return text, True
        return text, kind == "e"


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _parse(
    source: IO[bytes],
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> Iterator[None]:
    """Feed the source to the handlers, pausing after each chunk."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    while chunk := source.read(_CHUNK):
        parser.Parse(chunk, False)
        yield
    parser.Parse(b"", True)
    yield


def _refuse(*_: object) -> None:
    raise UnsafeSheetError("a document type declaration, which the format forbids")
