"""The check report to take along: a paper, a spreadsheet with the sender's own rows marked, and JSON."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from archive.messages.catalogue import catalogue, level_of
from archive.messages.rules import Finding
from archive.messages.subjects import LEVELS
from archive.papers.paper import Column, Heading, Paper, Table, Text
from ingest.readers.own_marks import MENDING, RESULT
from ingest.transfers.report import report

_COLOURS = {"error": "F8D7DA", "warning": "FFF3CD", "unknown": "E2E3E5", "info": "DDEBF7"}
_WORST = ("info", "unknown", "warning", "error")
_COLUMNS = (
    *(Column("Mã", 11), Column("Nơi", 22), Column("Đã thấy", 18), Column("Nội dung và cách sửa", 37)),
    Column("Căn cứ", 18),
)
_HEADS = ("Mã", "Mức", "Hồ sơ", "Hàng", "Cột", "Tệp", "Đã thấy", "Đề xuất", "Nội dung", "Cách sửa", "Căn cứ")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a report is about: names of the body above, the body and the unit; number, title, version, state."""

    superior: str
    body: str
    unit: str
    number: str
    title: str
    version: int
    state: str
    at: datetime.datetime
    rules: int = 0


def report_json(subject: Subject, findings: Iterable[Finding]) -> dict[str, Any]:
    """Return the report as JSON types: codes and places are stable, words are for people."""
    return {
        "transfer": subject.number,
        "version": subject.version,
        "state": subject.state,
        "rules": subject.rules,
        "reported_at": subject.at.isoformat(),
        "findings": [
            {
                "level": str(level_of(finding)),
                **finding.to_plain(),
                "text": {language: _said(finding, language) for language in ("vi", "en")},
                "action": {language: _said(finding, language, "action") for language in ("vi", "en")},
                "citation": _citation(finding),
            }
            for finding in findings
        ],
    }


def report_paper(subject: Subject, findings: Sequence[Finding], day: datetime.date, *, judges: bool) -> Paper:
    """Return the report as a paper under the agency's heading; `judges`: it is made for who judges."""
    groups = report(findings, subject.state, judges=judges)
    blocks: list[Text | Heading | Table] = [
        Text(f"Đợt nộp {subject.number}, lần nộp {subject.version}: {subject.title}. Bên nộp: {subject.unit}."),
    ]
    counts = "; ".join(f"{group.title[0].lower()}: {group.places} chỗ" for group in groups)
    blocks.append(Text(f"Kết quả: {counts}." if groups else "Kết quả: không có phát hiện nào."))
    rules = f"bộ quy tắc số {subject.rules} của cơ quan" if subject.rules else "quy tắc gốc của chương trình"
    blocks.append(Text(f"Xét theo {rules}.", "italic"))
    for group in groups:
        blocks.append(Heading(group.title[0]))
        rows = tuple(
            (
                *(finding.code, _place(finding), finding.found or ""),
                *(f"{_said(finding)} {_said(finding, part='action')}".strip(), _citation(finding)),
            )
            for entry in group.entries
            for finding in entry.places
        )
        blocks.append(Table(_COLUMNS, rows))
    dated = f"Ngày {day.day:02d} tháng {day.month:02d} năm {day.year}"
    return Paper(
        *(subject.superior, subject.body, "Báo cáo kiểm tra", "Hồ sơ, tài liệu nộp lưu"),
        dated=dated,
        blocks=tuple(blocks),
        landscape=True,
    )


def mark_list(source: str, sheet: str, heading_row: int, findings: list[dict[str, Any]], target: str) -> None:
    """Write a copy of the sender's own list with colour and notes where something was found; runs behind the fence.

    Every row keeps its place and every cell its value; two columns behind the last say what is wrong with the row,
    a sheet behind the last names every finding.

    Args:
        source: local path of the list as it came in.
        sheet: its sheet that was read.
        heading_row: row of the columns' names.
        findings: plain.
        target: local path to write to.
    """
    book = load_workbook(source)
    rows = book[sheet] if sheet in book.sheetnames else book.active
    told = [Finding.from_plain(plain) for plain in findings]
    if rows is not None:
        _mark_rows(rows, heading_row, told)
    _write_findings(book, told)
    book.save(target)


