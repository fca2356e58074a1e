"""An `.xlsx` workbook row by row, whatever somebody put into it.

Runs behind the fence: memory and time are bounded there; here every failure becomes one coded error.
"""

from __future__ import annotations

import itertools
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import openpyxl

from ingest.readers.cells import Cell, read_cell
from ingest.readers.errors import SpreadsheetError

#: Excel's own limit; a file that names rows beyond it is broken or hostile.
MOST_ROWS = 1_048_576
_OLE2 = bytes.fromhex("d0cf11e0a1b11ae1")
_WHOLE_PART_BYTES = 256 << 20  # parts that openpyxl holds in memory: shared strings, styles
_SHEET_BYTES = 4 << 30
_ROWS_AT_ONCE = 500


class Workbook:
    """The sheets of one workbook, opened for reading.

    Raises:
        SpreadsheetError: ``RDR-0101`` not an `.xlsx`; ``RDR-0102`` damaged or hostile.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        try:
            head = self._file.read(len(_OLE2))
            if not head.startswith(b"PK"):
                raise SpreadsheetError("RDR-0101", kind="ole2" if head == _OLE2 else "other")
            self._book: Any = _guarded(self._open)
        except BaseException:
            self._file.close()
            raise
        self.sheets: tuple[str, ...] = tuple(
            sheet.title for sheet in self._book.worksheets if sheet.sheet_state == "visible"
        )

    def _open(self) -> object:
        with zipfile.ZipFile(self._file) as parts:
            for part in parts.infolist():
                allowed = _SHEET_BYTES if "worksheets/" in part.filename else _WHOLE_PART_BYTES
                if part.file_size > allowed:
                    raise SpreadsheetError("RDR-0102", reason=f"{part.filename}: {part.file_size} byte")
        self._file.seek(0)
        return openpyxl.load_workbook(self._file, read_only=True, data_only=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._book.close()
        self._file.close()

    def rows(self, sheet: str) -> Iterator[tuple[int, dict[str, Cell]]]:
        """Yield (row number from 1, non-empty cells by column letter) for every row that has any.

        Raises:
            SpreadsheetError: ``RDR-0102`` damaged or hostile; ``RDR-0114`` too many rows; ``RDR-0116`` there is
                no such sheet.
        """
        if sheet not in self.sheets:
            raise SpreadsheetError("RDR-0116", sheet=sheet)
        worksheet = self._book[sheet]
        # What a file says of its own size is often missing or wrong; rows end where they end.
        worksheet.reset_dimensions()
        rows = enumerate(worksheet.iter_rows(), start=1)
        while batch := _guarded(lambda: [(n, _cells(row)) for n, row in itertools.islice(rows, _ROWS_AT_ONCE)]):
            if batch[-1][0] > MOST_ROWS:
                raise SpreadsheetError("RDR-0114", limit=MOST_ROWS)
            yield from ((number, cells) for number, cells in batch if cells)


def _cells(row: Iterable[Any]) -> dict[str, Cell]:
    found = {}
    for raw in row:
        if raw.value is None:
            continue
        cell = read_cell(raw.value, raw.number_format, is_error=raw.data_type == "e")
        if cell.text:
            found[raw.column_letter] = cell
    return found


def _guarded(act: Any) -> Any:  # noqa: ANN401 - hands on what the library's untyped call returns
    with warnings.catch_warnings():
        # openpyxl warns of parts of a workbook that it does not keep; a list is only read.
        warnings.simplefilter("ignore")
        try:
            return act()
        except (SpreadsheetError, MemoryError):
            raise
        except Exception as error:  # whatever a parser of hostile bytes raises is one answer
            raise SpreadsheetError("RDR-0102", reason=f"{type(error).__name__}: {error}"[:200]) from error
