"""The rows of a list, gathered into dossiers.

A dossier is told apart by fonds, inventory, notation and box, never by its title alone. Its columns may be
repeated on every row, filled on its first row only, or merged over rows; all three read the same.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from archive.messages.rules import Finding, Where
from ingest.readers.paths import list_path
from ingest.readers.submission import Submission, SubmittedDocument, SubmittedDossier, UnusedRow

#: Told apart by these; a blank one is taken from the row above, as a merged cell leaves it.
_INHERITED = ("fonds", "inventory", "box")


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row of the list.

    Attributes:
        row: number of the row as a spreadsheet counts.
        dossier: values of the dossier's fields by name.
        document: values of the document's fields by name.
        other: text by letter of columns that stand for nothing known.
        findings: about single cells of this row.
    """

    row: int
    dossier: Mapping[str, str]
    document: Mapping[str, str]
    other: Mapping[str, str]
    findings: tuple[Finding, ...] = ()


@dataclass(slots=True)
class _Gathered:
    """A dossier while its rows come in."""

    key: str
    row: int
    values: dict[str, str]
    last: int = 0
    documents: list[SubmittedDocument] = field(default_factory=list)
    differing: set[str] = field(default_factory=set)
    scattered: bool = False


class Grouping:
    """Gathers rows; `submission` and `findings` are complete after the last row was added.

    Args:
        dossier_letters: column letter of the dossier's fields by name.
        document_letters: column letter of the document's fields by name.
    """

    def __init__(self, dossier_letters: Mapping[str, str], document_letters: Mapping[str, str]) -> None:
        self._dossier_letters = dossier_letters
        self._document_letters = document_letters
        self._dossiers: dict[tuple[str, ...], _Gathered] = {}
        self._keys: set[str] = set()
        self._current: _Gathered | None = None
        self._unused: list[UnusedRow] = []
        self._inherited: dict[str, list[int]] = {}
        self._other_columns: dict[str, tuple[int, str]] = {}
        self._findings: list[Finding] = []

    def add(self, row: ListRow) -> None:
        """Place one row."""
        for letter, text in row.other.items():
            self._other_columns.setdefault(letter, (row.row, text))
        names_dossier = "notation" in row.dossier or "title" in row.dossier
        if not row.document and not names_dossier:
            self._set_aside(row)
            return
        self._current = dossier = self._dossier_of(row)
        self._fill(dossier, row)
        dossier.last = row.row
        if row.document:
            dossier.documents.append(self._document(row, len(dossier.documents) + 1))
        ordinal = len(dossier.documents) if row.document else 0
        self._findings += (
            dataclasses.replace(found, where=dataclasses.replace(found.where, dossier=dossier.key, document=ordinal))
            for found in row.findings
        )

    def submission(self) -> Submission:
        """Return what was gathered."""
        dossiers = (
            SubmittedDossier(found.key, found.row, found.values, self._dossier_letters, tuple(found.documents))
            for found in self._dossiers.values()
        )
        return Submission(tuple(dossiers), tuple(self._unused))

    def findings(self) -> Iterator[Finding]:
        """Yield what was met on the way: single cells first, then columns."""
        yield from self._findings
        for name, rows in self._inherited.items():
            where = Where(row=rows[0], column=self._dossier_letters.get(name, ""), field=name)
            yield Finding("RDR-0113", where, {"column": where.column, "count": len(rows), "row": rows[0]})
        for letter, (row, text) in self._other_columns.items():
            yield Finding("RDR-0104", Where(row=row, column=letter), {"column": letter, "row": row}, found=text)

    def _set_aside(self, row: ListRow) -> None:
        cells = {self._dossier_letters[name]: text for name, text in row.dossier.items()} | dict(row.other)
        if cells:
            self._unused.append(UnusedRow(row.row, cells))
            text = " | ".join(cells.values())[:200]
            self._findings.append(Finding("RDR-0107", Where(row=row.row), {"row": row.row}, found=text))
        self._findings += row.findings

    def _dossier_of(self, row: ListRow) -> _Gathered:
        current = self._current
        above = current.values if current else {}
        given = {name: row.dossier[name] for name in (*_INHERITED, "notation") if name in row.dossier}
        moved = any(_differs(given.get(name), above.get(name)) for name in ("fonds", "inventory"))
        if current and "notation" not in given and not moved:
            return current
        values = {name: above[name] for name in _INHERITED if name in above} | given
        identity = tuple(values.get(name, "").casefold() for name in (*_INHERITED, "notation"))
        dossier = self._dossiers.get(identity)
        if dossier is None:
            dossier = self._dossiers[identity] = _Gathered(self._new_key(values), row.row, values)
            for name in (name for name in values if name not in given):
                self._inherited.setdefault(name, []).append(row.row)
        elif dossier is not current and not dossier.scattered:
            dossier.scattered = True
            parameters: dict[str, str | int] = {"row": row.row, "last": dossier.last}
            self._findings.append(Finding("RDR-0112", Where(dossier=dossier.key, row=row.row), parameters))
        return dossier

    def _new_key(self, values: Mapping[str, str]) -> str:
        parts = (values.get(name, "") for name in (*_INHERITED, "notation"))
        plain = " · ".join(part for part in parts if part) or "?"
        key, number = plain, 1
        while key in self._keys:
            number += 1
            key = f"{plain} ({number})"
        self._keys.add(key)
        return key

    def _fill(self, dossier: _Gathered, row: ListRow) -> None:
        for name, text in row.dossier.items():
            first = dossier.values.setdefault(name, text)
            if first != text and name not in dossier.differing and name != "notation":
                dossier.differing.add(name)
                column = self._dossier_letters[name]
                where = Where(dossier=dossier.key, row=row.row, column=column, field=name)
                parameters: dict[str, str | int] = {"row": row.row, "first": dossier.row, "column": column}
                self._findings.append(Finding("RDR-0111", where, parameters, found=text, proposed=first))

    def _document(self, row: ListRow, ordinal: int) -> SubmittedDocument:
        written = row.document.get("path", "")
        return SubmittedDocument(
            ordinal=ordinal,
            row=row.row,
            values={name: text for name, text in row.document.items() if name != "path"},
            columns=self._document_letters,
            path=list_path(written),
            path_as_written=written,
        )


def gather(
    rows: Iterable[ListRow], dossier_letters: Mapping[str, str], document_letters: Mapping[str, str]
) -> tuple[Submission, tuple[Finding, ...]]:
    """Return the dossiers of a list and what was met on the way."""
    grouping = Grouping(dossier_letters, document_letters)
    for row in rows:
        grouping.add(row)
    return grouping.submission(), tuple(grouping.findings())


def _differs(given: str | None, above: str | None) -> bool:
    return given is not None and given.casefold() != (above or "").casefold()
