"""What a list shows as a file: a spreadsheet or CSV, with who took it, when, and by which filters."""

from __future__ import annotations

import csv
import datetime
import io
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import send_file
from flask_babel import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from werkzeug.wrappers import Response

from archive.audit.events import AuditRecord
from archive.database.connection import Database
from archive.web.formats import instant_text
from archive.web.listing import Column, Listing, Statement
from archive.web.parts import part
from archive.web.session import face, scope
from archive.web.translation import language

R = TypeVar("R")
FORMATS = ("xlsx", "csv")
_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
_NO_FILTERS = frozenset({"xuat", "cot", "sau", "truoc"})
# What a spreadsheet would take for a formula when it opens a CSV file (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class _Mark:
    """Who took the file, and of what."""

    title: str
    taken: str


def export(listing: Listing[R], title: str, statement: Statement, arguments: Mapping[str, str], kind: str) -> Response:
    """Return every row of a list, in its order and with its columns, as an attachment; an event of its own.

    Args:
        listing: the list.
        title: its name for the head of the file.
        statement: what the page itself shows.
        arguments: the address's.
        kind: ``xlsx`` or ``csv``; anything else is a spreadsheet.
    """
    filters = {name: value for name, value in arguments.items() if value and name not in _NO_FILTERS}
    with part(Database).read(scope()) as work:
        rows = listing.all_rows(work, statement, arguments)
        return export_rows(listing.name, title, listing.shown_columns(arguments), rows, filters, kind)


def export_rows(
    name: str, title: str, columns: Sequence[Column[R]], rows: Iterable[R], filters: Mapping[str, str], kind: str
) -> Response:
    """Return rows from anywhere as an attachment, as `export` does for a list."""
    kind = kind if kind in FORMATS else "xlsx"
    now = part(Database).clock.now()
    taken = _("Xuất bởi %(who)s lúc %(when)s", who=face().name, when=instant_text(now, language()))
    if filters:
        taken += ". " + _("Bộ lọc: %(filters)s", filters="; ".join(f"{k} = {v}" for k, v in filters.items()))
    file = tempfile.TemporaryFile()  # noqa: SIM115 - sent by the answer
    write = _write_spreadsheet if kind == "xlsx" else _write_csv
    count = write(file, _Mark(title, taken), columns, rows)
    with part(Database).write(scope()) as work:
        payload = {"list": name, "filters": dict(filters), "rows": count, "format": kind}
        work.record(AuditRecord("list.exported", face().organization_id, payload=payload))
    file.seek(0)
    download = f"{name}-{now.date().isoformat()}.{kind}"
    return send_file(file, mimetype=_TYPES[kind], as_attachment=True, download_name=download)


def _write_csv(file: Any, mark: _Mark, columns: Sequence[Column[R]], rows: Iterable[R]) -> int:  # noqa: ANN401 - a binary file
    # The mark lets Excel read Vietnamese letters.
    text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([f"# {mark.title}. {mark.taken}"])
    writer.writerow([str(column.label) for column in columns])
    count = 0
    for row in rows:
        writer.writerow([_harmless(_plain(column.value(row))) for column in columns])
        count += 1
    text.detach()
    return count


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _write_spreadsheet(file: Any, mark: _Mark, columns: Sequence[Column[R]], rows: Iterable[R]) -> int:  # noqa: ANN401
    book = Workbook(write_only=True)
    sheet = book.create_sheet(mark.title[:31].translate(str.maketrans("[]:*?/\\", "-------")))
    for index, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = 14 if column.numeric else 32
    sheet.freeze_panes = "A4"
    sheet.append([_cell(sheet, mark.title, bold=True)])
    sheet.append([_cell(sheet, mark.taken)])
    sheet.append([_cell(sheet, str(column.label), bold=True) for column in columns])
    count = 0
    for row in rows:
        sheet.append([_cell(sheet, _plain(column.value(row))) for column in columns])
        count += 1
    book.save(file)
    return count


def _cell(sheet: Any, value: Any, *, bold: bool = False) -> Any:  # noqa: ANN401 - openpyxl's
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value)
    if isinstance(value, str):
        # What begins with = stays text.
        cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell


def _plain(value: object) -> object:
    if isinstance(value, datetime.datetime):
        return instant_text(value, "vi")
    return value if value is None or isinstance(value, int | float | str | datetime.date) else str(value)