def findings_book(findings: Sequence[Finding]) -> bytes:
    """Return a workbook of the findings alone, where the list itself cannot be had."""
    book = Workbook()
    book.remove(book.worksheets[0])
    _write_findings(book, findings)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _mark_rows(rows: Any, heading_row: int, findings: Sequence[Finding]) -> None:  # noqa: ANN401 - a sheet of either kind
    behind = rows.max_column + 1
    for place, head in enumerate((RESULT, MENDING)):
        rows.cell(heading_row, behind + place, head).font = Font(bold=True)
        rows.column_dimensions[get_column_letter(behind + place)].width = 60
    by_row: dict[int, list[Finding]] = {}
    for finding in findings:
        if finding.where.row:
            by_row.setdefault(finding.where.row, []).append(finding)
    for number, told in by_row.items():
        fill = PatternFill("solid", fgColor=_COLOURS[_worst(told)])
        texts = (
            "\n".join(f"{finding.code}: {_said(finding)}" for finding in told),
            "\n".join(dict.fromkeys(_said(finding, part="action") for finding in told)),
        )
        for place, text in enumerate(texts):
            cell = rows.cell(number, behind + place)
            cell.value, cell.data_type, cell.fill = _plain(text), "s", fill
        _mark_cells(rows, number, told)


def _mark_cells(rows: Any, number: int, told: Sequence[Finding]) -> None:  # noqa: ANN401
    by_column: dict[str, list[Finding]] = {}
    for finding in told:
        if finding.where.column.isalpha() and finding.where.column.isascii():
            by_column.setdefault(finding.where.column, []).append(finding)
    for letter, here in by_column.items():
        cell = rows[f"{letter}{number}"]
        cell.fill = PatternFill("solid", fgColor=_COLOURS[_worst(here)])
        cell.comment = Comment("\n".join(f"{finding.code}: {_said(finding)}" for finding in here), "Kho Lưu Trữ")


def _write_findings(book: Workbook, findings: Sequence[Finding]) -> None:
    sheet = book.create_sheet(RESULT)
    for place, size in enumerate((11, 16, 16, 7, 6, 30, 24, 24, 60, 50, 30), start=1):
        sheet.column_dimensions[get_column_letter(place)].width = size
    sheet.freeze_panes = "A2"
    for place, head in enumerate(_HEADS, start=1):
        sheet.cell(1, place, head).font = Font(bold=True)
    for row, finding in enumerate(findings, start=2):
        where = finding.where
        texts = (
            *(finding.code, LEVELS[level_of(finding)][0][0], where.dossier),
            *(str(where.row or ""), where.column, where.path, finding.found or "", finding.proposed or ""),
            *(_said(finding), _said(finding, part="action"), _citation(finding)),
        )
        for place, text in enumerate(texts, start=1):
            # As text: what a sender wrote is never a formula here.
            cell = sheet.cell(row, place)
            cell.value, cell.data_type = _plain(text), "s"


def _plain(text: str) -> str:
    return ILLEGAL_CHARACTERS_RE.sub("\ufffd", text)[:32_000]


def _weight(finding: Finding) -> int:
    return _WORST.index(str(level_of(finding)))


def _worst(findings: Sequence[Finding]) -> str:
    return _WORST[max(map(_weight, findings))]


def _place(finding: Finding) -> str:
    where = finding.where
    cell = f"ô {where.column}{where.row}" if where.column and where.row else f"hàng {where.row}" if where.row else ""
    return ", ".join(filter(None, (f"hồ sơ {where.dossier}" if where.dossier else "", cell, where.path)))


def _said(finding: Finding, language: str = "vi", part: str = "text") -> str:
    return catalogue().text(finding.code, language, finding.parameters, part)


def _citation(finding: Finding) -> str:
    return str(finding.parameters.get("citation") or catalogue().get(finding.code).citation)
