"""The list that comes with a folder of files: an `.xlsx` workbook, one row a document.

Meant for a worker process behind the fence: takes a local path, gives plain values, reads as a stream.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.messages.rules import Finding, Where
from archive.metadata.dates import join_date, read_date
from ingest.readers.cells import Cell, CellKind, whole_number
from ingest.readers.errors import SpreadsheetError
from ingest.readers.fields import DATE_PARTS, ListField, field_of_target, list_fields
from ingest.readers.grouping import ListRow, gather
from ingest.readers.mapping import ColumnMapping, guess_columns, known_headings
from ingest.readers.own_marks import OWN_HEADINGS, OWN_SHEETS
from ingest.readers.submission import Submission
from ingest.readers.workbook import Workbook

_ROWS_ABOVE = 30
_FEWEST_HEADINGS = 3
_NOT_NUMBERS = re.compile(r"[()\s]")
_SLASH_BEFORE = re.compile(r"^[/\\\s]+")
_WHOLE_DATE = re.compile(r"[0-9]+\s*[/.-]\s*[0-9]+")
#: Without these a list is of little use; any other column may be missing in silence.
_EXPECTED = ("dossier.notation", "dossier.title", "dossier.retention", "document.subject", "document.path")


@dataclass(frozen=True, slots=True)
class ReadList:
    """A list as read: what it says, how its columns were understood, what was met on the way."""

    submission: Submission
    mapping: ColumnMapping
    findings: tuple[Finding, ...]

    def to_plain(self) -> dict[str, Any]:
        """Return the list as JSON types."""
        return {
            "submission": self.submission.to_plain(),
            "mapping": self.mapping.to_plain(),
            "findings": [finding.to_plain() for finding in self.findings],
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> ReadList:
        """Return the list that `to_plain` described."""
        return cls(
            Submission.from_plain(plain["submission"]),
            ColumnMapping.from_plain(plain["mapping"]),
            tuple(Finding.from_plain(finding) for finding in plain["findings"]),
        )


def guess_mapping(path: Path) -> ColumnMapping:
    """Return the columns of the sheet and row that look most like the headings of a list.

    Raises:
        SpreadsheetError: as `Workbook`; ``RDR-0103`` no row of headings.
    """
    with Workbook(path) as book:
        return _guess(book)


def _guess(book: Workbook) -> ColumnMapping:
    best, found = 0, ColumnMapping("", 0, ())
    for sheet in book.sheets:
        for number, cells in itertools.islice(book.rows(sheet), _ROWS_ABOVE):
            headings = {letter: cell.text for letter, cell in cells.items()}
            known = known_headings(tuple(headings.values()))
            if known > best:
                best, found = known, ColumnMapping(sheet, number, guess_columns(headings))
    if best < _FEWEST_HEADINGS:
        raise SpreadsheetError("RDR-0103", rows=_ROWS_ABOVE)
    return found


def read_spreadsheet(path: Path, mapping: ColumnMapping | None = None) -> ReadList:
    """Return the whole list, read by a given or a guessed mapping.

    Raises:
        SpreadsheetError: as `guess_mapping`; ``RDR-0115`` the mapping is for a sheet that is not there.
    """
    with Workbook(path) as book:
        mapping = mapping or _guess(book)
        submission, findings = gather(_rows(book, mapping), mapping.letters("dossier"), mapping.letters("document"))
        return ReadList(submission, mapping, (*_left_out(book, mapping), *findings))


def _left_out(book: Workbook, mapping: ColumnMapping) -> Iterator[Finding]:
    missing = set(mapping.missing())
    for field in list_fields():
        if field.key in _EXPECTED and field.key in missing:
            where = Where(row=mapping.heading_row, field=field.name)
            yield Finding("RDR-0105", where, {"heading": field.headings[0][1][0]})
    for sheet in book.sheets:
        if sheet != mapping.sheet and sheet not in OWN_SHEETS and next(book.rows(sheet), None):
            yield Finding("RDR-0106", parameters={"sheet": sheet, "read": mapping.sheet})


def read_rows(path: Path, mapping: ColumnMapping) -> Iterator[ListRow]:
    """Yield the rows below the headings as a stream; a row of column numbers under them is passed over.

    Raises:
        SpreadsheetError: as `Workbook`; ``RDR-0115`` no such sheet.
    """
    with Workbook(path) as book:
        yield from _rows(book, mapping)


def _rows(book: Workbook, mapping: ColumnMapping) -> Iterator[ListRow]:
    targets = mapping.targets()
    letters = {target: letter for letter, target in targets.items()}
    own = {column.letter for column in mapping.columns if column.heading in OWN_HEADINGS}
    for number, cells in book.rows(mapping.sheet):
        if number <= mapping.heading_row or (number == mapping.heading_row + 1 and _counts_columns(cells)):
            continue
        sent = {letter: cell for letter, cell in cells.items() if letter not in own}
        if sent or not own:
            yield _row(number, sent, targets, letters)


def _counts_columns(cells: Mapping[str, Cell]) -> bool:
    texts = [_NOT_NUMBERS.sub("", cell.text) for cell in cells.values()]
    return len(texts) > _FEWEST_HEADINGS and texts == [str(number) for number in range(1, len(texts) + 1)]


def _row(number: int, cells: Mapping[str, Cell], targets: Mapping[str, str], letters: Mapping[str, str]) -> ListRow:
    fields = field_of_target()
    values: dict[str, dict[str, str]] = {"dossier": {}, "document": {}, "row": {}}
    dates: dict[str, dict[str, Cell]] = {}
    other: dict[str, str] = {}
    findings: list[Finding] = []
    for letter, cell in cells.items():
        target = targets.get(letter, "")
        where = Where(row=number, column=letter, field=fields[target].name if target else "")
        if cell.kind is CellKind.ERROR:
            findings.append(Finding("RDR-0108", where, {"row": number, "column": letter}, found=cell.text))
        elif not target:
            other[letter] = cell.text
        elif fields[target].kind == "date":
            dates.setdefault(fields[target].key, {})[target.rpartition(".")[2]] = cell
        else:
            text = _value(fields[target], cell, where, findings)
            if text:
                values[fields[target].level][fields[target].name] = text
    for key, parts in dates.items():
        level, _, name = key.partition(".")
        column = next(letters[target] for part in DATE_PARTS if (target := f"{key}.{part}") in letters)
        values[level][name] = _date(parts, Where(row=number, column=column, field=name), findings)
    return ListRow(number, values["dossier"], values["document"], other, tuple(findings))


def _value(field: ListField, cell: Cell, where: Where, findings: list[Finding]) -> str:
    parameters: dict[str, str | int] = {"row": where.row, "column": where.column}
    if field.kind == "number":
        if cell.kind is CellKind.DATE:
            findings.append(Finding("RDR-0110", where, parameters, found=cell.text))
        return whole_number(cell.text)
    if field.kind == "notation":
        bare = _SLASH_BEFORE.sub("", cell.text)
        if bare != cell.text:
            findings.append(Finding("RDR-0109", where, parameters, found=cell.text, proposed=bare))
        return bare
    return cell.text


def _date(parts: Mapping[str, Cell], where: Where, findings: list[Finding]) -> str:
    """Return the date as typed, its parts joined; one cell that holds a whole date outweighs the others."""
    whole = next((cell for cell in parts.values() if cell.kind is CellKind.DATE or _WHOLE_DATE.match(cell.text)), None)
    texts = {name: whole_number(cell.text) for name, cell in parts.items() if cell is not whole}
    if whole is None:
        return join_date(*(texts.get(name, "") for name in DATE_PARTS))
    said = read_date(whole.text).date
    if any(said is None or text.lstrip("0") != str(getattr(said, name)) for name, text in texts.items()):
        parameters: dict[str, str | int] = {"row": where.row, "column": where.column}
        findings.append(Finding("RDR-0114", where, parameters, found=" ".join(texts.values()), proposed=whole.text))
    return whole.text
