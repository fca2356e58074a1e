"""The check report to take along: a paper, a spreadsheet with the sender's own rows marked, and JSON."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import column_index_from_string, get_column_letter

from archive.messages.catalogue import catalogue, level_of
from archive.messages.rules import Finding
from archive.messages.subjects import LEVELS
from archive.papers.paper import Column, Heading, Paper, Table, Text
from ingest.readers.fields import list_fields
from ingest.readers.submission import Submission
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


def report_paper(subject: Subject, findings: Sequence[Finding], state: str, day: datetime.date) -> Paper:
    """Return the report as a paper under the agency's heading; `state` of the transfer titles its parts."""
    groups = report(findings, state, judges=True)
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


def write_marked_list(file: IO[bytes], submission: Submission, findings: Sequence[Finding]) -> None:
    """Write the sender's rows where they stood, with colour and a note where something was found, then all findings."""
    book = Workbook(write_only=True)
    _write_rows(book, submission, findings)
    _write_findings(book, findings)
    book.save(file)


def _write_rows(book: Workbook, submission: Submission, findings: Sequence[Finding]) -> None:
    sheet = book.create_sheet("Danh mục")
    cells: dict[int, dict[int, str]] = {}
    heads: dict[int, str] = {}
    names = {field.key: field.headings[0][1][0] for field in list_fields()}
    for dossier in submission.dossiers:
        _place_values(cells, heads, dossier.row, "dossier", dossier.values, dossier.columns, names)
        for document in dossier.documents:
            _place_values(cells, heads, document.row, "document", document.values, document.columns, names)
            _place_values(
                cells, heads, document.row, "row", {"path": document.path_as_written}, document.columns, names
            )
    by_row: dict[int, list[Finding]] = {}
    for finding in findings:
        by_row.setdefault(finding.where.row, []).append(finding)
    width = max([*heads, 1]) + 1
    bold = Font(bold=True)
    first = min(cells, default=2)
    for number in range(1, max([*cells, *by_row, 1]) + 1):
        if number == max(1, first - 1):
            line = [_cell(sheet, heads.get(place, ""), font=bold) for place in range(1, width)]
            sheet.append([*line, *(_cell(sheet, text, font=bold) for text in ("Mức", "Phát hiện", "Cách sửa"))])
            continue
        told = by_row.get(number, [])
        sheet.append(_row(sheet, cells.get(number, {}), told, width))


def _place_values(
    cells: dict[int, dict[int, str]],
    heads: dict[int, str],
    row: int,
    level: str,
    values: Mapping[str, Any],
    columns: Mapping[str, str],
    names: Mapping[str, str],
) -> None:
    for name, value in values.items():
        letter = columns.get(name, "")
        if letter.isalpha() and letter.isascii():
            place = column_index_from_string(letter)
            cells.setdefault(row, {})[place] = str(value)
            heads.setdefault(place, names.get(f"{level}.{name}", name))


def _row(sheet: Any, values: Mapping[int, str], told: Sequence[Finding], width: int) -> list[Any]:  # noqa: ANN401 - a sheet that is only written
    marked: dict[int, list[Finding]] = {}
    for finding in told:
        letter = finding.where.column
        place = column_index_from_string(letter) if letter.isalpha() and letter.isascii() else 0
        marked.setdefault(place, []).append(finding)
    line = []
    for place in range(1, width):
        cell = _cell(sheet, values.get(place, ""))
        if here := marked.get(place):
            cell.fill = PatternFill("solid", fgColor=_COLOURS[_worst(here)])
            cell.comment = Comment("\n".join(f"{finding.code}: {_said(finding)}" for finding in here), "Kho Lưu Trữ")
        line.append(cell)
    if told:
        worst = _worst(told)
        texts = (
            LEVELS[level_of(max(told, key=_weight))][0][0],
            "\n".join(f"{finding.code}: {_said(finding)}" for finding in told),
            "\n".join(dict.fromkeys(_said(finding, part="action") for finding in told)),
        )
        for text in texts:
            cell = _cell(sheet, text)
            cell.fill = PatternFill("solid", fgColor=_COLOURS[worst])
            line.append(cell)
    return line


def _write_findings(book: Workbook, findings: Sequence[Finding]) -> None:
    sheet = book.create_sheet("Phát hiện")
    for place, size in enumerate((11, 16, 16, 7, 6, 30, 24, 24, 60, 50, 30), start=1):
        sheet.column_dimensions[get_column_letter(place)].width = size
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, head, font=Font(bold=True)) for head in _HEADS])
    for finding in findings:
        where = finding.where
        texts = (
            *(finding.code, LEVELS[level_of(finding)][0][0], where.dossier),
            *(str(where.row or ""), where.column, where.path, finding.found or "", finding.proposed or ""),
            *(_said(finding), _said(finding, part="action"), _citation(finding)),
        )
        sheet.append([_cell(sheet, text) for text in texts])


def _cell(sheet: Any, text: str, *, font: Font | None = None) -> Any:  # noqa: ANN401
    # As text: what a sender wrote is never a formula here.
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("\ufffd", text)[:32_000])
    cell.data_type = "s"
    if font:
        cell.font = font
    return cell


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
