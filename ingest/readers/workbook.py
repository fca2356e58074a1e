"""An `.xlsx` workbook row by row, whatever somebody put into it.

Runs behind the fence: memory and time are bounded there; here every failure becomes one coded error.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self, TypeVar
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException, ElementTree
from openpyxl.styles import is_date_format
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from ingest.readers.cells import Cell
from ingest.readers.errors import SpreadsheetError
from ingest.readers.sheet_xml import SheetRows, UnsafeSheetError, read_strings

T = TypeVar("T")
_SMALL_PART_BYTES = 64 << 20
_STRINGS_BYTES = 256 << 20
_SHEET_BYTES = 4 << 30
_FIRST_OWN_FORMAT = 164  # ECMA-376 Part 1, 18.8.30: lower numbers are built in


class Workbook:
    """The visible sheets of one workbook, opened for reading; `sheets` are their names in order.

    Raises:
        SpreadsheetError: ``RDR-0101`` not an `.xlsx`; ``RDR-0102`` damaged, ``RDR-0117`` hostile, ``RDR-0118`` huge.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        try:
            _guarded(self._open)
        except BaseException:
            self._file.close()
            raise

    def _open(self) -> None:
        if self._file.read(2) != b"PK":
            raise SpreadsheetError("RDR-0101")
        self._parts = zipfile.ZipFile(self._file)
        main = next(target for kind, target in self._related("").values() if kind == "officeDocument")
        related = self._related(main)
        by_kind = dict(related.values())
        book = self._xml(main)
        properties = next(_all(book, "workbookPr"), None)
        counts_from_1904 = properties is not None and properties.get("date1904") in {"1", "true"}
        self._sheets = {
            str(sheet.get("name")): related[relation][1]
            for sheet in _all(book, "sheet")
            if sheet.get("state", "visible") == "visible"
            for name, relation in sheet.attrib.items()
            if name.endswith("}id") and related[relation][0] == "worksheet"
        }
        self.sheets = tuple(self._sheets)
        self._formats = self._number_formats(by_kind.get("styles"))
        self._epoch = MAC_EPOCH if counts_from_1904 else WINDOWS_EPOCH
        self._strings: list[str] = []
        if "sharedStrings" in by_kind:
            with self._part(by_kind["sharedStrings"], _STRINGS_BYTES) as part:
                self._strings = read_strings(part)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def rows(self, sheet: str) -> Iterator[tuple[int, dict[str, Cell]]]:
        """Yield (row number from 1, non-empty cells by column letter) for every row that has any.

        Raises:
            SpreadsheetError: ``RDR-0102``, ``RDR-0117``, ``RDR-0118`` as above; ``RDR-0115`` there is no such sheet.
        """
        if sheet not in self._sheets:
            raise SpreadsheetError("RDR-0115", sheet=sheet)
        with _guarded(lambda: self._part(self._sheets[sheet], _SHEET_BYTES)) as part:
            is_date = [bool(is_date_format(number_format)) for number_format in self._formats]
            rows = SheetRows(self._strings, self._formats, is_date, self._epoch).read(part)
            while (row := _guarded(lambda: next(rows, None))) is not None:
                yield row

    def _part(self, name: str, most: int) -> IO[bytes]:
        part = self._parts.getinfo(name)
        if part.file_size > most:
            raise SpreadsheetError("RDR-0118", megabytes=part.file_size >> 20)
        return self._parts.open(part)

    def _xml(self, name: str) -> Element:
        with self._part(name, _SMALL_PART_BYTES) as part:
            root: Element = ElementTree.fromstring(part.read(), forbid_dtd=True)
            return root

    def _related(self, name: str) -> dict[str, tuple[str, str]]:
        """Return (last word of the type, path) by id of what a part refers to (ECMA-376 Part 2, 9.3)."""
        folder, _, base = name.rpartition("/")
        listed = self._xml(posixpath.join(folder, "_rels", f"{base}.rels"))
        return {
            str(relation.get("Id")): (
                str(relation.get("Type")).rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, str(relation.get("Target")))).lstrip("/"),
            )
            for relation in _all(listed, "Relationship")
            if relation.get("TargetMode") != "External"
        }

    def _number_formats(self, name: str | None) -> list[str]:
        """Return the number format of each style."""
        if name is None:
            return []
        styles = self._xml(name)
        own = {int(f.get("numFmtId", 0)): str(f.get("formatCode")) for f in _all(styles, "numFmt")}
        numbers = (int(style.get("numFmtId", 0)) for table in _all(styles, "cellXfs") for style in _all(table, "xf"))
        return [
            own.get(n) or (BUILTIN_FORMATS.get(n, "") if n < _FIRST_OWN_FORMAT else "") or "General" for n in numbers
        ]


def _all(root: Element, name: str) -> Iterator[Element]:
    return (element for element in root.iter() if str(element.tag).rpartition("}")[2] == name)


def _guarded(act: Callable[[], T]) -> T:
    try:
        return act()
    except (SpreadsheetError, MemoryError):
        raise
    except Exception as error:  # whatever a parser of hostile bytes raises is one answer
        unsafe = isinstance(error, UnsafeSheetError | DefusedXmlException)
        refused = SpreadsheetError("RDR-0117" if unsafe else "RDR-0102")
        refused.detail = f"{type(error).__name__}: {error}"[:200]
        raise refused from error
